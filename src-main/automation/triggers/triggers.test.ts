import { expect, test } from 'vitest'
import type { AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { Trigger } from '../../media/automation/rule-schemas.ts'
import { settingsFault } from '../rules/check-rule.ts'
import type { EntryStore } from '../store/entry-store.ts'
import { matchesData } from './match-event.ts'
import { Sustained } from './sustained.ts'
import { TimeTriggers } from './time-triggers.ts'
import { type StoredWebhook, Webhooks } from './webhooks.ts'

const rule = { key: 'r', name: 'R', settings: { mode: 'on', triggers: [] } } as unknown as AutomationRule

test('matches fields of events by path, own properties alone', () => {
  const data = { scene: 'a', canvases: [{ program: 'b' }], count: 3, on: true, tags: ['x'] }
  const one = (field: string, is: 'equals' | 'not' | 'contains' | 'above' | 'below', value: string | number | boolean) =>
    matchesData(data, [{ field, is, value }])
  expect(one('scene', 'equals', 'a')).toBe(true)
  expect(one('canvases.0.program', 'equals', 'b')).toBe(true)
  expect(one('count', 'equals', '3')).toBe(true)
  expect(one('on', 'equals', 'true')).toBe(true)
  expect(one('count', 'above', 2)).toBe(true)
  expect(one('count', 'below', 3)).toBe(false)
  expect(one('tags', 'contains', 'x')).toBe(true)
  expect(one('constructor.name', 'equals', 'Object')).toBe(false)
  expect(one('missing', 'not', 'a')).toBe(true)
  expect(matchesData(null, [{ field: 'a', is: 'equals', value: 1 }])).toBe(false)
})

test('counts what is so for long enough once, until it was otherwise', () => {
  const sustained = new Sustained()
  const at = (timeMs: number, isSo: boolean) => sustained.sample('k', isSo, 1000, timeMs)
  expect([at(0, true), at(900, true), at(1000, true), at(2000, true)]).toEqual([false, false, true, false])
  expect([at(2100, false), at(2200, true), at(3100, true), at(3200, true)]).toEqual([false, false, false, true])
})

test('fires at the time of the day in its zone, on its days, over midnight, and once', () => {
  // A Saturday.
  let now = Date.parse('2026-03-28T22:59:58.500Z')
  const fired: string[] = []
  const times = new TimeTriggers(
    (_, { because }) => fired.push(because),
    () => now,
    () => now,
  )
  const clock = (at: string, more: object = {}): Trigger => ({ on: 'time', at, ...more }) as Trigger
  times.follow([
    { rule, trigger: clock('00:00', { timeZone: 'Europe/Madrid', days: [0] }) },
    { rule, trigger: clock('00:00', { timeZone: 'Europe/Madrid', days: [6] }) },
    { rule, trigger: clock('22:59:59', { timeZone: 'UTC', days: [6] }) },
    { rule, trigger: { on: 'every', seconds: 2 } },
  ] as never)
  for (let index = 0; index < 4; index++) {
    now += 1000
    times.tick()
  }
  times.stop()
  expect(fired).toEqual(['it is 22:59:59', 'it is 00:00', 'every 2 s', 'every 2 s'])
})

test('rejects settings that cannot work', () => {
  const fault = (trigger: object) => settingsFault({ mode: 'on', triggers: [trigger as Trigger] }, 'settings')?.place
  expect(fault({ on: 'event', topic: 'nonsense' })).toBe('settings.triggers[0].topic')
  expect(fault({ on: 'event', topic: 'automation.fired' })).toBe('settings.triggers[0].topic')
  expect(fault({ on: 'event', topic: 'token.created' })).toBe('settings.triggers[0].topic')
  expect(fault({ on: 'time', at: '10:00', timeZone: 'Mars/Base' })).toBe('settings.triggers[0].timeZone')
  expect(fault({ on: 'level', is: 'above', db: 0 })).toBe('settings.triggers[0].source')
  expect(fault({ on: 'stream', is: 'viewers-above' })).toBe('settings.triggers[0].value')
  expect(fault({ on: 'event', topic: 'studio.switched' })).toBeUndefined()
})

test('takes a webhook by its own token alone, and not too often', async () => {
  const kept: StoredWebhook[] = []
  const store: EntryStore<StoredWebhook> = {
    all: async () => kept,
    save: async (each) => void kept.push(each),
    remove: async () => undefined,
  }
  let nowMs = 0
  const webhooks = await Webhooks.open(store, () => nowMs)
  const { webhook, token } = await webhooks.add('Bot')
  const other = await webhooks.add('Other')
  expect(JSON.stringify(kept)).not.toContain(token)
  const codeOf = (work: () => unknown): string => {
    try {
      work()
      return 'ok'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(codeOf(() => webhooks.call(webhook.id, other.token))).toBe('auth.token_unknown')
  expect(codeOf(() => webhooks.call('hook_none', token))).toBe('auth.token_unknown')
  const codes = Array.from({ length: 25 }, () => codeOf(() => webhooks.call(webhook.id, token)))
  expect(codes.filter((code) => code === 'ok')).toHaveLength(20)
  expect(codes.at(-1)).toBe('automation.too_often')
  nowMs += 10_001
  expect(codeOf(() => webhooks.call(webhook.id, token))).toBe('ok')
  await webhooks.remove(webhook.id)
  expect(codeOf(() => webhooks.call(webhook.id, token))).toBe('auth.token_unknown')
})
