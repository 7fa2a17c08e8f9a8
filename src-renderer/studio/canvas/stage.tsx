import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { opensMenu } from '../../components/context-menu.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Edit, Scene } from '../types.ts'
import { cropped, type HandleName, handles, type LayoutChange, movedBy, resized, turned } from './dragging.ts'
import { apply, type Box, boxOf, type Layout, type Point, pointAt } from './geometry.ts'
import { Gesture } from './gesture.ts'
import { itemKey } from './item-menu.ts'
import { t } from './messages.ts'
import { type Guides, type SnapLines, snapBox, snapLines, snapPoint } from './snapping.ts'
import { type Draft, hit, inBox, isOn, localPoint, localWay, type StageItem, sizesOf, stageItems } from './stage-items.ts'
import { StageMenu } from './stage-menu.tsx'

interface StageProps {
  readonly canvas: CanvasPart
  readonly scene: Scene
  readonly document: Collection
  readonly selected: readonly string[]
  readonly onSelect: (items: readonly string[]) => void
}

/** How near something must come to snap, pixels of the screen. */
const snapWithin = 8
/** A press that moves less is a click, pixels of the screen. */
const clickWithin = 3
const handleSize = 10
const turnerAway = 26

/** What a pressed pointer does. */
type Press =
  | { readonly kind: 'select'; readonly from: Point; readonly before: readonly string[] }
  | { readonly kind: 'move'; readonly from: Point; readonly items: readonly StageItem[]; readonly lines: SnapLines; begun: boolean }
  | { readonly kind: 'resize'; readonly item: StageItem; readonly handle: HandleName; readonly lines: SnapLines }
  | { readonly kind: 'turn'; readonly item: StageItem }

const noDraft: Draft = new Map()

/** What layouts of items are dragged to becomes edits of the same gesture; the draft is shown until the document has it. */
function useGesture() {
  const [draft, setDraft] = useState<Draft>(noDraft)
  const gesture = useRef<Gesture | undefined>(undefined)
  const show = (items: readonly StageItem[], changeOf: (item: StageItem) => LayoutChange): void => {
    const changes = items.map((each) => [each, changeOf(each)] as const)
    setDraft(new Map(changes.map(([{ item }, change]) => [item.id, change as Partial<Layout>])))
    gesture.current ??= new Gesture((error) => {
      setDraft(noDraft)
      notifyError(error)
    })
    gesture.current.send(changes.map(([{ at }, change]): Edit => ({ do: 'change', at, changes: { ...change } })))
  }
  const end = (): void => {
    const ended = gesture.current
    gesture.current = undefined
    void ended?.end().then((revision) => {
      const forget = (): void => {
        clearTimeout(timer)
        stop()
        if (gesture.current === undefined) setDraft(noDraft)
      }
      const isThere = (): boolean => revision === undefined || (useShow.getState().open?.revision ?? revision) >= revision
      const timer = setTimeout(forget, 3000)
      const stop = useShow.subscribe(() => {
        if (isThere()) forget()
      })
      if (isThere()) forget()
    })
  }
  return { draft, show, end }
}

