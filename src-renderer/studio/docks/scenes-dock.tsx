import { ArrowDown, ArrowUp, Copy, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { moveInList } from '../../components/list-keys.ts'
import { addScene, chooseScene, duplicateScene, moveTo, removeScene } from '../commands.ts'
import { t } from '../messages.ts'
import { change } from '../show-store.ts'
import type { Collection, ProgramState, Scene } from '../types.ts'
import { select } from '../view-store.ts'
import { Dock } from './dock.tsx'
import { NameField } from './name-field.tsx'
import { Tool } from './tool.tsx'
import { useDragOrder } from './use-drag-order.ts'

interface ScenesDockProps {
  readonly document: Collection
  readonly program: ProgramState
  /** Id of the canvas that is edited. */
  readonly canvas: string
  /** Id of the scene that is edited. */
  readonly scene: string
  readonly editor: boolean
}

/** The scenes: a click puts one on air, in studio mode into the preview. */
export function ScenesDock({ document, program, canvas, scene, editor }: ScenesDockProps) {
  const [renaming, setRenaming] = useState<string | null>(null)
  const { scenes } = document
  const at = scenes.findIndex(({ id }) => id === scene)
  const current = scenes[at]
  const drag = useDragOrder(editor, (from, gap) => {
    const moved = scenes[from]
    if (moved !== undefined) moveTo(`scenes/${moved.id}`, gap > from ? gap - 1 : gap)
  })
  const onAir = new Set(program.canvases.map((each) => each.program))
  const prepared = new Set(program.studioMode ? program.canvases.map((each) => each.preview) : [])
  const choose = (each: Scene, now = false): void => {
    select([])
    if (editor) chooseScene(each.id, program, now)
  }
  const add = async (): Promise<void> => {
    const id = await addScene(document, canvas)
    if (id === undefined) return
    chooseScene(id, program)
    setRenaming(id)
  }
  return (
    <Dock
      title={t.scenes.title}
      testId="scenes-dock"
      tools={
        editor && (
          <>
            <Tool Icon={Plus} label={t.scenes.add} onClick={() => void add()} testId="add-scene" />
            <Tool
              Icon={Copy}
              label={t.scenes.duplicate}
              disabled={current === undefined}
              onClick={() => current && void duplicateScene(current, document)}
              testId="duplicate-scene"
            />
            <Tool
              Icon={Trash2}
              label={t.scenes.remove}
              disabled={current === undefined || scenes.length < 2}
              onClick={() => current && void removeScene(current)}
              testId="delete-scene"
            />
            <span className="spacer" />
            <Tool Icon={ArrowUp} label={t.moveUp} disabled={at <= 0} onClick={() => moveTo(`scenes/${scene}`, at - 1)} />
            <Tool
              Icon={ArrowDown}
              label={t.moveDown}
              disabled={at < 0 || at >= scenes.length - 1}
              onClick={() => moveTo(`scenes/${scene}`, at + 1)}
            />
          </>
        )
      }
    >
      <ul className="entries" onKeyDown={moveInList}>
        {scenes.map((each, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside takes the keys
          <li
            key={each.id}
            className="entry"
            data-testid="scene"
            data-scene={each.id}
            data-current={each.id === scene}
            data-on-air={onAir.has(each.id)}
            data-prepared={prepared.has(each.id)}
            onClick={() => choose(each)}
            onDoubleClick={() => (program.studioMode ? choose(each, true) : editor && setRenaming(each.id))}
            {...drag.entry(index)}
          >
            <button
              type="button"
              className="entry-main"
              data-item
              aria-current={each.id === scene}
              aria-keyshortcuts="F2 Delete Alt+ArrowUp Alt+ArrowDown"
              onKeyDown={(event) => {
                if (!editor) return
                if (event.key === 'F2') setRenaming(each.id)
                else if (event.key === 'Delete' && scenes.length > 1) void removeScene(each)
                else if (event.altKey && event.key === 'ArrowUp' && index > 0) moveTo(`scenes/${each.id}`, index - 1)
                else if (event.altKey && event.key === 'ArrowDown' && index < scenes.length - 1) moveTo(`scenes/${each.id}`, index + 1)
                else return
                event.preventDefault()
                event.stopPropagation()
              }}
            >
              <NameField
                name={each.name}
                label={t.renameOf(each.name)}
                editing={renaming === each.id}
                onDone={(name) => {
                  setRenaming(null)
                  if (name !== null) change(`scenes/${each.id}`, { name })
                }}
              />
            </button>
            {onAir.has(each.id) ? (
              <span className="tally on-air">{t.scenes.onAir}</span>
            ) : (
              prepared.has(each.id) && <span className="tally prepared">{t.scenes.prepared}</span>
            )}
          </li>
        ))}
      </ul>
    </Dock>
  )
}
