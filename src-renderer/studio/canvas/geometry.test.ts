import { expect, test } from 'vitest'
import { alignBoxes, distributeBoxes } from './arranging.ts'
import { cropped, handles, type LayoutChange, movedBy, resized, turned } from './dragging.ts'
import { apply, type Box, boxOf, contentTransform, cornersOf, frameOf, type Layout, type Point, pointAt, sharesOf } from './geometry.ts'
import { gripAt, gripFrame, isBetweenGrips, turnerAt } from './grip-frame.ts'
import { snapBox, snapLines, snapPoint } from './snapping.ts'

const plain: Layout = {
  position: { x: 100, y: 50 },
  scale: { x: 1, y: 1 },
  rotation: 0,
  alignment: { x: 'left', y: 'top' },
  crop: { left: 0, top: 0, right: 0, bottom: 0 },
  bounds: null,
}
const content = { width: 400, height: 200 }
const middle = { x: 'center', y: 'center' } as const

const corners = (layout: Layout): Point[] =>
  cornersOf(frameOf(layout, content)).map(({ x, y }) => ({ x: Math.round(x * 100) / 100 + 0, y: Math.round(y * 100) / 100 + 0 }))
const after = (layout: Layout, change: LayoutChange): Layout => ({ ...layout, ...change })

test.each<[string, Partial<Layout>, number[]]>([
  ['as it is', {}, [100, 50, 500, 250]],
  ['scaled', { scale: { x: 0.5, y: 2 } }, [100, 50, 300, 450]],
  ['about its middle', { alignment: middle }, [-100, -50, 300, 150]],
  ['cropped', { crop: { left: 100, top: 0, right: 0, bottom: 50 } }, [100, 50, 400, 200]],
  ['mirrored', { scale: { x: -1, y: 1 } }, [-300, 50, 100, 250]],
  ['turned by a quarter', { rotation: 90 }, [-100, 50, 100, 450]],
  ['in bounds', { bounds: { fit: 'contain', width: 640, height: 360, alignment: middle } }, [100, 50, 740, 410]],
])('has the frame of an item %s', (_, change, expected) => {
  const { left, top, right, bottom } = boxOf(corners({ ...plain, ...change }))
  expect([left, top, right, bottom]).toEqual(expected)
})

test.each<[string, Partial<Layout>, Point, Point]>([
  ['scaled', { scale: { x: 2, y: 2 } }, { x: 100, y: 50 }, { x: 900, y: 450 }],
  ['mirrored', { scale: { x: -1, y: 1 } }, { x: 100, y: 50 }, { x: -300, y: 250 }],
  // 640x360 around 2:1 content: 640x320 in the middle of the height.
  [
    'contained in bounds',
    { bounds: { fit: 'contain', width: 640, height: 360, alignment: middle } },
    { x: 100, y: 70 },
    { x: 740, y: 390 },
  ],
  [
    'stretched into bounds',
    { bounds: { fit: 'stretch', width: 640, height: 360, alignment: middle } },
    { x: 100, y: 50 },
    { x: 740, y: 410 },
  ],
])('knows where content is that is %s', (_, change, first, last) => {
  const transform = contentTransform({ ...plain, ...change }, content)
  expect(apply(transform, { x: 0, y: 0 })).toEqual(first)
  expect(apply(transform, { x: 400, y: 200 })).toEqual(last)
})

test('finds the shares of a frame at which a point lies', () => {
  const frame = frameOf({ ...plain, rotation: 30, alignment: middle }, content)
  const { u, v } = sharesOf(frame, pointAt(frame, 0.2, 0.9))
  expect([u, v]).toEqual([expect.closeTo(0.2), expect.closeTo(0.9)])
})

test('moves by whole ways and by parts of a pixel', () => {
  expect(movedBy(plain, { x: 10.126, y: -3 })).toEqual({ position: { x: 110.13, y: 47 } })
})

const layouts: [string, Layout][] = [
  ['plain', plain],
  ['turned', { ...plain, rotation: 33 }],
  ['about its middle', { ...plain, alignment: middle, rotation: -70 }],
  ['mirrored and cropped', { ...plain, scale: { x: -1.5, y: 0.5 }, crop: { left: 40, top: 10, right: 0, bottom: 30 }, rotation: 10 }],
  ['in bounds', { ...plain, rotation: 15, bounds: { fit: 'contain', width: 500, height: 300, alignment: middle } }],
]

