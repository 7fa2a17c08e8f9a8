import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Plus, Trash2, TriangleAlert } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import { call, reportProblem } from '../client/api.ts'
import { moveTo, tryEdit } from './commands.ts'
import { Tool } from './docks/tool.tsx'
import { SettingsForm } from './forms/settings-form.tsx'
import { type Kind, useKinds } from './kinds.ts'
import { t } from './messages.ts'
import { change, keepFilterProblems, useShow } from './show-store.ts'
import type { Filter, Source } from './types.ts'

/** Chains of filters of a source: of its pictures, and of its sound. */
export function SourceFilters({
  source,
  pictures,
  editor,
}: {
  readonly source: Source
  readonly pictures: boolean
  readonly editor: boolean
}) {
  const pictureKinds = useKinds('filter-kinds')
  const soundKinds = useKinds('audio-filter-kinds')
  const { id } = source
  useEffect(() => {
    if (!pictures) return
    call('GET', `/studio/sources/${id}/filters`).then(({ items }) => keepFilterProblems(items), reportProblem)
  }, [id, pictures])
  return (
    <>
      {pictures && (
        <Chain
          title={t.filters.pictures}
          list={`sources/${id}/filters`}
          filters={source.filters}
          kinds={pictureKinds}
          editor={editor}
          testId="filters"
        />
      )}
      {source.audio !== undefined && (
        <Chain
          title={t.filters.sound}
          list={`sources/${id}/audio-filters`}
          filters={source.audio.filters}
          kinds={soundKinds}
          editor={editor}
          testId="audio-filters"
        />
      )}
    </>
  )
}

interface ChainProps {
  readonly title: string
  /** Place of the list in the document. */
  readonly list: string
  readonly filters: readonly Filter[]
  readonly kinds: readonly Kind[]
  readonly editor: boolean
  readonly testId: string
}

function Chain({ title, list, filters, kinds, editor, testId }: ChainProps) {
  const id = useId()
  const [opened, setOpened] = useState<string | null>(null)
  const add = async (kind: string): Promise<void> => {
    const found = kinds.find((each) => each.kind === kind)
    const made = await tryEdit([{ do: 'add', to: list, value: { kind, name: found?.title ?? kind } }])
    if (made?.[0] !== undefined) setOpened(made[0])
  }
  return (
    <fieldset className="field-group" data-testid={testId}>
      <legend>{title}</legend>
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
            />
          ))}
        </ol>
      )}
      {editor ? (
        <div className="row">
          <label className="sr-only" htmlFor={id}>
            {t.filters.add(title)}
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
              {t.filters.choose}
            </option>
            {kinds.map((kind) => (
              <option key={kind.kind} value={kind.kind}>
                {kind.title}
              </option>
            ))}
          </select>
        </div>
      ) : (
        filters.length === 0 && <p className="quiet small">{t.filters.none}</p>
      )}
    </fieldset>
  )
}

interface FilterRowProps {
  readonly filter: Filter
  readonly at: string
  readonly index: number
  readonly count: number
  readonly kind: Kind | undefined
  readonly open: boolean
  readonly onOpen: () => void
  readonly editor: boolean
}

function FilterRow({ filter, at, index, count, kind, open, onOpen, editor }: FilterRowProps) {
  const problem = useShow((state) => state.filterProblems[filter.id])
  const { name, enabled, settings } = filter
  const remove = (): void => void tryEdit([{ do: 'remove', at }])
  return (
    <li className="chain-entry" data-testid="filter" data-kind={filter.kind} data-enabled={enabled}>
      <div className="chain-head">
        <input
          type="checkbox"
          checked={enabled}
          disabled={!editor}
          aria-label={t.filters.enabled(name)}
          title={t.filters.enabled(name)}
          onChange={(event) => change(at, { enabled: event.currentTarget.checked })}
        />
        <button type="button" className="chain-name" aria-expanded={open} onClick={onOpen}>
          {open ? <ChevronDown size={14} /> : <ChevronRight size={14} />} {name}
        </button>
        {problem !== undefined && (
          <span className="entry-problem" role="img" aria-label={problem} title={problem}>
            <TriangleAlert size={15} />
          </span>
        )}
        {editor && (
          <>
            <Tool Icon={ArrowUp} label={t.moveUp} disabled={index === 0} onClick={() => moveTo(at, index - 1)} />
            <Tool Icon={ArrowDown} label={t.moveDown} disabled={index === count - 1} onClick={() => moveTo(at, index + 1)} />
            <Tool Icon={Trash2} label={t.filters.remove(name)} onClick={remove} testId="delete-filter" />
          </>
        )}
      </div>
      {open && kind !== undefined && (
        <SettingsForm
          schema={kind.settings}
          values={settings}
          onChange={(changes) => change(at, { settings: changes })}
          disabled={!editor}
        />
      )}
    </li>
  )
}
