import { describe, expect, it } from 'vitest'
import { plainLayout } from '../../document/checks/plain-layout.ts'
import type { ItemLayout } from '../../document/collection.ts'
import { extent, type Placement, place } from './placement.ts'

const layout: ItemLayout = { ...plainLayout, id: 'i', position: { x: 100, y: 50 } }
const middle = { x: 'center', y: 'center' } as const
const at = (change: Partial<ItemLayout>): Placement => place({ ...layout, ...change }, 200, 100) as Placement

describe('an item', () => {
  it('has its alignment point at its position', () => {
    expect(extent(at({}))).toEqual([100, 50, 300, 150])
    expect(extent(at({ alignment: middle }))).toEqual([0, 0, 200, 100])
    expect(extent(at({ alignment: { x: 'right', y: 'bottom' }, scale: { x: 0.5, y: 2 } }))).toEqual([0, -150, 100, 50])
  })

  it('keeps its own size on whole pixels about a point in its middle, and between them where it was put there', () => {
    const odd = (change: Partial<ItemLayout>) => extent(place({ ...layout, alignment: middle, ...change }, 201, 99) as Placement)
    expect(odd({})).toEqual([0, 1, 201, 100])
    expect(odd({ position: { x: 100.25, y: 50 } })).toEqual([0.25, 1, 201.25, 100])
    expect(odd({ scale: { x: 0.5, y: 0.5 } })).toEqual([49.75, 25.25, 150.25, 74.75])
  })

  it('turns clockwise about that point, quarter turns exactly', () => {
    expect(at({ rotation: 90 }).transform).toEqual([0, 1, -1, 0, 100, 50])
    expect(extent(at({ rotation: 90 }))).toEqual([0, 50, 100, 250])
    expect(extent(at({ rotation: 180, alignment: middle }))).toEqual([0, 0, 200, 100])
  })

  it('is cropped before it is placed, mirrored where its scale is negative, and nothing where nothing is left', () => {
    expect(extent(at({ crop: { left: 50, top: 10, right: 50, bottom: 10 } }))).toEqual([100, 50, 200, 130])
    expect(extent(at({ scale: { x: -1, y: 1 }, alignment: middle }))).toEqual([0, 0, 200, 100])
    expect(place({ ...layout, crop: { left: 150, top: 0, right: 50, bottom: 0 } }, 200, 100)).toBeUndefined()
    expect(place({ ...layout, scale: { x: 0, y: 1 } }, 200, 100)).toBeUndefined()
  })

  it('is fitted into its bounds', () => {
    const bounds = { width: 100, height: 100, alignment: middle }
    expect(extent(at({ bounds: { ...bounds, fit: 'stretch' } }))).toEqual([100, 50, 200, 150])
    expect(extent(at({ bounds: { ...bounds, fit: 'contain' } }))).toEqual([100, 75, 200, 125])
    expect(extent(at({ bounds: { ...bounds, fit: 'width' } }))).toEqual([100, 75, 200, 125])
    expect(extent(at({ bounds: { ...bounds, fit: 'height' } }))).toEqual([50, 50, 250, 150])
    expect(extent(at({ bounds: { width: 400, height: 400, alignment: middle, fit: 'shrink' } }))).toEqual([200, 200, 400, 300])
    const covered = at({ bounds: { ...bounds, fit: 'cover' } })
    expect(extent(covered)).toEqual([100, 50, 200, 150])
    expect(covered.crop).toEqual({ left: 50, top: 0, right: 50, bottom: 0 })
    const uneven = at({ bounds: { width: 90, height: 77, alignment: middle, fit: 'cover' } })
    expect(Object.values(uneven.crop).every(Number.isInteger)).toBe(true)
    expect(extent(uneven).map((each) => Math.round(each * 1000) / 1000)).toEqual([100, 50, 190, 127])
    const sliver = at({ bounds: { width: 16_384, height: 1, alignment: middle, fit: 'cover' } })
    expect(sliver.height).toBe(1)
    expect(extent(at({ bounds: { ...bounds, fit: 'contain' }, scale: { x: -1, y: 1 } }))).toEqual([100, 75, 200, 125])
  })
})