/** Handles of the items of a scene, drawn over its video. */
export function Stage({ canvas, scene, document, selected, onSelect }: StageProps) {
  const svg = useRef<SVGSVGElement>(null)
  const press = useRef<Press | undefined>(undefined)
  /** Pixels of the canvas for one of the screen. */
  const [unit, setUnit] = useState(1)
  const [guides, setGuides] = useState<Guides>({})
  const [box, setBox] = useState<Box | undefined>(undefined)
  const [menu, setMenu] = useState<Point | undefined>(undefined)
  const { draft, show, end } = useGesture()
  const reports = useShow((state) => state.sourceReports)
  const items = useMemo(() => stageItems(scene, document, sizesOf(document, reports), draft), [scene, document, reports, draft])
  const chosen = items.filter(({ item }) => selected.includes(item.id))
  const [single] = chosen.length === 1 ? chosen : []

  useEffect(() => {
    const element = svg.current
    if (element === null) return
    const observer = new ResizeObserver(() => setUnit(element.clientWidth === 0 ? 1 : canvas.width / element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [canvas.width])

  const pointOf = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top, width } = (svg.current as SVGSVGElement).getBoundingClientRect()
    const scale = canvas.width / width
    return { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale }
  }
  const linesFor = (moved: readonly StageItem[]): SnapLines =>
    snapLines(
      canvas,
      items.filter((each) => each.depth === 0 && !moved.includes(each)).map((each) => each.box),
    )

  const onPointerDown = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.button !== 0 || press.current !== undefined) return
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus({ preventScroll: true })
    const from = pointOf(event)
    const grip = (event.target as Element).getAttribute('data-handle')
    if (grip !== null && single !== undefined && !single.item.locked) {
      press.current =
        grip === 'turn'
          ? { kind: 'turn', item: single }
          : { kind: 'resize', item: single, handle: grip as HandleName, lines: linesFor([single]) }
      return
    }
    const below = event.altKey || event.ctrlKey || event.metaKey
    const kept = chosen.find((each) => !each.item.locked && isOn(each, from))
    const found = !below && !event.shiftKey && kept !== undefined ? kept : hit(items, from, selected, below)
    if (found === undefined) {
      if (!event.shiftKey) onSelect([])
      press.current = { kind: 'select', from, before: event.shiftKey ? selected : [] }
      return
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
    press.current = { kind: 'move', from, items: moved, lines: linesFor(moved), begun: false }
  }

  const onPointerMove = (event: PointerEvent<SVGSVGElement>): void => {
    const now = press.current
    if (now === undefined) return
    const to = pointOf(event)
    const snaps = !(event.ctrlKey || event.metaKey)
    if (now.kind === 'select') {
      const drawn = boxOf([now.from, to])
      setBox(drawn)
      onSelect([...new Set([...now.before, ...inBox(items, drawn).map(({ item }) => item.id)])])
    } else if (now.kind === 'move') {
      const way = { x: to.x - now.from.x, y: to.y - now.from.y }
      if (!now.begun && Math.hypot(way.x, way.y) < clickWithin * unit) return
      now.begun = true
      if (now.items.length === 0) return
      const { left, top, right, bottom } = boxOf(now.items.flatMap(({ corners }) => corners))
      const there = { left: left + way.x, top: top + way.y, right: right + way.x, bottom: bottom + way.y }
      const snapped = snaps ? snapBox(there, now.lines, snapWithin * unit) : { by: { x: 0, y: 0 }, guides: {} }
      setGuides(snapped.guides)
      const by = { x: way.x + snapped.by.x, y: way.y + snapped.by.y }
      show(now.items, (each) => movedBy(each.item, localWay(each, by)))
    } else if (now.kind === 'resize') {
      const { item, handle, lines } = now
      const side = handles[handle]
      const upright = item.item.rotation % 90 === 0
      const axes = { x: side.x !== 0, y: side.y !== 0 }
      const snapped = snaps && upright ? snapPoint(to, axes, lines, snapWithin * unit) : { by: { x: 0, y: 0 }, guides: {} }
      setGuides(snapped.guides)
      const at = localPoint(item, { x: to.x + snapped.by.x, y: to.y + snapped.by.y })
      const corner = side.x !== 0 && side.y !== 0
      show([item], (each) =>
        event.altKey ? cropped(each.item, each.content, side, at) : resized(each.item, each.content, side, at, corner !== event.shiftKey),
      )
    } else show([now.item], (each) => turned(each.item, each.content, localPoint(each, to), !snaps))
  }

  const onPointerEnd = (): void => {
    press.current = undefined
    setGuides({})
    setBox(undefined)
    end()
  }

  const nudge = (way: Point): void => {
    const moved = chosen.filter(({ item, at }) => !item.locked && !isWithin(at, items, selected))
    if (moved.length === 0) return
    show(moved, (each) => movedBy(each.item, localWay(each, way)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const far = event.shiftKey ? 10 : 1
    const ways: Readonly<Record<string, Point>> = {
      ArrowLeft: { x: -far, y: 0 },
      ArrowRight: { x: far, y: 0 },
      ArrowUp: { x: 0, y: -far },
      ArrowDown: { x: 0, y: far },
    }
    const way = ways[event.key]
    const command = event.ctrlKey || event.metaKey
    if (way !== undefined && !command && !event.altKey) nudge(way)
    else if (event.key === 'Escape') onSelect([])
    else if (command && event.key.toLowerCase() === 'a')
      onSelect(items.filter(({ depth, item }) => depth === 0 && !item.locked).map(({ item }) => item.id))
    else if (opensMenu(event)) {
      const { left, top } = (svg.current as SVGSVGElement).getBoundingClientRect()
      const corner = single?.corners[0] ?? { x: 0, y: 0 }
      setMenu({ x: left + corner.x / unit, y: top + corner.y / unit })
    } else {
      const act = itemKey(event, { items: chosen, scene, document, onSelect })
      if (act === undefined) return
      act()
    }
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
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
        onKeyDown={onKeyDown}
        onKeyUp={(event) => {
          if (event.key.startsWith('Arrow')) end()
        }}
        onContextMenu={(event) => {
          event.preventDefault()
          const found = hit(items, pointOf(event), selected, false)
          if (found !== undefined && !selected.includes(found.item.id)) onSelect([found.item.id])
          setMenu({ x: event.clientX, y: event.clientY })
        }}
      >
        {chosen.map((each) => (
          <polygon
            key={each.item.id}
            className={each.item.locked ? 'stage-frame locked' : 'stage-frame'}
            points={points(each.corners)}
            data-testid={`frame-${each.item.id}`}
          />
        ))}
        {guides.x !== undefined && <line className="stage-guide" x1={guides.x} x2={guides.x} y1={0} y2={canvas.height} />}
        {guides.y !== undefined && <line className="stage-guide" y1={guides.y} y2={guides.y} x1={0} x2={canvas.width} />}
        {box !== undefined && (
          <rect className="stage-box" x={box.left} y={box.top} width={box.right - box.left} height={box.bottom - box.top} />
        )}
        {single !== undefined && !single.item.locked && <Grips item={single} unit={unit} />}
      </svg>
      <p className="sr-only" role="status">
        {t.selection(chosen.map(({ name }) => name))}
      </p>
      {menu !== undefined && (
        <StageMenu
          at={menu}
          items={chosen}
          canvas={canvas}
          document={document}
          scene={scene}
          onSelect={onSelect}
          onClose={() => setMenu(undefined)}
        />
      )}
    </>
  )
}

/** The eight handles of a frame, and the one above it that turns it. */
function Grips({ item, unit }: { readonly item: StageItem; readonly unit: number }) {
  const size = handleSize * unit
  const at = (u: number, v: number): Point => apply(item.within, pointAt(item.frame, u, v))
  const top = at(0.5, 0)
  const bottom = at(0.5, 1)
  const length = Math.hypot(top.x - bottom.x, top.y - bottom.y) || 1
  const away = (turnerAway * unit) / length
  const turner = { x: top.x + (top.x - bottom.x) * away, y: top.y + (top.y - bottom.y) * away }
  return (
    <>
      <line className="stage-frame" x1={top.x} y1={top.y} x2={turner.x} y2={turner.y} />
      <circle className="stage-grip turn" cx={turner.x} cy={turner.y} r={size / 2} data-handle="turn" data-testid="handle-turn" />
      {Object.entries(handles).map(([name, { x, y }]) => {
        const point = at((x + 1) / 2, (y + 1) / 2)
        return (
          <rect
            key={name}
            className="stage-grip"
            x={point.x - size / 2}
            y={point.y - size / 2}
            width={size}
            height={size}
            style={{ cursor: `${name}-resize` }}
            data-handle={name}
            data-testid={`handle-${name}`}
          />
        )
      })}
    </>
  )
}

/** Whether an item is in a group that is moved as a whole. */
function isWithin(at: string, items: readonly StageItem[], moved: readonly string[]): boolean {
  return items.some((each) => moved.includes(each.item.id) && at.startsWith(`${each.at}/`))
}
