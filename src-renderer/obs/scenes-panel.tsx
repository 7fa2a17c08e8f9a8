import { Plus } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { ContextMenu, opensMenu } from '../components/context-menu.tsx'
import { confirm, Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { moveInList } from '../components/list-keys.ts'
import { t } from './messages.ts'
import { Panel, type PanelProps, send } from './panel.tsx'

interface ScenesPanelProps extends PanelProps {
  readonly chosen: string | undefined
  readonly onChoose: (scene: string) => void
}

/** Scenes of an OBS: a click puts one on air, or into the preview in studio mode. */
export function ScenesPanel({ id, mirror, editor, chosen, onChoose }: ScenesPanelProps) {
  const [menu, setMenu] = useState<{ readonly scene: string; readonly x: number; readonly y: number } | null>(null)
  /** The scene that gets another name; an empty one: a new scene. */
  const [naming, setNaming] = useState<string | null>(null)
  const scenes = mirror.scenes.filter(({ isGroup }) => !isGroup)
  const show = (scene: string): void => {
    onChoose(scene)
    if (editor) send(call('POST', `/obs/${id}/${mirror.studioMode ? 'preview' : 'program'}`, { body: { scene } }))
  }
  const remove = async (scene: string): Promise<void> => {
    if (await confirm(t.sceneRemoveTitle(scene), t.sceneRemoveText, t.sceneRemove))
      await call('DELETE', `/obs/${id}/scenes`, { query: { scene } })
  }
  return (
    <Panel
      title={t.scenes}
      testId="obs-scenes"
      tools={
        editor && (
          <button
            type="button"
            className="button quiet icon"
            aria-label={t.sceneNew}
            title={t.sceneNew}
            onClick={() => setNaming('')}
            data-testid="obs-add-scene"
          >
            <Plus size={16} aria-hidden="true" />
          </button>
        )
      }
    >
      <ul className="obs-list" onKeyDown={moveInList}>
        {scenes.map(({ name }) => (
          <li key={name}>
            <button
              type="button"
              data-item
              className="obs-entry"
              aria-pressed={chosen === name}
              data-testid="obs-scene"
              data-scene={name}
              data-tally={name === mirror.program ? 'program' : name === mirror.preview ? 'preview' : undefined}
              onClick={() => show(name)}
              onContextMenu={(event) => {
                if (!editor) return
                event.preventDefault()
                setMenu({ scene: name, x: event.clientX, y: event.clientY })
              }}
              onKeyDown={(event) => {
                if (!editor || !opensMenu(event)) return
                event.preventDefault()
                const { left, bottom } = event.currentTarget.getBoundingClientRect()
                setMenu({ scene: name, x: left, y: bottom })
              }}
            >
              <span className="obs-entry-name">{name}</span>
              {name === mirror.program && <span className="chip live">{t.program}</span>}
              {mirror.studioMode && name === mirror.preview && <span className="chip good">{t.preview}</span>}
            </button>
          </li>
        ))}
      </ul>
      {menu !== null && (
        <ContextMenu
          at={menu}
          label={t.sceneMenu(menu.scene)}
          groups={[
            [
              { label: t.sceneRename, act: () => setNaming(menu.scene) },
              { label: t.sceneRemove, act: () => send(remove(menu.scene)), disabled: scenes.length < 2 },
            ],
          ]}
          onClose={() => setMenu(null)}
          testId="obs-scene-menu"
        />
      )}
      {naming !== null && <SceneName id={id} scene={naming} onClose={() => setNaming(null)} />}
    </Panel>
  )
}

/** Asks for the name of a scene: a new one where it has none yet. */
function SceneName({ id, scene, onClose }: { readonly id: string; readonly scene: string; readonly onClose: () => void }) {
  const [name, setName] = useState(scene)
  const isNew = scene === ''
  const submit = async (): Promise<void> => {
    const wanted = name.trim()
    if (isNew) await call('POST', `/obs/${id}/scenes`, { body: { scene: wanted } })
    else if (wanted !== scene) await call('PATCH', `/obs/${id}/scenes`, { body: { scene, newName: wanted } })
    onClose()
  }
  return (
    <Dialog title={isNew ? t.sceneNew : t.sceneRename} onClose={onClose} testId="obs-scene-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={isNew ? t.sceneCreate : t.save}
        testId="obs-scene-submit"
        disabled={name.trim() === ''}
      >
        <div className="field">
          <label htmlFor="obs-scene-name">{t.sceneName}</label>
          <input
            id="obs-scene-name"
            className="input"
            value={name}
            maxLength={300}
            onChange={(event) => setName(event.target.value)}
            data-testid="obs-scene-name"
          />
        </div>
      </DialogForm>
    </Dialog>
  )
}
