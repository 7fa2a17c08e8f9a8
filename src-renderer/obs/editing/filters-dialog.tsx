import { ArrowDown, ArrowUp, Eye, EyeOff, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import type { ObsFilter } from '../obs-stores.ts'
import { send } from '../panel.tsx'
import { AddFilter } from './add-filter.tsx'
import { FilterFollows } from './filter-follows.tsx'
import { typedFields } from './setting-fields.ts'
import { SettingsForm } from './settings-form.tsx'
import { UndoButton } from './undo-button.tsx'
import type { UndoStack } from './undo-stack.ts'

type Detailed = Answer<'GET', '/obs/*/filters'>['items'][number]

interface FiltersDialogProps {
  /** Of the instance. */
  readonly id: string
  /** Name of an input, a scene or a group. */
  readonly source: string
  /** As they are now, in their order. */
  readonly filters: readonly ObsFilter[]
  readonly undo: UndoStack
  readonly onClose: () => void
}

/** Filters of a source of OBS: added, removed, ordered, switched on and off, set. Each change goes to OBS at once. */
export function FiltersDialog({ id, source, filters, undo, onClose }: FiltersDialogProps) {
  const [chosen, choose] = useState<string>()
  const [details, setDetails] = useState<readonly Detailed[]>([])
  const read = useCallback(async (): Promise<readonly Detailed[]> => {
    const { items } = await call('GET', `/obs/${id}/filters`, { query: { source } })
    setDetails(items)
    return items
  }, [id, source])
  // Their settings come with no event: they are read when filters come, go or get another name, and after each change from here.
  const names = filters.map(({ name }) => name).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    read().catch(notifyError)
  }, [read, names])
  const path = `/obs/${id}/filters` as const
  const patch = (filter: string, changes: object) => () => call('PATCH', path, { body: { source, filter, ...changes } })
  const remove = (filter: string) => () => call('DELETE', path, { query: { source, filter } })
  const create = async ({ name, kind, settings, enabled, index }: Detailed): Promise<void> => {
    await call('POST', path, { body: { source, filter: name, kind, settings } })
    await call('PATCH', path, { body: { source, filter: name, index, enabled } })
  }
  const make = (label: string, change: () => Promise<unknown>, revert: () => Promise<unknown>): Promise<void> =>
    undo.make(label, change, async () => {
      await revert()
      await read()
    })
  /** A change of a filter whose undoing needs what the filter is just before it. */
  const makeFrom = (
    label: string,
    name: string,
    change: () => Promise<unknown>,
    revert: (before: Detailed) => Promise<unknown>,
  ): Promise<void> => {
    let before: Detailed | undefined
    return make(
      label,
      async () => {
        before = (await read()).find((filter) => filter.name === name)
        await change()
      },
      async () => before && revert(before),
    )
  }
  const takeAway = (name: string): Promise<void> => makeFrom(t.filterRemoved(name), name, remove(name), create)
  const set = async (name: string, settings: Record<string, unknown>, replaceSettings: boolean): Promise<void> => {
    await makeFrom(t.filterChanged(name), name, patch(name, { settings, replaceSettings }), (before) =>
      patch(name, { settings: before.settings, replaceSettings: true })(),
    )
    await read()
  }
  const detailed = details.find(({ name }) => name === chosen)
  return (
    <Dialog title={t.filtersOf(source)} onClose={onClose} testId="obs-filters">
      {filters.length === 0 ? (
        <p className="quiet small">{t.noFilters}</p>
      ) : (
        <ul className="obs-list obs-filter-list">
          {filters.map(({ name, enabled, index }) => (
            <li key={name} className="obs-item" data-testid="obs-filter" data-filter={name} data-enabled={enabled}>
              <button
                type="button"
                className="obs-entry"
                aria-pressed={chosen === name}
                onClick={() => choose(name)}
                data-testid="obs-filter-choose"
              >
                {name}
              </button>
              <IconButton
                label={enabled ? t.filterOff(name) : t.filterOn(name)}
                icon={enabled ? Eye : EyeOff}
                testId="obs-filter-enabled"
                onClick={() => send(make(t.filterChanged(name), patch(name, { enabled: !enabled }), patch(name, { enabled })))}
              />
              <IconButton
                label={t.filterUp(name)}
                icon={ArrowUp}
                disabled={index === 0}
                testId="obs-filter-up"
                onClick={() => send(make(t.filterChanged(name), patch(name, { index: index - 1 }), patch(name, { index })))}
              />
              <IconButton
                label={t.filterDown(name)}
                icon={ArrowDown}
                disabled={index === filters.length - 1}
                testId="obs-filter-down"
                onClick={() => send(make(t.filterChanged(name), patch(name, { index: index + 1 }), patch(name, { index })))}
              />
              <IconButton label={t.filterRemove(name)} icon={Trash2} testId="obs-filter-remove" onClick={() => send(takeAway(name))} />
            </li>
          ))}
        </ul>
      )}
      {detailed !== undefined && (
        <FilterFollows
          key={`follows ${detailed.name}`}
          id={id}
          source={source}
          filter={detailed.name}
          kind={detailed.kind}
          undo={undo}
          onChanged={() => send(read())}
        />
      )}
      {detailed !== undefined && (
        <SettingsForm
          key={detailed.name}
          name={detailed.name}
          kind={detailed.kind}
          settings={detailed.settings}
          fields={typedFields({ ...detailed.defaults, ...detailed.settings })}
          onChange={(settings, replace) => set(detailed.name, { ...settings }, replace).catch(notifyError)}
        />
      )}
      <AddFilter
        id={id}
        taken={filters.map(({ name }) => name)}
        onAdd={(name, kind) =>
          make(t.filterAdded(name), () => call('POST', path, { body: { source, filter: name, kind } }), remove(name)).then(() =>
            choose(name),
          )
        }
      />
      <div className="dialog-actions">
        <span className="dialog-aside">
          <UndoButton undo={undo} />
        </span>
        <button type="button" className="button primary" onClick={onClose} data-testid="obs-filters-close">
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}

interface IconButtonProps {
  readonly label: string
  readonly icon: typeof Eye
  readonly disabled?: boolean
  readonly testId: string
  readonly onClick: () => void
}

function IconButton({ label, icon: Icon, disabled = false, testId, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
      data-testid={testId}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  )
}
