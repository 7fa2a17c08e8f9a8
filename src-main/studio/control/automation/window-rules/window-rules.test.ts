import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Collection, Macro } from '../../../document/collection.ts'
import type { EngineEvent } from '../../engine/studio-engine.ts'
import type { MacroRun } from '../../program/macros.ts'
import { WindowMatcher } from './match-window.ts'
import { handMs, WindowRules, type WindowRulesDependencies } from './window-rules.ts'

const macro = (id: string, window: object): Macro => ({ id, name: id, hotkeys: [], actions: [], window }) as unknown as Macro
const window = (title: string, of = '') => ({ title, class: of })

function setup(macros: readonly Macro[], matcher?: WindowRulesDependencies['matcher']) {
  const ran: string[] = []
  let listener: (event: EngineEvent) => void = () => undefined
  const followed: boolean[] = []
  const stored = new Map<string, unknown>()
  const onEvent = (next: typeof listener) => {
    listener = next
    return () => undefined
  }
  const run = async (each: Macro): Promise<MacroRun> => {
    ran.push(each.id)
    return { run: 'r', macro: each.id, state: 'done', done: 0, actions: 0, error: null }
  }
  const rules = new WindowRules({
    engine: { followWindow: (wanted) => followed.push(wanted), onEvent },
    store: { get: (key) => stored.get(key), set: (key, value) => void stored.set(key, value) },
    collection: () => ({ macros }) as unknown as Collection,
    run,
    onChange: () => undefined,
    ...(matcher && { matcher }),
    nowMs: () => Date.now(),
  })
  rules.follow()
  return {
    rules,
    ran,
    followed,
    stored,
    show: (shown: object | null) => listener({ kind: 'window', window: shown, problem: null } as EngineEvent),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const game = macro('game', { of: 'class', text: 'quake', delayMs: 300 })
const slides = macro('slides', { of: 'title', how: 'regex', text: '^Slides \\d+$' })
const rest = macro('rest', { of: 'other' })

it('runs the first macro that means the window when it has been in front for its delay, once', async () => {
  const { ran, show, followed } = setup([game, slides, rest])
  expect(followed).toEqual([true])
  show(window('id Software', 'Quake'))
  await vi.advanceTimersByTimeAsync(299)
  expect(ran).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  show(window('id Software, level 2', 'Quake'))
  await vi.advanceTimersByTimeAsync(5000)
  expect(ran).toEqual(['game'])
  show(window('Slides 12'))
  await vi.advanceTimersByTimeAsync(1000)
  show(window('Something else'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual(['game', 'slides', 'rest'])
})

it('does nothing for a window that is in front for a moment, and for the page of the studio', async () => {
  const { ran, show } = setup([game, rest])
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(100)
  show(window('Studio · AMI Streams', 'chromium'))
  await vi.advanceTimersByTimeAsync(5000)
  show(null)
  await vi.advanceTimersByTimeAsync(5000)
  expect(ran).toEqual([])
})

it('follows no window for ten seconds after a switch by hand, and says so', async () => {
  const { rules, ran, show } = setup([game, slides])
  show(window('', 'quake'))
  rules.switched('editor')
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual([])
  show(window('Slides 1'))
  await vi.advanceTimersByTimeAsync(handMs)
  expect(ran).toEqual([])
  expect(rules.state.log[0]).toMatchObject({ macro: 'slides', result: 'skipped' })
  // What the rules themselves switch is no switch by hand.
  rules.switched('active-window')
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual(['game'])
})

it('follows a window whose title changes all the time', async () => {
  const { ran, show } = setup([game])
  for (let second = 0; second < 5; second++) {
    show(window(`Lap ${second}`, 'quake'))
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(ran).toEqual(['game'])
})

it('follows the same window again when somebody comes back from the page, where the scene was switched', async () => {
  const { rules, ran, show } = setup([game])
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(1000)
  show(window('Studio · AMI Streams', 'chromium'))
  await vi.advanceTimersByTimeAsync(1000)
  // Nothing was switched there: it is on air still.
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual(['game'])
  show(window('Studio · AMI Streams', 'chromium'))
  rules.switched('editor')
  await vi.advanceTimersByTimeAsync(handMs)
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual(['game', 'game'])
})

it('does nothing while it is switched off, which is kept', async () => {
  const { rules, ran, show, followed, stored } = setup([game])
  rules.enable(false)
  show(window('', 'quake'))
  await vi.advanceTimersByTimeAsync(1000)
  expect([ran, followed, [...stored.values()]]).toEqual([[], [true, false], [false]])
  rules.enable(true)
  await vi.advanceTimersByTimeAsync(1000)
  expect(ran).toEqual(['game'])
})

it('looks again where a busy machine left an expression no time, and not for ever', async () => {
  let looks = 0
  const late = {
    problem: () => undefined,
    get interrupted() {
      return looks < 3
    },
    first: () => (++looks < 3 ? undefined : 0),
  }
  const { ran, show } = setup([slides, rest], late)
  show(window('Slides 12'))
  await vi.advanceTimersByTimeAsync(1500)
  expect([looks, ran]).toEqual([3, ['slides']])
  const never = { problem: () => undefined, interrupted: true, first: () => void looks++ }
  const other = setup([slides, rest], never)
  other.show(window('Slides 12'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([looks, other.ran]).toEqual([6, ['rest']])
})

it('reads the window for whoever looks, and not for ever', async () => {
  const { rules, followed } = setup([])
  rules.look()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(followed).toEqual([true, false])
})

it('gives up a regular expression that goes back and forth for ever', () => {
  vi.useRealTimers()
  const matcher = new WindowMatcher(20)
  const rule = { of: 'title', how: 'regex', text: '^(a+)+$' } as const
  const evil = window(`${'a'.repeat(40)}!`)
  const started = performance.now()
  for (let index = 0; index < 3; index++) expect(matcher.first([rule], evil)).toBeUndefined()
  expect(matcher.problem(rule)).toContain('takes longer than 20 ms')
  // Not tried again: a thousand more would take minutes.
  for (let index = 0; index < 1000; index++) matcher.first([rule], evil)
  expect(performance.now() - started).toBeLessThan(30_000)
  expect(matcher.problem({ of: 'title', how: 'regex', text: '(' })).toContain('regular expression')
  expect(matcher.first([rule, { of: 'any', text: 'FIRE' }], window('x', 'firefox'))).toBe(1)
})

it('gives many slow regular expressions no more time than one', () => {
  vi.useRealTimers()
  const rules = Array.from({ length: 200 }, (_, index) => ({ of: 'any', how: 'regex', text: `^(a+)+${index}$` }) as const)
  const started = performance.now()
  expect(new WindowMatcher(20).first(rules, window(`${'a'.repeat(40)}!`, `${'a'.repeat(40)}!`))).toBeUndefined()
  // One after the other they would take forty seconds.
  expect(performance.now() - started).toBeLessThan(20_000)
})
