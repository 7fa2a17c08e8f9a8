import Value from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findOverlayKind } from './kinds/overlay-kinds.ts'
import { RunningOverlay } from './running-overlay.ts'

class PageDouble {
  readonly principal = { id: 'anonymous', role: 'none' } as const
  readonly messages: { readonly settings: object; readonly state: any }[] = []
  waitingBytes = 0
  closed: number | 'terminated' | undefined
  send(data: string | Uint8Array): void {
    this.messages.push(JSON.parse(String(data)))
  }
  close(code: number): void {
    this.closed = code
  }
  terminate(): void {
    this.closed = 'terminated'
  }
}

let watching: number
let changes: string[]
const running: RunningOverlay[] = []

function run(kind: string, settings: object = {}): RunningOverlay {
  const of = findOverlayKind(kind)!
  const overlay = {
    id: 'abcdef',
    createdAt: '',
    kind,
    name: kind,
    settings: { ...(Value.Default(of.settings, {}) as object), ...settings },
    state: of.first,
    byEditor: true,
    viewToken: 'v',
    postToken: 'p',
  }
  const made = new RunningOverlay(overlay, {
    judge: () => () => Promise.reject(new Error('no network')),
    viewers: () => watching,
    now: Date.now,
    newId: () => String(Math.random()),
    onChange: (_, what) => changes.push(what),
  })
  running.push(made)
  return made
}

beforeEach(() => {
  vi.useFakeTimers()
  watching = 0
  changes = []
})
afterEach(() => {
  for (const each of running.splice(0)) each.stop()
  vi.useRealTimers()
})

describe('an overlay that runs', () => {
  it('counts the viewers of a stream each second', () => {
    const overlay = run('viewers', { stream: 'stage' })
    watching = 12
    vi.advanceTimersByTime(1000)
    expect(overlay.shown).toEqual({ count: 12 })
    expect(changes).toEqual(['state'])
    vi.advanceTimersByTime(5000)
    expect(changes, 'nothing is told while nothing changes').toEqual(['state'])
    overlay.replace({ ...overlay.overlay, settings: { ...overlay.overlay.settings, stream: '' } })
    watching = 13
    vi.advanceTimersByTime(5000)
    expect(overlay.shown).toEqual({ count: 12 })
  })

  it('shows alerts one after the other by itself', () => {
    const overlay = run('alert')
    for (const title of ['One', 'Two']) overlay.post({ title, durationMs: 1000 })
    expect(overlay.shown).toMatchObject({ showing: { title: 'One' }, waiting: 1 })
    vi.advanceTimersByTime(1001)
    expect(overlay.shown).toMatchObject({ showing: { title: 'Two' }, waiting: 0 })
    vi.advanceTimersByTime(1001)
    expect(overlay.shown).toEqual({ showing: null, waiting: 0 })
  })

  it('sends pages the newest state, not every one, without where its data comes from', () => {
    const overlay = run('number', { url: 'https://secret.example/?key=1', path: 'a.b' })
    const page = new PageDouble()
    overlay.show(page, false)
    expect(page.messages).toHaveLength(1)
    expect(JSON.stringify(page.messages)).not.toMatch(/secret|a\.b/)
    for (let value = 1; value <= 30; value++) overlay.post({ value })
    vi.advanceTimersByTime(100)
    expect(page.messages.map(({ state }) => state.value)).toEqual([null, 30])
  })

  it('disconnects a page that takes nothing, and pages by its URL when that is renewed', () => {
    const overlay = run('number')
    const [slow, shared, own] = [new PageDouble(), new PageDouble(), new PageDouble()]
    overlay.show(slow, false)
    overlay.show(shared, false)
    overlay.show(own, true)
    slow.waitingBytes = 2 << 20
    overlay.post({ value: 1 })
    vi.advanceTimersByTime(100)
    expect([slow.closed, shared.closed]).toEqual(['terminated', undefined])
    overlay.closeShared()
    expect([shared.closed, own.closed]).toEqual([4401, undefined])
  })

  it('takes so many posts and pages, and says when there are more', () => {
    const overlay = run('goal')
    const post = (): void => overlay.post({ add: 1 })
    for (let at = 0; at < 60; at++) post()
    expect(post).toThrow(expect.objectContaining({ code: 'studio.overlay_busy' }))
    vi.advanceTimersByTime(1000)
    for (let at = 0; at < 30; at++) post()
    expect(post).toThrow(expect.objectContaining({ code: 'studio.overlay_busy' }))
    expect(overlay.shown).toMatchObject({ value: 90 })
    for (let at = 0; at < 32; at++) overlay.show(new PageDouble(), true)
    expect(() => overlay.checkPages(), 'pages of the studio take nobody else’s').not.toThrow()
    for (let at = 0; at < 32; at++) overlay.show(new PageDouble(), false)
    expect(() => overlay.checkPages()).toThrow(/32 pages/)
  })
})
