import { type CSSProperties, type DragEvent, useRef, useState } from 'react'
import { loadLater } from '../../components/load-later.tsx'
import { notify } from '../../components/toasts.tsx'
import { tryEdit } from '../commands.ts'
import { addSourceEdits } from '../new-source.ts'
import { useDocument } from '../show-store.ts'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import { addDroppedFiles } from '../uploads/drop-files.ts'
import { t as uploads } from '../uploads/messages.ts'
import { useAids } from './aids.ts'
import { CanvasVideo } from './canvas-video.tsx'
import { shareOfCanvas } from './canvas-zoom.ts'
import { hasFiles, readDrop } from './dropping.ts'
import { useEyedropper } from './eyedropper.ts'
import { t } from './messages.ts'
import { PickerLayer } from './picker-layer.tsx'
import { Rulers } from './rulers.tsx'
import { Stage } from './stage.tsx'
import { useCanvasZoom } from './use-canvas-zoom.ts'
import { useGuides } from './use-guides.ts'
import { AidLines } from './view-aids.tsx'
import { ViewMenu } from './view-menu.tsx'
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

/** Loaded when it is opened. */
const GuidesDialog = loadLater(async () => (await import('./guides-dialog.tsx')).GuidesDialog)

/** A canvas of the show: its live video, and handles over it if it may be edited. What is dropped on it becomes a source. */
export function Canvas({ canvas: id, role, scene: sceneId, selected, onSelect, editable = false }: CanvasProps) {
  const show = useDocument()
  const canvas = show?.canvases.find((each) => each.id === id)
  const scene = show?.scenes.find((each) => each.id === sceneId)
  if (show !== undefined && canvas !== undefined && scene !== undefined && editable)
    return <EditedCanvas key={id} {...{ canvas, role, scene, show, selected, onSelect }} />
  return (
    <div className="studio-canvas" style={shapeOf(canvas)} data-testid={`canvas-${role}`} data-scene={sceneId}>
      <CanvasVideo canvas={id} of={role} />
      {canvas !== undefined && <AidLines canvas={canvas} />}
    </div>
  )
}

const shapeOf = (canvas: CanvasPart | undefined): CSSProperties => ({
  aspectRatio: canvas === undefined ? '16 / 9' : `${canvas.width} / ${canvas.height}`,
})

interface EditedCanvasProps extends Pick<CanvasProps, 'role' | 'selected' | 'onSelect'> {
  readonly canvas: CanvasPart
  readonly scene: Scene
  readonly show: Collection
}

function EditedCanvas({ canvas, role, scene, show, selected, onSelect }: EditedCanvasProps) {
  const frame = useRef<HTMLDivElement>(null)
  const rulers = useAids((state) => state.rulers)
  const picking = useEyedropper((state) => state.picking)
  const [zoom, onZoom] = useCanvasZoom(frame)
  const guides = useGuides(canvas)
  const [editsGuides, setEditsGuides] = useState(false)
  const onEditGuides = (): void => setEditsGuides(true)

  const [dropping, setDropping] = useState(false)
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setDropping(false)
    const dropped = readDrop(event.dataTransfer, t.droppedText)
    if ('nothing' in dropped) notify(t.dropNothing)
    else if ('files' in dropped) {
      const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
      const { x, y } = shareOfCanvas(zoom, { x: (event.clientX - left) / width, y: (event.clientY - top) / height })
      const at = { x: x * canvas.width, y: y * canvas.height }
      void addDroppedFiles([...event.dataTransfer.files], { scene: scene.id, canvas: canvas.id, at }, onSelect)
    } else
      void tryEdit(addSourceEdits({ ...dropped.source, hasVideo: true }, show, scene.id, canvas)).then(
        (made) => made !== undefined && onSelect(made.slice(-1)),
      )
  }

  const onDragOver = (event: DragEvent): void => {
    event.preventDefault()
    if (!dropping && hasFiles(event.dataTransfer)) setDropping(true)
  }

  const place = { '--canvas-scale': zoom.scale, '--canvas-x': zoom.x, '--canvas-y': zoom.y } as CSSProperties
  return (
    <>
      {rulers && <Rulers canvas={canvas} zoom={zoom} guides={guides} frame={frame} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only a pointer drops files and texts; keys have Add source */}
      <div
        ref={frame}
        className={dropping ? 'studio-canvas dropping' : 'studio-canvas'}
        data-drop-hint={uploads.dropHere}
        style={{ ...shapeOf(canvas), ...place }}
        data-zoomed={zoom.scale > 1 ? 'in' : zoom.scale < 1 ? 'out' : undefined}
        data-testid={`canvas-${role}`}
        data-scene={scene.id}
        onDrop={onDrop}
        onDragOver={onDragOver}
        onDragLeave={() => setDropping(false)}
      >
        <CanvasVideo canvas={canvas.id} of={role} />
        <AidLines canvas={canvas} />
        <Stage {...{ canvas, scene, selected, onSelect, zoom, onZoom, guides, onEditGuides }} document={show} />
        {picking !== null && <PickerLayer canvas={canvas} scene={scene} document={show} picking={picking} />}
        <ViewMenu {...{ canvas, zoom, onZoom, onEditGuides }} />
      </div>
      {editsGuides && <GuidesDialog canvas={canvas} onClose={() => setEditsGuides(false)} />}
    </>
  )
}
