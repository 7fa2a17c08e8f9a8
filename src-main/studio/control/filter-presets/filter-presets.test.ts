import { beforeEach, describe, expect, it } from 'vitest'
import { studioKinds } from '../studio-kinds.ts'
import { FilterPresets } from './filter-presets.ts'

const stored = new Map<string, unknown>()
let changes: number
let presets: FilterPresets

const open = () =>
  new FilterPresets({
    store: { get: (key) => stored.get(key), set: (key, value) => void stored.set(key, value) },
    kinds: studioKinds,
    onChange: () => changes++,
  })

beforeEach(() => {
  stored.clear()
  changes = 0
  presets = open()
})

describe('filter presets', () => {
  it('are saved over those of the same kind and name, and are there after a restart', () => {
    const first = presets.save({ kind: 'sharpen', name: 'Crisp', settings: { amount: 0.7 } })
    presets.save({ kind: 'blur', name: 'Crisp', settings: { radius: 12 } })
    const second = presets.save({ kind: 'sharpen', name: 'Crisp', settings: { amount: 0.8 } })
    expect(second.id).toBe(first.id)
    expect(open().list()).toEqual([expect.objectContaining({ kind: 'blur' }), second])
    expect(presets.remove(first.id)).toEqual(second)
    expect(open().list().length).toBe(1)
    expect(changes).toBe(4)
  })

  it.each([
    [{ kind: 'no-such-kind', name: 'x', settings: {} }, /^kind: /],
    [{ kind: 'sharpen', name: 'x', settings: { amount: 'much' } }, /^settings\.amount: /],
    [{ kind: 'sharpen', name: 'x', settings: { amount: 99 } }, /^settings\.amount: /],
  ])('are rejected with the field that is wrong: %o', (preset, message) => {
    expect(() => presets.save(preset)).toThrow(message)
    expect([presets.list(), changes]).toEqual([[], 0])
  })

  it('are two hundred at most, and one that is not there is said to be', () => {
    for (let number = 0; number < 200; number++) presets.save({ kind: 'blur', name: `Blur ${number}`, settings: { radius: 1 } })
    expect(() => presets.save({ kind: 'blur', name: 'One more', settings: { radius: 1 } })).toThrow(/200/)
    expect(presets.save({ kind: 'blur', name: 'Blur 7', settings: { radius: 2 } }).settings).toEqual({ radius: 2 })
    expect(() => presets.remove('nobody')).toThrow(/nobody/)
  })
})
