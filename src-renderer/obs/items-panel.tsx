import { Eye, EyeOff, Lock, LockOpen, Move, Plus, Settings, SlidersHorizontal, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../client/api.ts'
import { confirm } from '../components/dialog.tsx'
import { FiltersDialog } from './editing/filters-dialog.tsx'
import { TransformDialog } from './editing/transform-dialog.tsx'
import { UndoButton } from './editing/undo-button.tsx'
import type { UndoStack } from './editing/undo-stack.ts'
import { t } from './messages.ts'
import type { ObsFilter, ObsItem, ObsScene } from './obs-stores.ts'
import { Panel, type PanelProps, send } from './panel.tsx'
import { AddSource } from './sources/add-source.tsx'
import { InputDialog } from './sources/input-dialog.tsx'
import { t as sources } from './sources/messages.ts'

/** Sources of a scene, the uppermost first. */
export function ItemsPanel({ id, mirror, editor, scene, undo }: ItemsPanelProps) {
  /** What of which item is edited. */
  const [editing, setEditing] = useState<{ readonly what: 'transform' | 'filters'; readonly item: number } | null>(null)
  const [adding, setAdding] = useState(false)
  /** The input whose settings are edited. A new one is in the mirror a moment later. */
  const [setting, setSetting] = useState<string | null>(null)
  const setsKnown = mirror.inputs.some(({ name }) => name === setting)
  useEffect(() => {
    // Once it is gone, another one of its name opens nothing.
    if (setsKnown) return () => setSetting(null)
    return undefined
  }, [setsKnown])
  const items = scene?.items.toReversed() ?? []
  const edited = items.find((item) => item.id === editing?.item)
  const close = (): void => setEditing(null)
  return (
    <Panel
      title={scene === undefined ? t.sources : t.sourcesOf(scene.name)}
      testId="obs-items"
      tools={
        editor && (
          <span className="row obs-tools">
            <UndoButton undo={undo} />
            {scene !== undefined && (
              <button
                type="button"
                className="button quiet icon"
                aria-label={sources.add}
                title={sources.add}
                onClick={() => setAdding(true)}
                data-testid="obs-add-source"
              >
                <Plus size={16} aria-hidden="true" />
              </button>
            )}
          </span>
        )
      }
    >
      {items.length === 0 || scene === undefined ? (
        <p className="quiet small obs-none">{t.noSources}</p>
      ) : (
        <ul className="obs-list">
          {items.map((item) => (
            <ItemRow
              key={item.id}
              id={id}
              scene={scene.name}
              item={item}
              editor={editor}
              undo={undo}
              onEdit={(what) => setEditing({ what, item: item.id })}
              onSet={() => setSetting(item.source)}
            />
          ))}
        </ul>
      )}
      {scene !== undefined && edited !== undefined && editing?.what === 'transform' && (
        <TransformDialog id={id} scene={scene.name} item={edited} video={mirror.video} undo={undo} onClose={close} />
      )}
      {edited !== undefined && editing?.what === 'filters' && (
        <FiltersDialog id={id} source={edited.source} filters={filtersOf(mirror, edited.source)} undo={undo} onClose={close} />
      )}
      {scene !== undefined && adding && (
        <AddSource id={id} mirror={mirror} scene={scene.name} undo={undo} onClose={() => setAdding(false)} onCreated={setSetting} />
      )}
      {setting !== null && setsKnown && <InputDialog id={id} input={setting} undo={undo} onClose={() => setSetting(null)} />}
    </Panel>
  )
}

interface ItemsPanelProps extends PanelProps {
  readonly scene: ObsScene | undefined
  readonly undo: UndoStack
}

/** Of an input, a scene or a group: OBS gives no two of them the same name. */
function filtersOf({ inputs, scenes }: PanelProps['mirror'], source: string): readonly ObsFilter[] {
  return [...inputs, ...scenes].find(({ name }) => name === source)?.filters ?? []
}

interface ItemRowProps {
  readonly id: string
  readonly scene: string
  readonly item: ObsItem
  readonly editor: boolean
  readonly undo: UndoStack
  readonly onEdit: (what: 'transform' | 'filters') => void
  /** Opens the settings of its input. */
  readonly onSet: () => void
}

function ItemRow({ id, scene, item: { id: item, source, sourceType, enabled, locked }, editor, undo, onEdit, onSet }: ItemRowProps) {
  const put = (changes: { readonly enabled?: boolean; readonly locked?: boolean }) => () =>
    call('PATCH', `/obs/${id}/items`, { body: { scene, item, ...changes } })
  const change = (label: string, changes: { readonly enabled?: boolean; readonly locked?: boolean }, before: typeof changes): void =>
    send(undo.make(label, put(changes), put(before)))
  const remove = async (): Promise<void> => {
    if (await confirm(t.itemRemoveTitle(source), t.itemRemoveText, t.itemRemove))
      await call('DELETE', `/obs/${id}/items`, { query: { scene, item } })
  }
  return (
    <li className="obs-item" data-testid="obs-item" data-source={source} data-enabled={enabled}>
      <span className="obs-entry-name">{source}</span>
      <button
        type="button"
        className="button quiet icon"
        aria-label={enabled ? t.hide(source) : t.show(source)}
        title={enabled ? t.hide(source) : t.show(source)}
        disabled={!editor}
        onClick={() => change(enabled ? t.hide(source) : t.show(source), { enabled: !enabled }, { enabled })}
        data-testid="obs-item-enabled"
      >
        {enabled ? <Eye size={16} aria-hidden="true" /> : <EyeOff size={16} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className="button quiet icon"
        aria-label={locked ? t.unlock(source) : t.lock(source)}
        title={locked ? t.unlock(source) : t.lock(source)}
        disabled={!editor}
        onClick={() => change(locked ? t.unlock(source) : t.lock(source), { locked: !locked }, { locked })}
      >
        {locked ? <Lock size={16} aria-hidden="true" /> : <LockOpen size={16} aria-hidden="true" />}
      </button>
      {editor && sourceType === 'input' && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={sources.settingsTitle(source)}
          title={sources.settingsTitle(source)}
          onClick={onSet}
          data-testid="obs-item-settings"
        >
          <Settings size={16} aria-hidden="true" />
        </button>
      )}
      {editor && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.transformOf(source)}
          title={t.transformOf(source)}
          disabled={locked}
          onClick={() => onEdit('transform')}
          data-testid="obs-item-transform"
        >
          <Move size={16} aria-hidden="true" />
        </button>
      )}
      {editor && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.filtersOf(source)}
          title={t.filtersOf(source)}
          onClick={() => onEdit('filters')}
          data-testid="obs-item-filters"
        >
          <SlidersHorizontal size={16} aria-hidden="true" />
        </button>
      )}
      {editor && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.itemRemoveNamed(source)}
          title={t.itemRemoveNamed(source)}
          onClick={() => send(remove())}
          data-testid="obs-item-remove"
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      )}
    </li>
  )
}
