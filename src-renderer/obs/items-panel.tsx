import { Eye, EyeOff, Lock, LockOpen, Move, SlidersHorizontal, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { confirm } from '../components/dialog.tsx'
import { FiltersDialog } from './editing/filters-dialog.tsx'
import { TransformDialog } from './editing/transform-dialog.tsx'
import { UndoButton } from './editing/undo-button.tsx'
import type { UndoStack } from './editing/undo-stack.ts'
import { t } from './messages.ts'
import type { ObsFilter, ObsItem, ObsScene } from './obs-stores.ts'
import { Panel, type PanelProps, send } from './panel.tsx'

/** Sources of a scene, the uppermost first. */
export function ItemsPanel({ id, mirror, editor, scene, undo }: ItemsPanelProps) {
  /** What of which item is edited. */
  const [editing, setEditing] = useState<{ readonly what: 'transform' | 'filters'; readonly item: number } | null>(null)
  const items = scene?.items.toReversed() ?? []
  const edited = items.find((item) => item.id === editing?.item)
  const close = (): void => setEditing(null)
  return (
    <Panel
      title={scene === undefined ? t.sources : t.sourcesOf(scene.name)}
      testId="obs-items"
      tools={editor && <UndoButton undo={undo} />}
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
}

function ItemRow({ id, scene, item: { id: item, source, enabled, locked }, editor, undo, onEdit }: ItemRowProps) {
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
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      )}
    </li>
  )
}
