import { Eye, EyeOff, Lock, LockOpen, Trash2 } from 'lucide-react'
import { call } from '../client/api.ts'
import { confirm } from '../components/dialog.tsx'
import { t } from './messages.ts'
import type { ObsItem, ObsScene } from './obs-stores.ts'
import { Panel, type PanelProps, send } from './panel.tsx'

/** Sources of a scene, the uppermost first. */
export function ItemsPanel({ id, editor, scene }: PanelProps & { readonly scene: ObsScene | undefined }) {
  const items = scene?.items.toReversed() ?? []
  return (
    <Panel title={scene === undefined ? t.sources : t.sourcesOf(scene.name)} testId="obs-items">
      {items.length === 0 || scene === undefined ? (
        <p className="quiet small obs-none">{t.noSources}</p>
      ) : (
        <ul className="obs-list">
          {items.map((item) => (
            <ItemRow key={item.id} id={id} scene={scene.name} item={item} editor={editor} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface ItemRowProps {
  readonly id: string
  readonly scene: string
  readonly item: ObsItem
  readonly editor: boolean
}

function ItemRow({ id, scene, item: { id: item, source, enabled, locked }, editor }: ItemRowProps) {
  const change = (changes: { readonly enabled?: boolean; readonly locked?: boolean }): void =>
    send(call('PATCH', `/obs/${id}/items`, { body: { scene, item, ...changes } }))
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
        onClick={() => change({ enabled: !enabled })}
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
        onClick={() => change({ locked: !locked })}
      >
        {locked ? <Lock size={16} aria-hidden="true" /> : <LockOpen size={16} aria-hidden="true" />}
      </button>
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
