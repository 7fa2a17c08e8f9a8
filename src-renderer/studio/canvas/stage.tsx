import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { opensMenu } from '../../components/context-menu.tsx'
import { notify } from '../../components/toasts.tsx'
import { entityAt } from '../document.ts'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import { useAids } from './aids.ts'
import { type CanvasZoom, type Fingers, panned, pinched } from './canvas-zoom.ts'
import { type HandleName, movedBy } from './dragging.ts'
import { carryOut, entryOfKey } from './entry-keys.ts'
import { type Box, boxOf, type Point } from './geometry.ts'
import { gripFrame, isBetweenGrips, turnerAt } from './grip-frame.ts'
import { Grips } from './grips.tsx'
import { GuideLines, guideOfElement } from './guide-lines.tsx'
import { noGuides, snapLinesWith } from './guides.ts'
import { t } from './messages.ts'
import { dragged, dragsItems, handlePoint, type Press } from './press.ts'
import type { SnapLines, SnappedTo } from './snapping.ts'
import { hit, inBox, isOn, localWay, type StageItem, sizesOf, stageItems } from './stage-items.ts'
import { StageMenu, stageEntries } from './stage-menu.tsx'
import { useGesture } from './use-gesture.ts'
import type { GuideEditor } from './use-guides.ts'

interface StageProps {
  readonly canvas: CanvasPart
  readonly scene: Scene
  readonly document: Collection
  readonly selected: readonly string[]
  readonly onSelect: (items: readonly string[]) => void
  readonly zoom: CanvasZoom
  readonly onZoom: (zoom: CanvasZoom) => void
  readonly guides: GuideEditor
  readonly onEditGuides: () => void
}

/** How near something must come to snap, pixels of the screen. */
const snapWithin = 8
/** A press that moves less is a click, pixels of the screen. */
const clickWithin = 3

