import { type DragEvent, useState } from 'react'
import { notify } from '../../components/toasts.tsx'
import { tryEdit } from '../commands.ts'
import { addSourceEdits } from '../new-source.ts'
import { useDocument } from '../show-store.ts'
import { addDroppedFiles } from '../uploads/drop-files.ts'
import { t as uploads } from '../uploads/messages.ts'
import { CanvasVideo } from './canvas-video.tsx'
import { hasFiles, readDrop } from './dropping.ts'
import { useEyedropper } from './eyedropper.ts'
import { t } from './messages.ts'
import { PickerLayer } from './picker-layer.tsx'
import { Stage } from './stage.tsx'
import { AidButtons, AidLines, useAid } from './view-aids.tsx'
import './canvas.css'

export interface CanvasProps {
  /** Id of the canvas. */
  readonly canvas: string
  /** Id of the scene whose items are handled. */
  readonly scene: string
  /** Which image of the canvas is shown: what is on air, or what is prepared. */
  readonly role: 'program' | 'preview'
  /** Ids of the selected items of the scene. */
  readonly selected: readonly string[]
  readonly onSelect: (items: readonly string[]) => void
  readonly editable?: boolean
}

/** A canvas of the show: its live video, and handles over it if it may be edited. What is dropped on it becomes a source. */
export function Canvas({ canvas: id, role, scene: sceneId, selected, onSelect, editable = false }: CanvasProps) {
  const show = useDocument()
  const safeAreas = useAid('safeAreas')
  const grid = useAid('grid')
  const picking = useEyedropper((state) => state.picking)
  const canvas = show?.canvases.find((each) => each.id === id)
  const scene = show?.scenes.find((each) => each.id === sceneId)

  const [dropping, setDropping] = useState(false)
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(false)
    if (show === undefined || canvas === undefined) return
    const dropped = readDrop(event.dataTransfer, t.droppedText)
    if ('nothing' in dropped) notify(t.dropNothing)
    else if ('files' in dropped) {
      const { left, top, width } = event.currentTarget.getBoundingClientRect()
      const scale = canvas.width / width
      const at = { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale }
      void addDroppedFiles([...event.dataTransfer.files], { scene: sceneId, canvas: canvas.id, at }, onSelect)
    } else
      void tryEdit(addSourceEdits({ ...dropped.source, pictures: true }, show, sceneId, canvas)).then(
        (made) => made !== undefined && onSelect(made.slice(-1)),
      )
  }

  const onDragOver = (event: DragEvent): void => {
    event.preventDefault()
    if (!dropping && hasFiles(event.dataTransfer)) setDropping(true)
  }

  return (
    <div
      className={dropping ? 'studio-canvas dropping' : 'studio-canvas'}
      data-drop-hint={uploads.dropHere}
      style={{ aspectRatio: canvas === undefined ? '16 / 9' : `${canvas.width} / ${canvas.height}` }}
      data-testid={`canvas-${role}`}
      data-scene={sceneId}
      {...(editable ? { onDrop, onDragOver, onDragLeave: () => setDropping(false) } : {})}
    >
      <CanvasVideo canvas={id} of={role} />
      {canvas !== undefined && <AidLines canvas={canvas} safeAreas={safeAreas[0]} grid={grid[0]} />}
      {editable && show !== undefined && canvas !== undefined && scene !== undefined && (
        <Stage canvas={canvas} scene={scene} document={show} selected={selected} onSelect={onSelect} />
      )}
      {editable && picking !== null && show !== undefined && canvas !== undefined && scene !== undefined && (
        <PickerLayer canvas={canvas} scene={scene} document={show} picking={picking} />
      )}
      {editable && <AidButtons safeAreas={safeAreas} grid={grid} />}
    </div>
  )
}
