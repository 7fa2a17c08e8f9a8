import { Ban, Plus, Power } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { moveTo, tryEdit } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { useDragOrder } from '../docks/use-drag-order.ts'
import type { Kind } from '../kinds.ts'
import type { Edit, Filter } from '../types.ts'
import { FilterRow } from './filter-row.tsx'
import { t } from './messages.ts'
import { audioChains } from './presets.ts'

interface ChainProps {
  readonly title: string
  /** Place of the list in the document. */
  readonly list: string
  readonly filters: readonly Filter[]
  readonly kinds: readonly Kind[]
  readonly editor: boolean
  readonly testId: string
  /** Id of the source whose filters they are; none for those of a track. */
  readonly source?: string
  /** Whose level comes into them, `source:ID` or `track:N`: of audio. */
  readonly levelOf?: string
  /** They are of audio. */
  readonly audio?: boolean
  /** Above the filters while there are any. */
  readonly children?: ReactNode
}

/** Which filters were on before a whole chain was switched off, by the place of the list. */
const resting = new Map<string, ReadonlySet<string>>()

/** Filters of a source or track in their order: dragged, switched, set, added. */
export function Chain({ title, list, filters, kinds, editor, testId, source, levelOf, audio = false, children }: ChainProps) {
  const id = useId()
  const [opened, setOpened] = useState<string | null>(null)
  const drag = useDragOrder(editor, (from, gap) => {
    const moved = filters[from]
    if (moved !== undefined) moveTo(`${list}/${moved.id}`, gap > from ? gap - 1 : gap)
  })
  const titleOf = (kind: string): string => kinds.find((each) => each.kind === kind)?.title ?? kind
  const add = async (wanted: string): Promise<void> => {
    const chain = wanted.startsWith('chain/') ? audioChains[wanted.slice(6)] : undefined
    const added = chain ?? [{ kind: wanted, settings: {} }]
    const made = await tryEdit(
      added.map(({ kind, settings }): Edit => ({ do: 'add', to: list, value: { kind, name: titleOf(kind), settings } })),
    )
    if (made?.[0] !== undefined && chain === undefined) setOpened(made[0])
  }
  const on = filters.filter(({ enabled }) => enabled)
  const bypassed = filters.length > 0 && on.length === 0
  const bypass = (): void => {
    const before = resting.get(list)
    const wanted = bypassed ? filters.filter((each) => before === undefined || before.has(each.id)) : on
    if (!bypassed) resting.set(list, new Set(on.map((each) => each.id)))
    void tryEdit(
      (wanted.length > 0 ? wanted : filters).map(
        (each): Edit => ({ do: 'change', at: `${list}/${each.id}`, changes: { enabled: bypassed } }),
      ),
    )
  }
  return (
    <fieldset className="field-group" data-testid={testId}>
      <legend>{title}</legend>
      {children}
      {filters.length > 0 && (
        <ol className="chain">
          {filters.map((filter, index) => (
            <FilterRow
              key={filter.id}
              filter={filter}
              at={`${list}/${filter.id}`}
              index={index}
              count={filters.length}
              kind={kinds.find(({ kind }) => kind === filter.kind)}
              open={opened === filter.id}
              onOpen={() => setOpened(opened === filter.id ? null : filter.id)}
              editor={editor}
              source={source}
              levelOf={levelOf}
              drag={drag.entry(index)}
            />
          ))}
        </ol>
      )}
      {editor ? (
        <div className="row">
          <label className="sr-only" htmlFor={id}>
            {t.add(title)}
          </label>
          <Plus size={15} aria-hidden="true" />
          <select
            id={id}
            className="input add-filter"
            value=""
            onChange={(event) => void add(event.currentTarget.value)}
            data-testid={`add-${testId}`}
          >
            <option value="" disabled>
              {t.choose}
            </option>
            {kinds.map((kind) => (
              <option key={kind.kind} value={kind.kind}>
                {kind.title}
              </option>
            ))}
            {audio && (
              <optgroup label={t.chains}>
                {Object.keys(audioChains).map((key) => (
                  <option key={key} value={`chain/${key}`}>
                    {t.chainName(key)}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
          {filters.length > 0 && (
            <Tool
              Icon={bypassed ? Power : Ban}
              label={bypassed ? t.resume(title) : t.bypass(title)}
              pressed={bypassed}
              onClick={bypass}
              testId={`bypass-${testId}`}
            />
          )}
        </div>
      ) : (
        filters.length === 0 && <p className="quiet small">{t.none}</p>
      )}
    </fieldset>
  )
}