/** Handles of the items of a scene, drawn over its video. */
export function Stage({ canvas, scene, document, selected, onSelect, zoom, onZoom, guides, onEditGuides }: StageProps) {
  const svg = useRef<SVGSVGElement>(null)
  const press = useRef<Press | undefined>(undefined)
  /** Pixels of the canvas for one of the screen. */
  const [unit, setUnit] = useState(1)
  const [snapped, setSnapped] = useState<SnappedTo>({})
  const [box, setBox] = useState<Box | undefined>(undefined)
  const [menu, setMenu] = useState<Point | undefined>(undefined)
  /** The space bar is pressed: a drag moves the view. */
  const [pans, setPans] = useState(false)
  const showsGuides = useAids((state) => state.guides)
  const gesture = useGesture()
  const { draft } = gesture
  const reports = useShow((state) => state.sourceReports)
  const items = useMemo(() => stageItems(scene, document, sizesOf(document, reports), draft), [scene, document, reports, draft])
  const chosen = items.filter(({ item }) => selected.includes(item.id))
  const [single] = chosen.length === 1 ? chosen : []
  const menuOptions = { items: chosen, canvas, document, scene, onSelect, all: items, zoom, onZoom, onEditGuides }

  useEffect(() => {
    const element = svg.current
    if (element === null) return
    const observer = new ResizeObserver(() => setUnit(element.clientWidth === 0 ? 1 : canvas.width / element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [canvas.width])

  const finish = (): void => {
    press.current = undefined
    setSnapped({})
    setBox(undefined)
  }

  // What is dragged may be deleted by another page, or its scene leaves the canvas.
  useEffect(() => {
    const now = press.current
    if (now === undefined || !dragsItems(now)) return
    const there = now.items.filter(({ at }) => items.some((each) => each.at === at))
    const gone = now.items.find((each) => !there.includes(each) && entityAt(document, each.at) === undefined)
    if (gone !== undefined) notify(t.itemGone(gone.name))
    if (there.length === now.items.length) return
    if (there.length > 0) press.current = { ...now, items: there }
    else {
      press.current = undefined
      setSnapped({})
      gesture.drop()
    }
  }, [items, document, gesture])

  const pointOf = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top, width } = (svg.current as SVGSVGElement).getBoundingClientRect()
    const scale = canvas.width / width
    return { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale }
  }
  /** The same point as a share of the frame, whatever part of the canvas that shows. */
  const shareOf = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const { x, y } = pointOf(event)
    return { x: zoom.x + (x / canvas.width) * zoom.scale, y: zoom.y + (y / canvas.height) * zoom.scale }
  }
  const linesFor = (moved: readonly StageItem[]): SnapLines =>
    snapLinesWith(
      canvas,
      showsGuides ? guides.guides : noGuides,
      items.filter((each) => each.depth === 0 && !moved.includes(each)).map((each) => each.box),
    )

  /** What a press of the first pointer starts. */
  const pressAt = (event: PointerEvent<SVGSVGElement>): Press | undefined => {
    const pointer = event.pointerId
    const from = pointOf(event)
    if (pans || event.button === 1) return { pointer, kind: 'pan', from: shareOf(event), zoom }
    const grip = (event.target as Element).getAttribute('data-handle')
    if (grip !== null && single !== undefined && !single.item.locked) {
      const to = grip === 'turn' ? turnerAt(gripFrame(single.corners, unit), unit) : handlePoint(single, grip as HandleName)
      const of = { pointer, offset: { x: to.x - from.x, y: to.y - from.y }, items: [single] }
      return grip === 'turn' ? { ...of, kind: 'turn' } : { ...of, kind: 'resize', handle: grip as HandleName, lines: linesFor([single]) }
    }
    const guide = guideOfElement(event.target as Element)
    if (guide !== undefined) {
      guides.start(guide.axis, guide.index, from)
      return { pointer, kind: 'guide' }
    }
    const below = event.altKey || event.ctrlKey || event.metaKey
    const isAt = (each: StageItem): boolean => isOn(each, from) || (each === single && isBetweenGrips(gripFrame(each.corners, unit), from))
    const kept = chosen.find((each) => !each.item.locked && isAt(each))
    const found = !below && !event.shiftKey && kept !== undefined ? kept : hit(items, from, selected, below)
    if (found === undefined) {
      if (!event.shiftKey) onSelect([])
      return { pointer, kind: 'select', from, before: event.shiftKey ? selected : [] }
    }
    const isChosen = selected.includes(found.item.id)
    const next = event.shiftKey
      ? isChosen
        ? selected.filter((id) => id !== found.item.id)
        : [...selected, found.item.id]
      : isChosen && !below
        ? selected
        : [found.item.id]
    if (next !== selected) onSelect(next)
    const moved = items.filter(({ item, at }) => next.includes(item.id) && !item.locked && !isWithin(at, items, next))
    return { pointer, kind: 'move', from, items: moved, lines: linesFor(moved), begun: false }
  }

  const onPointerDown = (event: PointerEvent<SVGSVGElement>): void => {
    const now = press.current
    if (now !== undefined) {
      // A second finger enlarges the canvas, unless the first one drags something already.
      const waits = now.kind === 'select' || (now.kind === 'move' && !now.begun)
      if (event.pointerType !== 'touch' || !waits) return
      finish()
      event.currentTarget.setPointerCapture(event.pointerId)
      const { x, y } = now.from
      const first = { x: zoom.x + (x / canvas.width) * zoom.scale, y: zoom.y + (y / canvas.height) * zoom.scale }
      const from: Fingers = [first, shareOf(event)]
      press.current = { kind: 'pinch', pointer: now.pointer, other: event.pointerId, from, to: from, zoom }
      return
    }
    if (event.button !== 0 && event.button !== 1) return
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus({ preventScroll: true })
    press.current = pressAt(event)
    // The middle button would scroll the page.
    if (event.button === 1) event.preventDefault()
  }

  const onPointerMove = (event: PointerEvent<SVGSVGElement>): void => {
    const now = press.current
    if (now === undefined) return
    if (now.kind === 'pinch') {
      const share = shareOf(event)
      if (event.pointerId === now.pointer) now.to = [share, now.to[1]]
      else if (event.pointerId === now.other) now.to = [now.to[0], share]
      onZoom(pinched(now.zoom, now.from, now.to))
      return
    }
    if (event.pointerId !== now.pointer) return
    const to = pointOf(event)
    if (now.kind === 'guide') guides.move(to)
    else if (now.kind === 'pan') {
      const { x, y } = shareOf(event)
      onZoom(panned(now.zoom, { x: x - now.from.x, y: y - now.from.y }))
    } else if (now.kind === 'select') {
      const drawn = boxOf([now.from, to])
      setBox(drawn)
      onSelect([...new Set([...now.before, ...inBox(items, drawn).map(({ item }) => item.id)])])
    } else {
      if (now.kind === 'move') {
        if (!now.begun && Math.hypot(to.x - now.from.x, to.y - now.from.y) < clickWithin * unit) return
        now.begun = true
      }
      if (now.items.length === 0) return
      const { changeOf, lines } = dragged(now, to, event, snapWithin * unit)
      setSnapped(lines)
      gesture.show(now.items, changeOf)
    }
  }

  const onPointerEnd = (event: PointerEvent): void => {
    const now = press.current
    if (now === undefined || (event.pointerId !== now.pointer && !(now.kind === 'pinch' && event.pointerId === now.other))) return
    if (now.kind === 'guide') guides.end()
    else if (dragsItems(now)) gesture.end()
    finish()
  }

  /** Everything as it was before the press. */
  const cancel = (): void => {
    const now = press.current
    if (now === undefined) return
    if (now.kind === 'guide') guides.cancel()
    else if (now.kind === 'pan' || now.kind === 'pinch') onZoom(now.zoom)
    else if (now.kind === 'select') onSelect(now.before)
    else gesture.cancel()
    finish()
  }

  const nudge = (way: Point): void => {
    const moved = chosen.filter(({ item, at }) => !item.locked && !isWithin(at, items, selected))
    if (moved.length === 0) return
    gesture.show(moved, (each) => movedBy(each.item, localWay(each, way)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const command = event.ctrlKey || event.metaKey
    const way = command || event.altKey ? undefined : nudgeOf(event)
    const entry = entryOfKey(event, stageEntries(menuOptions))
    if (press.current !== undefined) {
      // While something is dragged no key but these does anything: undo, too, puts it back.
      const undoes = command && event.key.toLowerCase() === 'z'
      if (event.key === 'Escape' || undoes) cancel()
      else if (way === undefined && entry === undefined) return
    } else if (way !== undefined) nudge(way)
    else if (event.key === ' ' && !command && !event.altKey && !event.shiftKey) setPans(true)
    else if (event.key === 'Escape') onSelect([])
    else if (opensMenu(event)) {
      const { left, top } = (svg.current as SVGSVGElement).getBoundingClientRect()
      const corner = single?.corners[0] ?? { x: 0, y: 0 }
      setMenu({ x: left + corner.x / unit, y: top + corner.y / unit })
    } else if (!carryOut(entry, notify)) return
    event.preventDefault()
    event.stopPropagation()
  }

  const points = (corners: readonly Point[]): string => corners.map(({ x, y }) => `${x},${y}`).join(' ')
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of graphics, no form */}
      <svg
        ref={svg}
        className="stage"
        viewBox={`0 0 ${canvas.width} ${canvas.height}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move what is selected
        tabIndex={0}
        role="group"
        aria-label={t.stage}
        aria-description={t.stageHelp}
        data-testid="stage"
        data-pans={pans}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onLostPointerCapture={onPointerEnd}
        onPointerCancel={cancel}
        onKeyDown={onKeyDown}
        onKeyUp={(event) => {
          if (event.key.startsWith('Arrow') && press.current === undefined) gesture.end()
          else if (event.key === ' ') setPans(false)
        }}
        onBlur={() => {
          setPans(false)
          // Keys that are let go elsewhere end no nudge here.
          if (press.current === undefined) gesture.end()
        }}
        onContextMenu={(event) => {
          event.preventDefault()
          const found = hit(items, pointOf(event), selected, false)
          if (found === undefined) onSelect([])
          else if (!selected.includes(found.item.id)) onSelect([found.item.id])
          setMenu({ x: event.clientX, y: event.clientY })
        }}
      >
        {showsGuides && <GuideLines canvas={canvas} editor={guides} unit={unit} />}
        {chosen.map((each) => (
          <polygon
            key={each.item.id}
            className={each.item.locked ? 'stage-frame locked' : 'stage-frame'}
            points={points(each.corners)}
            data-testid={`frame-${each.item.id}`}
          />
        ))}
        {snapped.x !== undefined && <line className="stage-guide" x1={snapped.x} x2={snapped.x} y1={0} y2={canvas.height} />}
        {snapped.y !== undefined && <line className="stage-guide" y1={snapped.y} y2={snapped.y} x1={0} x2={canvas.width} />}
        {box !== undefined && (
          <rect className="stage-box" x={box.left} y={box.top} width={box.right - box.left} height={box.bottom - box.top} />
        )}
        {single !== undefined && !single.item.locked && <Grips item={single} unit={unit} />}
      </svg>
      <p className="sr-only" role="status">
        {t.selection(chosen.map(({ name }) => name))}
      </p>
      {menu !== undefined && <StageMenu at={menu} options={menuOptions} onClose={() => setMenu(undefined)} />}
    </>
  )
}

/** Where an arrow key moves items, pixels of the canvas. */
function nudgeOf({ key, shiftKey }: KeyboardEvent): Point | undefined {
  const far = shiftKey ? 10 : 1
  if (key === 'ArrowLeft') return { x: -far, y: 0 }
  if (key === 'ArrowRight') return { x: far, y: 0 }
  if (key === 'ArrowUp') return { x: 0, y: -far }
  return key === 'ArrowDown' ? { x: 0, y: far } : undefined
}

/** Whether an item is in a group that is moved as a whole. */
function isWithin(at: string, items: readonly StageItem[], moved: readonly string[]): boolean {
  return items.some((each) => moved.includes(each.item.id) && at.startsWith(`${each.at}/`))
}
