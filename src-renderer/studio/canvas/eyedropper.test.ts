import { describe, expect, it } from 'vitest'
import type { Filter } from '../types.ts'
import { colorAt, cutBehind, reachFor } from './eyedropper.ts'

const image = (width: number, height: number, color: (x: number, y: number) => readonly [number, number, number]) => {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([...color(x, y), 255], (y * width + x) * 4)
  return { width, height, data }
}

describe('the eyedropper', () => {
  it('takes the mean of the pixels about the point', () => {
    const noisy = image(20, 20, (x, y) => [(x + y) % 2 === 0 ? 10 : 12, 200, 0])
    expect(colorAt(noisy, 10, 10)).toMatch(/^#0[ab]c800$/)
    const halves = image(20, 10, (x) => (x < 10 ? [255, 0, 0] : [0, 0, 255]))
    expect(colorAt(halves, 2.9, 4)).toBe('#ff0000')
    expect(colorAt(halves, 17, 0)).toBe('#0000ff')
  })

  it('finds no colour outside of the image', () => {
    const small = image(4, 4, () => [0, 0, 0])
    for (const [x, y] of [
      [-1, 0],
      [4, 0],
      [0, 4],
      [Number.NaN, 0],
    ] as const)
      expect(colorAt(small, x, y)).toBeUndefined()
  })

  it('reaches less far around a pale colour, so that grey stays', () => {
    expect(reachFor('#00ff00')).toEqual({ similarity: 0.4, smoothness: 0.08 })
    const { similarity, smoothness } = reachFor('#20b050')
    expect(similarity).toBeCloseTo(0.2, 1)
    // Grey is 0.29 away from it.
    expect(similarity + smoothness).toBeLessThan(0.29)
    expect(reachFor('#808080')).toEqual({ similarity: 0.02, smoothness: 0.01 })
  })

  it('counts what crop filters behind the filter cut off', () => {
    const crop = (id: string, left: number, enabled = true) =>
      ({ id, name: id, kind: 'crop', enabled, settings: { left, top: 3 } }) as Filter
    const key = { id: 'key', name: 'Key', kind: 'chroma-key', enabled: true, settings: {} } as Filter
    expect(cutBehind([crop('a', 100), key, crop('b', 11), crop('c', 50, false)], 'key')).toEqual({ x: 10, y: 2 })
  })
})
