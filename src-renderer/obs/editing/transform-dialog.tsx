import { useRef } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { t } from '../messages.ts'
import type { ObsItem, ObsVideo } from '../obs-stores.ts'
import { send } from '../panel.tsx'
import { SettingNumber } from './setting-input.tsx'
import { complete, inverse, presets, type Transform, type TransformChanges } from './transform-changes.ts'
import { UndoButton } from './undo-button.tsx'
import type { UndoStack } from './undo-stack.ts'

interface TransformDialogProps {
  /** Of the instance. */
  readonly id: string
  readonly scene: string
  readonly item: ObsItem
  readonly video: ObsVideo
  readonly undo: UndoStack
  readonly onClose: () => void
}

const alignments = [5, 4, 6, 1, 0, 2, 9, 8, 10] as const
const boundsTypes = [
  'OBS_BOUNDS_NONE',
  'OBS_BOUNDS_STRETCH',
  'OBS_BOUNDS_SCALE_INNER',
  'OBS_BOUNDS_SCALE_OUTER',
  'OBS_BOUNDS_SCALE_TO_WIDTH',
  'OBS_BOUNDS_SCALE_TO_HEIGHT',
  'OBS_BOUNDS_MAX_ONLY',
] as const
const percent = 100
/** For how long a change counts as what OBS has although OBS has not said so yet, ms: changes of the mirror are sent once a second at least. */
const onTheWayMs = 3000

/** Where an item is in its scene, how large, turned and cropped. Each change goes to OBS at once. */
export function TransformDialog({ id, scene, item: { id: item, source, transform }, video, undo, onClose }: TransformDialogProps) {
  const onTheWay = useRef<readonly { readonly changes: TransformChanges; readonly untilMs: number }[]>([])
  const leaves = (changes: TransformChanges): void => {
    onTheWay.current = [...onTheWay.current, { changes, untilMs: performance.now() + onTheWayMs }]
  }
  const put = (changes: TransformChanges) => call('PATCH', `/obs/${id}/items`, { body: { scene, item, transform: changes } })
  const change = (wanted: TransformChanges): void => {
    onTheWay.current = onTheWay.current.filter(({ untilMs }) => untilMs > performance.now())
    const now = Object.assign({}, transform, ...onTheWay.current.map(({ changes }) => changes)) as Transform
    const changes = complete(wanted, now)
    // From here on, although it waits for the change before.
    leaves(changes)
    const revert = (): Promise<unknown> => {
      leaves(inverse(changes, now))
      return put(inverse(changes, now))
    }
    send(undo.make(t.transformOf(source), () => put(changes), revert))
  }
  const field = (key: keyof typeof t.transformFields, more: { min?: number; integer?: boolean; factor?: number } = {}) => (
    <SettingNumber
      label={t.transformFields[key]}
      value={transform[key] * (more.factor ?? 1)}
      min={more.min}
      integer={more.integer ?? false}
      onChange={(value) => change({ [key]: value / (more.factor ?? 1) })}
      testId={`obs-${key}`}
    />
  )
  const scale = { factor: percent }
  return (
    <Dialog title={t.transformOf(source)} onClose={onClose} testId="obs-transform">
      <div className="obs-fields">
        {field('positionX')}
        {field('positionY')}
        {field('scaleX', scale)}
        {field('scaleY', scale)}
        {field('rotation')}
        <Alignment label={t.alignment} value={transform.alignment} testId="obs-alignment" onChange={(alignment) => change({ alignment })} />
        {field('cropLeft', { min: 0, integer: true })}
        {field('cropRight', { min: 0, integer: true })}
        {field('cropTop', { min: 0, integer: true })}
        {field('cropBottom', { min: 0, integer: true })}
        <label className="field">
          <span className="label">{t.boundsType}</span>
          <select
            className="input"
            value={transform.boundsType}
            onChange={(event) => change({ boundsType: event.currentTarget.value as (typeof boundsTypes)[number] })}
            data-testid="obs-bounds-type"
          >
            {boundsTypes.map((type) => (
              <option key={type} value={type}>
                {t.boundsTypes[type]}
              </option>
            ))}
          </select>
        </label>
        {transform.boundsType !== 'OBS_BOUNDS_NONE' && (
          <>
            <Alignment
              label={t.boundsAlignment}
              value={transform.boundsAlignment}
              testId="obs-bounds-alignment"
              onChange={(boundsAlignment) => change({ boundsAlignment })}
            />
            {field('boundsWidth', { min: 1 })}
            {field('boundsHeight', { min: 1 })}
          </>
        )}
      </div>
      <div className="row obs-presets">
        {(['fit', 'stretch', 'center', 'reset'] as const).map((preset) => (
          <button
            key={preset}
            type="button"
            className="button"
            onClick={() => change(presets[preset](video))}
            data-testid={`obs-preset-${preset}`}
          >
            {t.presets[preset]}
          </button>
        ))}
      </div>
      <div className="dialog-actions">
        <span className="dialog-aside">
          <UndoButton undo={undo} />
        </span>
        <button type="button" className="button primary" onClick={onClose} data-testid="obs-transform-close">
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}

interface AlignmentProps {
  readonly label: string
  readonly value: number
  readonly testId: string
  readonly onChange: (value: number) => void
}

/** The point of an item that its position says, or that it keeps in its bounding box. */
function Alignment({ label, value, testId, onChange }: AlignmentProps) {
  return (
    <label className="field">
      <span className="label">{label}</span>
      <select className="input" value={value} onChange={(event) => onChange(Number(event.currentTarget.value))} data-testid={testId}>
        {alignments.map((each) => (
          <option key={each} value={each}>
            {t.alignments[each]}
          </option>
        ))}
      </select>
    </label>
  )
}
