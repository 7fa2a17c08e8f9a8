import Value from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { overlayKinds } from './overlay-kinds.ts'

const kindOf = (name: string) => overlayKinds.find(({ kind }) => kind === name)!
let ids = 0
const context = (name: string, settings: object = {}, nowMs = 1000) => ({
  settings: { ...(Value.Default(kindOf(name).settings, {}) as object), ...settings },
  nowMs,
  newId: () => `id-${++ids}`,
})

describe('every kind of overlay', () => {
  it.each(overlayKinds.map((kind) => [kind.kind, kind] as const))('%s has whole defaults and takes its own example', (_, kind) => {
    const settings = Value.Default(kind.settings, {})
    expect(Value.Check(kind.settings, settings)).toBe(true)
    for (const each of Object.values(kind.settings.properties)) expect(each).toMatchObject({ description: expect.any(String) })
    expect(Value.Check(kind.post, kind.example)).toBe(true)
    const state = kind.apply(kind.first, kind.example, { settings, nowMs: 1000, newId: () => 'a' })
    expect(state).not.toEqual(kind.asPost(state) === undefined ? kind.first : {})
    const shared = kind.asPost(state)
    if (shared !== undefined) {
      expect(Value.Check(kind.post, shared)).toBe(true)
      expect(kind.apply(kind.first, shared, { settings, nowMs: 1000, newId: () => 'a' })).toEqual(state)
    }
  })

  it('takes only properties that it knows, and only colours where a colour belongs', () => {
    for (const kind of overlayKinds) {
      expect(Value.Check(kind.post, { ...(kind.example as object), html: '<b>' })).toBe(false)
      expect(Value.Check(kind.settings, { ...(Value.Default(kind.settings, {}) as object), accent: 'url(x)' })).toBe(false)
    }
  })
})

describe('a lower third', () => {
  const { apply, advance, changesAtMs, first } = kindOf('lower-third')
  it('hides itself after its time, and is not kept longer by the same texts', () => {
    const shown = apply({ ...first, visible: false }, { visible: true, title: 'Ada' }, context('lower-third', { showMs: 5000 }))
    expect(changesAtMs?.(shown)).toBe(6000)
    expect(changesAtMs?.(apply(shown, { visible: true, title: 'Ada' }, context('lower-third', { showMs: 5000 }, 3000)))).toBe(6000)
    expect(changesAtMs?.(apply(shown, { visible: true, title: 'Grace' }, context('lower-third', { showMs: 5000 }, 3000)))).toBe(8000)
    expect(advance?.(shown, context('lower-third'))).toMatchObject({ visible: false, title: 'Ada' })
    expect(changesAtMs?.(apply(shown, { visible: false }, context('lower-third')))).toBeUndefined()
  })
})

describe('alerts', () => {
  const { apply, advance, changesAtMs, first, shown } = kindOf('alert')
  it('come one after the other, up to a bound', () => {
    let state = apply(first, { title: 'One', durationMs: 2000 }, context('alert', { maxWaiting: 2 }))
    expect(changesAtMs?.(state)).toBe(3000)
    state = apply(state, { title: 'Two' }, context('alert', { maxWaiting: 2 }))
    state = apply(state, { title: 'Three' }, context('alert', { maxWaiting: 2 }))
    expect(shown?.(state)).toMatchObject({ showing: { title: 'One' }, waiting: 2 })
    expect(() => apply(state, { title: 'Four' }, context('alert', { maxWaiting: 2 }))).toThrow(/2 alerts wait/)
    state = advance?.(state, context('alert', {}, 3000))
    expect(shown?.(state)).toMatchObject({ showing: { title: 'Two', endsAtMs: 9000 }, waiting: 1 })
    expect(apply(state, { clear: true }, context('alert'))).toEqual({ showing: null, waiting: [] })
    expect(() => apply(first, {}, context('alert'))).toThrow(/body\.title/)
  })

  it('have images of https and data URLs alone', () => {
    const { post } = kindOf('alert')
    for (const image of ['http://a.example/x.png', 'javascript:alert(1)', 'data:image/svg+xml;base64,AAAA', 'file:///etc/passwd']) {
      expect(Value.Check(post, { title: 'x', image }), image).toBe(false)
    }
    for (const image of ['https://a.example/x.png', 'data:image/png;base64,AAAA', ''])
      expect(Value.Check(post, { title: 'x', image })).toBe(true)
  })
})

it('a chat keeps its newest 50 messages', () => {
  const { apply, first } = kindOf('chat')
  let state = first
  for (let at = 0; at < 80; at++) state = apply(state, { name: 'a', text: String(at) }, context('chat'))
  expect(state.messages).toHaveLength(50)
  expect(state.messages.at(-1).text).toBe('79')
  expect(() => apply(state, { name: 'a' }, context('chat'))).toThrow(/body\.text/)
})

describe('values of a data source', () => {
  const read = (kind: string, value: unknown) => kindOf(kind).read?.(value)
  it('become numbers, rows and points', () => {
    expect(read('number', '12.5')).toEqual({ value: 12.5 })
    expect(() => read('number', { a: 1 })).toThrow(/not a number/)
    expect(read('chart', 7)).toEqual({ add: [7] })
    expect(read('chart', { Mon: 1, Tue: '2' })).toEqual({
      points: [
        { label: 'Mon', value: 1 },
        { label: 'Tue', value: 2 },
      ],
    })
    expect(read('chart', [{ day: 'Mon', n: '4' }])).toEqual({ points: [{ label: 'Mon', value: 4 }] })
    expect(read('chart', [{ year: 2025, value: 4 }])).toEqual({ points: [{ label: '2025', value: 4 }] })
    expect(() => read('chart', ['x'])).toThrow(/no number/)
    const { apply, first } = kindOf('table')
    const rows = apply(first, read('table', [{ team: 'Falcons', points: 3 }, { team: 'Otters' }]), context('table'))
    expect(rows).toEqual({
      columns: ['team', 'points'],
      rows: [
        ['Falcons', '3'],
        ['Otters', ''],
      ],
    })
    expect(() => read('table', 'x')).toThrow(/neither a list/)
  })

  it('are cut to what an overlay shows', () => {
    const { apply, first, post } = kindOf('table')
    const wide = Array.from({ length: 1000 }, () => Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`c${at}`, 'x'.repeat(900)])))
    const body = read('table', wide)
    expect(Value.Check(post, body)).toBe(true)
    expect(JSON.stringify(apply(first, body, context('table'))).length).toBeLessThan(300_000)
  })
})
