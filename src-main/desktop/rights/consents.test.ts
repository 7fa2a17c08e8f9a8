import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../platform/audit.ts'
import { type Consent, Consents } from './consents.ts'

let lines: AuditEntry[]
let asked: Consent[]
let ended: string[]
let nowMs: number
let atDisplay: (answer: boolean | undefined) => void
let consents: Consents

const make = (answerMs?: number) =>
  new Consents({
    audit: { record: (line) => lines.push(line) },
    now: () => nowMs,
    ...(answerMs === undefined ? {} : { answerMs }),
    askAtDisplay: () =>
      new Promise((resolve) => {
        atDisplay = resolve
      }),
    onAsked: (consent) => asked.push(consent),
    onEnded: (id) => ended.push(id),
  })
const gone = new AbortController()
const come = (signal = new AbortController().signal, user = 'guest:1') =>
  consents.ask({ display: 'screen', user, name: 'Gus', rights: ['see'], signal })

beforeEach(() => {
  lines = []
  asked = []
  ended = []
  nowMs = 0
  consents = make()
})

describe('somebody who wants to come', () => {
  it('may once an admin or the person at the display allows it, and not where either says no', async () => {
    for (const allowed of [true, false]) {
      const byAdmin = come(undefined, `guest:admin ${allowed}`)
      consents.answer(asked.at(-1)!.id, allowed, 'local')
      expect(await byAdmin).toBe(allowed)
      const there = come(undefined, `guest:there ${allowed}`)
      atDisplay(allowed)
      expect(await there).toBe(allowed)
    }
    expect(lines.map(({ actor, message }) => `${actor}: ${message}`)).toEqual([
      'local: Gus was allowed to open a display',
      'display: Gus was allowed to open a display',
      'local: Gus was not allowed to open a display',
      'display: Gus was not allowed to open a display',
    ])
    expect(ended).toEqual(asked.map(({ id }) => id))
    expect(consents.list()).toEqual([])
    expect(() => consents.answer(asked[0]!.id, true, 'local')).toThrow('Nobody waits')
  })

  it('may not where nobody answers, where they leave, and where the window at the display ends without an answer', async () => {
    consents = make(1)
    const waiting = come()
    atDisplay(undefined)
    expect(await waiting).toBe(false)
    consents = make()
    const leaving = come(gone.signal)
    gone.abort()
    expect(await leaving).toBe(false)
    expect(await come(gone.signal)).toBe(false)
  })

  it('comes back without a question for ten seconds', async () => {
    const first = come()
    consents.answer(asked[0]!.id, true, 'local')
    await first
    nowMs = 3_600_000
    expect(await come()).toBe(true)
    consents.left('screen', 'guest:1')
    nowMs += 9999
    expect(await come()).toBe(true)
    consents.left('screen', 'guest:1')
    nowMs += 10_000
    const again = come()
    expect(consents.list()).toHaveLength(1)
    consents.answer(asked.at(-1)!.id, false, 'local')
    expect(await again).toBe(false)
  })

  it('is asked for again where they left in the moment of the answer', async () => {
    const leaving = new AbortController()
    const first = come(leaving.signal)
    consents.answer(asked[0]!.id, true, 'local')
    leaving.abort()
    await first
    nowMs += 10_000
    const again = come()
    expect(consents.list()).toHaveLength(1)
    consents.answer(asked.at(-1)!.id, false, 'local')
    expect(await again).toBe(false)
  })

  it('is asked for again once they were disconnected', async () => {
    const first = come()
    consents.answer(asked[0]!.id, true, 'local')
    await first
    consents.withdraw('guest:1')
    consents.left('screen', 'guest:1')
    const again = come()
    expect(consents.list()).toHaveLength(1)
    consents.answer(asked.at(-1)!.id, false, 'local')
    expect(await again).toBe(false)
  })

  it('is asked for once, however often they open it meanwhile, and leaves others their turn', async () => {
    const tries = Array.from({ length: 30 }, () => come())
    expect(consents.list()).toHaveLength(1)
    const other = come(undefined, 'guest:2')
    for (const { id } of consents.list()) consents.answer(id, true, 'local')
    expect(await other).toBe(true)
    expect(await Promise.all(tries)).toEqual([...Array(29).fill(false), true])
  })

  it('is one of ten at most who wait at a time', async () => {
    const all = Array.from({ length: 30 }, (_, index) => come(undefined, `guest:${index}`))
    expect(consents.list()).toHaveLength(10)
    for (const { id } of consents.list()) consents.answer(id, true, 'local')
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(10)
  })
})
