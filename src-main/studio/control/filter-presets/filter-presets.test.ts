import { beforeEach, describe, expect, it } from 'vitest'
import { studioKinds } from '../studio-kinds.ts'
import { FilterPresets } from './filter-presets.ts'

const stored = new Map<string, unknown>()
let changes: string[]
let presets: FilterPresets

const admin = { actor: 'local', limited: false }
const editor = { actor: 'token:1', limited: true }

const open = () =>
  new FilterPresets({
    store: { get: (key) => stored.get(key), set: (key, value) => void stored.set(key, value) },
    kinds: studioKinds,
    rejection: ({ value }, limited) => (limited && value.startsWith('/etc/') ? `${value} is not among the files of editors` : undefined),
    onSaved: ({ name }) => changes.push(name),
    onRemoved: ({ name }) => changes.push(`not ${name}`),
  })

beforeEach(() => {
  stored.clear()
  changes = []
  presets = open()
})

describe('filter presets', () => {
  it('are saved over those of the same kind and name, and are there after a restart', () => {
    const first = presets.save({ kind: 'sharpen', name: 'Crisp', settings: { amount: 0.7 } }, editor)
    presets.save({ kind: 'blur', name: 'Crisp', settings: { radius: 12 } }, editor)
    const second = presets.save({ kind: 'sharpen', name: 'Crisp', settings: { amount: 0.8 } }, editor)
    expect(second.id).toBe(first.id)
    expect(open().list()).toEqual([expect.objectContaining({ kind: 'blur' }), second])
    expect(presets.remove(first.id)).toEqual(second)
    expect(open().list().length).toBe(1)
    expect(changes).toEqual(['Crisp', 'Crisp', 'Crisp', 'not Crisp'])
  })

  it('are renamed in their place, but not to what another one of the kind is called', () => {
    const { id } = presets.save({ kind: 'sharpen', name: 'Crisp', settings: { amount: 0.7 } }, editor)
    presets.save({ kind: 'sharpen', name: 'Soft', settings: { amount: 0.1 } }, editor)
    presets.save({ kind: 'blur', name: 'Sharp', settings: { radius: 1 } }, editor)
    expect(() => presets.rename(id, 'Soft')).toThrow(expect.objectContaining({ code: 'studio.preset_exists' }))
    expect(presets.rename(id, 'Crisp').renamed.name).toBe('Crisp')
    expect(presets.rename(id, 'Sharp').renamed).toEqual({ id, kind: 'sharpen', name: 'Sharp', settings: { amount: 0.7 } })
    expect(
      open()
        .list()
        .map(({ name }) => name),
    ).toEqual(['Sharp', 'Soft', 'Sharp'])
    expect(() => presets.rename('nobody', 'x')).toThrow(expect.objectContaining({ code: 'studio.not_found' }))
  })

  it.each([
    [{ kind: 'no-such-kind', name: 'x', settings: {} }, /^kind: /],
    [{ kind: 'sharpen', name: 'x', settings: { amount: 'much' } }, /^settings\.amount: /],
    [{ kind: 'sharpen', name: 'x', settings: { amount: 99 } }, /^settings\.amount: /],
  ])('are rejected with the field that is wrong: %o', (preset, message) => {
    expect(() => presets.save(preset, editor)).toThrow(message)
    expect([presets.list(), changes]).toEqual([[], []])
  })

  it('name no file that their author may not: an admin who uses one may', () => {
    const preset = { kind: 'lut', name: 'Film', settings: { file: '/etc/passwd' } }
    expect(() => presets.save(preset, editor)).toThrow(/settings\/file: \/etc\/passwd is not among/)
    expect(presets.list()).toEqual([])
    expect(presets.save(preset, admin).settings).toEqual({ file: '/etc/passwd' })
  })

  it('are two hundred at most, and one that is not there is said to be', () => {
    for (let number = 0; number < 200; number++) presets.save({ kind: 'blur', name: `Blur ${number}`, settings: { radius: 1 } }, editor)
    expect(() => presets.save({ kind: 'blur', name: 'One more', settings: { radius: 1 } }, editor)).toThrow(/200/)
    expect(presets.save({ kind: 'blur', name: 'Blur 7', settings: { radius: 2 } }, editor).settings).toEqual({ radius: 2 })
    expect(() => presets.remove('nobody')).toThrow(/nobody/)
  })
})
