import { expect, it } from 'vitest'
import type { Filter } from '../../document/collection.ts'
import { FollowingFilters } from './following-filters.ts'

const green = (red: number, level: number, blue: number): Uint8Array =>
  new Uint8Array(Array.from({ length: 100 }, () => [red, level, blue, 255]).flat())
const key = (settings: Record<string, unknown>): Filter =>
  ({ id: 'key', name: 'Key', kind: 'chroma-key', enabled: true, settings: { color: '#20b050', ...settings } }) as Filter

function following() {
  let image: Uint8Array | undefined = green(32, 176, 80)
  const chosen: unknown[] = []
  let [changes, looks] = [0, 0]
  const filters = new FollowingFilters({
    imageBefore: () => {
      looks++
      return image
    },
    onChosen: (_, each) => chosen.push(each),
    onChange: () => changes++,
  })
  const counts = () => ({ changes, looks })
  return { filters, chosen, counts, show: (next: Uint8Array | undefined) => (image = next) }
}

it('chooses for a filter that follows while its source is seen, and says so once', () => {
  const { filters, chosen, counts } = following()
  filters.setSources([{ id: 'camera', filters: [key({ follow: true })] }])
  filters.check()
  expect(counts()).toEqual({ changes: 0, looks: 0 })
  filters.setShown(new Set(['camera']))
  filters.check()
  filters.check()
  expect(chosen).toEqual([expect.objectContaining({ color: '#20b050' })])
  expect(counts()).toEqual({ changes: 1, looks: 2 })
  expect(filters.chosen('key')).toBe(chosen[0])
})

it('keeps what it chose while the screen cannot be seen, and drops it with the filter, its switch or other settings', () => {
  const { filters, chosen, show } = following()
  const at = (settings: Record<string, unknown>) => filters.setSources([{ id: 'camera', filters: [key(settings)] }])
  filters.setShown(new Set(['camera']))
  for (const next of [() => at({ follow: false }), () => at({ follow: true, similarity: 0.5 }), () => filters.setSources([])]) {
    show(green(32, 176, 80))
    at({ follow: true })
    filters.check()
    show(undefined)
    filters.check()
    expect(filters.chosen('key')).toBeDefined()
    next()
    expect(filters.chosen('key')).toBeUndefined()
    expect(chosen.at(-1)).toBeNull()
  }
})

it('chooses white balance and saturation of one filter, each by its own switch', () => {
  const { filters, chosen, show } = following()
  const pale = new Uint8Array(Array.from({ length: 100 }, () => [150, 140, 130, 255]).flat())
  const correct = (settings: Record<string, unknown>) =>
    filters.setSources([{ id: 'camera', filters: [{ ...key({}), kind: 'color-correction', settings }] }])
  filters.setShown(new Set(['camera']))
  show(pale)
  for (const [settings, names] of [
    [{ followSaturation: true }, ['saturation']],
    [{ follow: true }, ['multiply']],
    [{ follow: true, followSaturation: true }, ['multiply', 'saturation']],
  ] as const) {
    correct(settings)
    filters.check()
    expect(Object.keys(chosen.at(-1) as object)).toEqual(names)
  }
})
