import { expect, it } from 'vitest'
import type { AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { TriggerOf } from '../../media/automation/rule-schemas.ts'
import type { AppEvent } from '../../platform/events/events.ts'
import { StreamTriggers } from './stream-triggers.ts'

/** Triggers of one rule for the streams s1 ("stage") and s2, with a clock of the test's own. */
function following(...triggers: readonly Omit<TriggerOf<'stream'>, 'on'>[]) {
  const fired: string[] = []
  let listener: (event: AppEvent) => void = () => undefined
  let nowMs = 0
  let isLive = true
  const watcher = new StreamTriggers(
    {
      subscribe: (follow: (event: AppEvent) => void) => {
        listener = follow
        return () => undefined
      },
    } as ConstructorParameters<typeof StreamTriggers>[0],
    (_, { because }) => fired.push(because),
    (id) => (id === 's1' && isLive ? 'stage' : undefined),
    () => nowMs,
  )
  const rule = { key: 'rule_1' } as AutomationRule
  const follow = (changed: typeof triggers): void =>
    watcher.follow(changed.map((trigger) => ({ rule, trigger: { on: 'stream', ...trigger } })))
  follow(triggers)
  const say = (topic: string, data: object, stream = 's1'): void => listener({ topic, stream, data } as unknown as AppEvent)
  /** A reading of a stream's health, one second after the one before. */
  const health = (videoBitrateKbps: number, droppedFrames = 0, stream = 's1'): void => {
    nowMs += 1000
    say('stream.health', { sample: { videoBitrateKbps, audioBitrateKbps: 100, droppedFrames } }, stream)
  }
  const state = (word: string, reconnecting = false, stream = 's1') => say('stream.state', { state: word, reconnecting }, stream)
  /** The host knows names of streams that are live, and of no others. */
  const end = (): void => {
    isLive = false
    state('ended')
  }
  return { fired, say, health, state, end, follow }
}

it('fires when video and audio together were too slow for long enough, once until they were quick again', () => {
  const { fired, health } = following({ is: 'bitrate-below', value: 1000, forSeconds: 2 })
  for (const kbps of [2000, 500, 500, 2000, 500, 500, 500, 500]) health(kbps)
  expect(fired).toEqual(['stream stage: 600 kbit/s'])
  for (const kbps of [2000, 400, 400, 400]) health(kbps)
  expect(fired).toEqual(['stream stage: 600 kbit/s', 'stream stage: 500 kbit/s'])
})

it('counts the frames that were dropped since the reading before, not those of the whole run', () => {
  const { fired, health, state } = following({ is: 'dropped-above', value: 5 })
  for (const dropped of [1000, 1003, 1012, 1013]) health(2000, dropped)
  expect(fired).toEqual(['stream stage: 9 dropped frames in a second'])
  // The next run counts from its own first reading.
  state('ended')
  health(2000, 40)
  health(2000, 41)
  expect(fired).toHaveLength(1)
})

it('fires when a publisher is away for long enough, and not when it was back before', () => {
  const { fired, health, state } = following({ is: 'publisher-lost', forSeconds: 3, value: 1000 })
  state('active', true)
  health(0)
  state('active')
  for (let second = 0; second < 4; second++) health(2000)
  expect(fired).toEqual([])
  state('active', true)
  for (let second = 0; second < 4; second++) health(0)
  expect(fired).toEqual(['stream stage: its publisher left'])
})

it('fires by viewers, of the stream that is meant alone, by its name or id', () => {
  const { fired, say } = following({ is: 'viewers-above', value: 10, stream: 'stage' }, { is: 'viewers-above', value: 10, stream: 's2' })
  for (const stream of ['s1', 's2', 's3']) {
    say('stream.viewers', { concurrent: 10 }, stream)
    say('stream.viewers', { concurrent: 11 }, stream)
  }
  expect(fired).toEqual(['stream stage: 11 viewers', 'stream s2: 11 viewers'])
})

it('knows a stream that is meant by its name also when it has ended', () => {
  const { fired, health, end } = following({ is: 'publisher-lost', stream: 'stage' })
  health(2000)
  end()
  expect(fired).toEqual(['stream stage: its publisher left'])
})

it('fires again at once where a rule has fired and was changed to another kind', () => {
  const { fired, health, state, follow } = following({ is: 'bitrate-below', value: 1000 })
  health(500)
  follow([{ is: 'publisher-lost' }])
  state('ended')
  expect(fired).toEqual(['stream stage: 600 kbit/s', 'stream stage: its publisher left'])
})

it('keeps nothing of a stream that was removed', () => {
  const { fired, health, state, say } = following({ is: 'publisher-lost' })
  state('ended')
  expect(fired).toHaveLength(1)
  say('stream.removed', {})
  health(2000)
  state('ended')
  expect(fired).toHaveLength(2)
})