for (const [name, layout] of layouts) {
  test.each(Object.entries(handles))(`an item that is ${name} follows the handle %s and keeps its opposite side`, (_, side) => {
    const frame = frameOf(layout, content)
    const [u, v] = [(side.x + 1) / 2, (side.y + 1) / 2]
    const to = pointAt(frame, u + side.x * 0.25, v + side.y * 0.5)
    const next = frameOf(after(layout, resized(layout, content, side, to, false)), content)
    const [kept, was] = [pointAt(next, 1 - u, 1 - v), pointAt(frame, 1 - u, 1 - v)]
    expect(Math.hypot(kept.x - was.x, kept.y - was.y)).toBeLessThan(0.2)
    const reached = pointAt(next, u, v)
    expect(Math.hypot(reached.x - to.x, reached.y - to.y)).toBeLessThan(0.2)
  })

  test(`an item that is ${name} keeps its shape`, () => {
    const frame = frameOf(layout, content)
    const next = frameOf(after(layout, resized(layout, content, handles.se, pointAt(frame, 1.5, 1.1), true)), content)
    expect(next.width / next.height).toBeCloseTo(frame.width / frame.height, 2)
    expect(next.width).toBeCloseTo(frame.width * 1.5, 0)
  })

  test(`an item that is ${name} turns about its middle`, () => {
    const was = pointAt(frameOf(layout, content), 0.5, 0.5)
    const change = turned(layout, content, { x: was.x + 100, y: was.y + 3 }, 'caught')
    expect(change.rotation).toBe(90)
    const now = pointAt(frameOf(after(layout, change), content), 0.5, 0.5)
    expect(Math.hypot(now.x - was.x, now.y - was.y)).toBeLessThan(0.1)
  })
}

for (const [name, layout] of layouts) {
  test.each(Object.entries(handles))(
    `an item that is ${name} is mirrored by the handle %s when it crosses the opposite side`,
    (_, side) => {
      const frame = frameOf(layout, content)
      const [u, v] = [(side.x + 1) / 2, (side.y + 1) / 2]
      // As far beyond the side that stays as the item was long.
      const to = pointAt(frame, u - side.x * 2, v - side.y * 2)
      const change = resized(layout, content, side, to, false)
      const next = frameOf(after(layout, change), content)
      const [box, was] = [boxOf(cornersOf(next)), boxOf(cornersOf({ ...frame, ...crossed(frame, side) }))]
      for (const edge of ['left', 'top', 'right', 'bottom'] as const) expect(Math.abs(box[edge] - was[edge])).toBeLessThan(0.3)
      if (layout.bounds === null) {
        expect(Math.sign((change.scale?.x ?? 0) * layout.scale.x)).toBe(side.x === 0 ? 1 : -1)
        expect(Math.sign((change.scale?.y ?? 0) * layout.scale.y)).toBe(side.y === 0 ? 1 : -1)
      } else expect(change.bounds?.width).toBeGreaterThan(0)
    },
  )
}

/** The frame on the other side of what stays, as large as before. */
function crossed(frame: ReturnType<typeof frameOf>, side: { readonly x: number; readonly y: number }): { readonly origin: Point } {
  const [from, to] = [pointAt(frame, 0, 0), pointAt(frame, -side.x, -side.y)]
  return { origin: { x: frame.origin.x + to.x - from.x, y: frame.origin.y + to.y - from.y } }
}

test('mirrors across one side alone, with its shape kept', () => {
  const { scale } = resized(plain, content, handles.se, { x: -300, y: 450 }, true)
  expect(scale).toEqual({ x: -2, y: 2 })
})

test('a handle on the opposite side itself leaves something to see', () => {
  const { scale } = resized(plain, content, handles.e, { x: 100, y: 0 }, false)
  expect(scale?.x).toBeGreaterThan(0)
})

test('turns in steps of 15 degrees, freely, or caught at eighths of a turn', () => {
  const middleOf = pointAt(frameOf(plain, content), 0.5, 0.5)
  const at = (degrees: number): Point => {
    const angle = ((degrees - 90) * Math.PI) / 180
    return { x: middleOf.x + 100 * Math.cos(angle), y: middleOf.y + 100 * Math.sin(angle) }
  }
  expect(turned(plain, content, at(52), 'steps').rotation).toBe(45)
  expect(turned(plain, content, at(53), 'steps').rotation).toBe(60)
  expect(turned(plain, content, at(43), 'caught').rotation).toBe(45)
  expect(turned(plain, content, at(52), 'caught').rotation).toBe(52)
  expect(turned(plain, content, at(44), 'free').rotation).toBe(44)
})

test.each<[string, Layout, number]>([
  ['a dot', { ...plain, scale: { x: 0.01, y: 0.01 } }, 1],
  ['a line', { ...plain, scale: { x: 1, y: 0.01 }, rotation: 30 }, 2],
  ['without a side', { ...plain, scale: { x: 0, y: 0 } }, 1],
])('keeps the handles of %s apart, and something between them to move it by', (_, layout, unit) => {
  const frame = gripFrame(cornersOf(frameOf(layout, content)), unit)
  const points = Object.values(handles).map(({ x, y }) => gripAt(frame, x, y))
  for (const [index, one] of points.entries())
    for (const other of points.slice(index + 1)) expect(Math.hypot(one.x - other.x, one.y - other.y) / unit).toBeGreaterThan(20)
  expect(isBetweenGrips(frame, { x: frame.center.x + 8 * unit, y: frame.center.y })).toBe(true)
  const turner = turnerAt(frame, unit)
  expect(isBetweenGrips(frame, turner)).toBe(false)
  expect(Math.min(...points.map((each) => Math.hypot(each.x - turner.x, each.y - turner.y))) / unit).toBeGreaterThan(20)
})

