import type { Body, Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { useResource } from '../../client/resource.ts'
import { decimal } from '../../messages/numbers.ts'
import { t } from '../messages.ts'
import { followings } from '../obs-stores.ts'
import { send } from '../panel.tsx'
import { SettingNumber } from './setting-input.tsx'
import type { UndoStack } from './undo-stack.ts'

type Follows = Omit<Body<'PUT', '/obs/*/following'>, 'source' | 'filter'>
type Following = Item<'/obs/*/following'>

interface FilterFollowsProps {
  /** Of the instance. */
  readonly id: string
  readonly source: string
  readonly filter: string
  readonly kind: string
  readonly undo: UndoStack
  /** Its settings may be others now. */
  readonly onChanged: () => void
}

const byImage = new Set(['chroma_key_filter_v2', 'color_filter_v2'])
const byLevel = new Set(['compressor_filter', 'noise_suppress_filter_v2'])
const usual: Follows = { on: false, whiteBalance: true, saturation: false, limit: 0.3, limitDb: 12 }

/** Whether a filter follows the light or the level, how far it may go, and what it chose. */
export function FilterFollows({ id, source, filter, kind, undo, onChanged }: FilterFollowsProps) {
  const known = useResource(followings, id)?.items.find((each) => each.source === source && each.filter === filter)
  if (!byImage.has(kind) && !byLevel.has(kind)) return null
  const now: Follows = { ...usual, ...(known?.kind === kind && known) }
  const put = (changes: Follows) => () => call('PUT', `/obs/${id}/following`, { body: { source, filter, ...changes } }).then(onChanged)
  const change = (changes: Follows): void => {
    const before = Object.fromEntries(Object.keys(changes).map((key) => [key, now[key as keyof Follows]])) as Follows
    send(undo.make(t.filterChanged(filter), put(changes), put(before)))
  }
  const isOn = now.on === true
  const check = (key: 'on' | 'whiteBalance' | 'saturation', label: string) => (
    <label className="check">
      <input
        type="checkbox"
        checked={now[key] === true}
        onChange={() => change({ [key]: now[key] !== true })}
        data-testid={`obs-follow-${key}`}
      />{' '}
      {label}
    </label>
  )
  return (
    <div className="stack" data-testid="obs-follow" data-on={isOn}>
      {check('on', byImage.has(kind) ? t.followLight : t.followLevel)}
      {isOn && (
        <div className="obs-fields">
          {kind === 'color_filter_v2' && check('whiteBalance', t.followWhiteBalance)}
          {kind === 'color_filter_v2' && check('saturation', t.followSaturation)}
          {byImage.has(kind) ? (
            <SettingNumber
              label={t.followLimit}
              value={now.limit ?? 0}
              min={0.01}
              max={1}
              onChange={(limit) => change({ limit })}
              testId="obs-follow-limit"
            />
          ) : (
            <SettingNumber
              label={t.followLimitDb}
              value={now.limitDb ?? 0}
              min={1}
              max={30}
              onChange={(limitDb) => change({ limitDb })}
              testId="obs-follow-limit-db"
            />
          )}
        </div>
      )}
      {isOn && known !== undefined && <Chosen following={known} />}
    </div>
  )
}

function Chosen({ following: { chosen, problem } }: { readonly following: Following }) {
  if (problem !== null) return <p className="hint">{problem}</p>
  return (
    <div className="small quiet" data-testid="obs-follow-chosen">
      {chosen === null ? (
        t.followsNothingYet
      ) : (
        <ul className="row" translate="no">
          {Object.entries(chosen).map(([name, value]) => (
            <li key={name} data-setting={name}>
              {name}: {typeof value === 'number' ? decimal(value, 2) : value}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
