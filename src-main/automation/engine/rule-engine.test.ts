import { Type } from 'typebox'
import { beforeEach, expect, test } from 'vitest'
import { type AnyAction, AutomationKinds, type AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { RuleSettings } from '../../media/automation/rule-schemas.ts'
import { FiringLog } from './firing-log.ts'
import { RuleEngine } from './rule-engine.ts'

let nowMs = 0
let rules: AutomationRule[] = []
let done: string[] = []
let log: FiringLog
let engine: RuleEngine

const settings = (more: Partial<RuleSettings> = {}): RuleSettings => ({ mode: 'on', triggers: [], ...more })
/** A rule that does one action after the other. */
function rule(
  key: string,
  actions: readonly (AnyAction & { causes?: string; waits?: boolean })[],
  more: Partial<RuleSettings> = {},
): AutomationRule {
  const made: AutomationRule = {
    key,
    name: key.toUpperCase(),
    settings: settings(more),
    actions,
    roleOf: () => 'editor',
    async run(_actor, signal, follow) {
      for (const action of actions) {
        follow.before(action)
        if (action.waits === true) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        follow.after(action)
        if (signal.aborted) throw new Error('stopped')
        done.push(`${key} ${action.do}`)
      }
    },
  }
  rules.push(made)
  return made
}
const results = (): string[] => log.firings.toReversed().map(({ rule: key, result, count }) => `${key} ${result} ${count}`)
const settle = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  nowMs = 1_000_000
  rules = []
  done = []
  log = new FiringLog(() => undefined)
  const kinds = new AutomationKinds()
  kinds.addSource({ rules: () => rules })
  kinds.addAction('act', {
    schema: Type.Object({}),
    perform: async () => undefined,
    problem: () => undefined,
    causes: (action) => {
      const { causes } = action as { causes?: string }
      return causes === undefined ? [] : [causes]
    },
  })
  kinds.addCondition('variable', ({ value }) => ({ met: value === 'yes', because: `it is ${value}` }))
  engine = new RuleEngine({
    kinds,
    log,
    audit: { record: () => undefined },
    logger: { error: () => undefined },
    onChange: () => undefined,
    nowMs: () => nowMs,
  })
})

test('cuts a chain of rules that comes back to its start, and names it', async () => {
  const a = rule('a', [{ do: 'act', causes: 'obs.event#1#Scene' }])
  const b = rule('b', [{ do: 'act', causes: 'studio.switched' }])
  engine.fire(a, { because: 'by hand', eventKey: 'studio.switched' })
  await settle()
  engine.fire(b, { because: 'event', eventKey: 'obs.event#1#SceneChanged' })
  await settle()
  engine.fire(a, { because: 'event', eventKey: 'studio.switched' })
  await settle()
  expect(done).toEqual(['a act', 'b act'])
  expect(results()).toEqual(['a ran 1', 'b ran 1', 'a cut 1'])
  expect(log.firings[0]?.detail).toContain('"A" starts "B" starts "A"')
})

test('does not count an event as the effect of an action that cannot cause it, or that was long ago', async () => {
  const a = rule('a', [{ do: 'act', causes: 'obs.event#1#Scene' }])
  engine.fire(a, { because: 'event', eventKey: 'obs.event#1#InputMuteStateChanged' })
  await settle()
  engine.fire(a, { because: 'event', eventKey: 'obs.event#2#SceneChanged' })
  await settle()
  nowMs += 5000
  engine.fire(a, { because: 'event', eventKey: 'obs.event#1#SceneChanged' })
  await settle()
  expect(results()).toEqual(['a ran 1', 'a ran 1', 'a ran 1'])
})

test('queues nothing in a flood: what comes while it runs is one line with a count', async () => {
  const slow = rule('slow', [{ do: 'act', waits: true }])
  for (let index = 0; index < 10_000; index++) engine.fire(slow, { because: 'event' })
  await settle()
  expect(results()).toEqual(['slow skipped 9999'])
  rules = []
  engine.rulesChanged()
  await settle()
  expect(done).toEqual([])
  expect(results()).toEqual(['slow skipped 9999', 'slow cancelled 1'])
})

test('waits where a rule ran thirty times in ten seconds', async () => {
  const quick = rule('quick', [{ do: 'act' }])
  for (let index = 0; index < 40; index++) {
    engine.fire(quick, { because: 'event' })
    await settle()
  }
  expect(done).toHaveLength(30)
  expect(log.firings[0]).toMatchObject({ result: 'skipped', count: 10, detail: expect.stringContaining('Set a cooldown') })
  nowMs += 10_001
  engine.fire(quick, { because: 'event' })
  await settle()
  expect(done).toHaveLength(31)
})

test('keeps at most 500 lines of the log', async () => {
  for (let index = 0; index < 600; index++) engine.fire(rule(`r${index}`, []), { because: 'event' })
  await settle()
  expect(log.firings).toHaveLength(500)
})

test('follows conditions, the cooldown and the number of runs, and cancels what is switched off', async () => {
  const unmet = rule('unmet', [{ do: 'act' }], { conditions: [{ is: 'variable', name: 'x', value: 'no' }] })
  const opposite = rule('opposite', [{ do: 'act' }], { conditions: [{ is: 'variable', name: 'x', value: 'no', not: true }] })
  const cool = rule('cool', [{ do: 'act' }], { cooldownMs: 1000 })
  const once = rule('once', [{ do: 'act' }], { maxRuns: 1 })
  for (const each of [unmet, opposite, cool, cool, once, once]) {
    engine.fire(each, { because: 'event' })
    await settle()
  }
  expect(done).toEqual(['opposite act', 'cool act', 'once act'])
  nowMs += 1000
  engine.fire(cool, { because: 'event' })
  engine.fire(once, { because: 'event' })
  await settle()
  expect(done.slice(3)).toEqual(['cool act'])
  const slow = rule('slow', [{ do: 'act', waits: true }])
  engine.fire(slow, { because: 'event' })
  rules = rules.map((each) => (each.key === 'slow' ? { ...each, settings: settings({ mode: 'off' }) } : each))
  engine.rulesChanged()
  await settle()
  expect(log.firings[0]).toMatchObject({ rule: 'slow', result: 'cancelled' })
})

test('does nothing in a dry run', async () => {
  const tried = rule('tried', [{ do: 'act', causes: 'x' }], { mode: 'dry-run' })
  engine.fire(tried, { because: 'event' })
  await settle()
  expect(done).toEqual([])
  expect(log.firings[0]).toMatchObject({ result: 'dry-run', detail: 'Would do: act x' })
})