test('draws the handles of an item that is large enough at its corners', () => {
  const corners = cornersOf(frameOf({ ...plain, rotation: 20 }, content))
  const frame = gripFrame(corners, 1)
  expect(gripAt(frame, -1, -1)).toEqual({ x: expect.closeTo(corners[0].x), y: expect.closeTo(corners[0].y) })
  expect(gripAt(frame, 1, 1)).toEqual({ x: expect.closeTo(corners[2].x), y: expect.closeTo(corners[2].y) })
})

test.each<[string, Partial<Layout>, Box]>([
  ['plain', {}, { left: 200, top: 50, right: 500, bottom: 250 }],
  ['scaled', { scale: { x: 2, y: 2 } }, { left: 200, top: 50, right: 900, bottom: 450 }],
])('crops the left of an item that is %s, and leaves the rest in its place', (_, change, expected) => {
  const layout = { ...plain, ...change }
  expect(boxOf(corners(after(layout, cropped(layout, content, handles.w, { x: 200, y: 0 }))))).toEqual(expected)
})

test('crops what is fitted into bounds, and leaves the rest in its place', () => {
  const layout: Layout = { ...plain, bounds: { fit: 'contain', width: 640, height: 360, alignment: middle } }
  const next = after(layout, cropped(layout, content, handles.w, { x: 196, y: 0 }))
  expect(next.crop).toEqual({ left: 60, top: 0, right: 0, bottom: 0 })
  expect(boxOf(corners(next))).toEqual({ left: 196, top: 70, right: 740, bottom: 390 })
  // 1.6 pixels for each of the content, as before.
  expect(apply(contentTransform(next, content), { x: 340, y: 200 })).toEqual({ x: 740, y: 390 })
  const further = after(next, cropped(next, content, handles.w, { x: 100, y: 0 }))
  expect(boxOf(corners(further))).toEqual({ left: 100, top: 70, right: 740, bottom: 390 })
})

test('crops the other side of mirrored content, and never all of it', () => {
  const mirrored = { ...plain, scale: { x: -1, y: 1 } }
  expect(cropped(mirrored, content, handles.w, { x: -200, y: 0 }).crop).toMatchObject({ left: 0, right: 100 })
  expect(cropped(plain, content, handles.e, { x: -9000, y: 0 }).crop).toMatchObject({ left: 0, right: 399 })
})

const lines = snapLines({ width: 1280, height: 720 }, [{ left: 200, top: 100, right: 300, bottom: 140 }])

test('snaps a box to the nearest line of the canvas or of another item, on each axis for itself', () => {
  expect(snapBox({ left: 303, top: 500, right: 403, bottom: 560 }, lines, 8)).toEqual({ by: { x: -3, y: 0 }, guides: { x: 300 } })
  expect(snapBox({ left: 586, top: 333, right: 686, bottom: 393 }, lines, 8)).toEqual({ by: { x: 4, y: -3 }, guides: { x: 640, y: 360 } })
  expect(snapBox({ left: 900, top: 500, right: 990, bottom: 560 }, lines, 8)).toEqual({ by: { x: 0, y: 0 }, guides: {} })
})

test('snaps a dragged side on the axis that it moves along', () => {
  expect(snapPoint({ x: 198, y: 101 }, { x: true, y: false }, lines, 8)).toEqual({ by: { x: 2, y: 0 }, guides: { x: 200 } })
})

const boxes: Box[] = [
  { left: 0, top: 0, right: 100, bottom: 50 },
  { left: 500, top: 200, right: 600, bottom: 300 },
  { left: 150, top: 400, right: 200, bottom: 500 },
]

test('aligns several items to each other, and one to the canvas', () => {
  const canvas = { width: 1280, height: 720 }
  expect(alignBoxes(boxes, 'right', canvas).map(({ x }) => x)).toEqual([500, 0, 400])
  expect(alignBoxes(boxes, 'middle', canvas).map(({ y }) => y)).toEqual([225, 0, -200])
  expect(alignBoxes(boxes.slice(0, 1), 'bottom', canvas)).toEqual([{ x: 0, y: 670 }])
})

test('distributes items with the same gaps, whatever their order', () => {
  expect(distributeBoxes(boxes, 'x').map(({ x }) => x)).toEqual([0, 0, 125])
  expect(distributeBoxes(boxes.slice(0, 2), 'x').map(({ x }) => x)).toEqual([0, 0])
})
