import { describe, expect, it } from 'vitest'
import type { HealthSample } from '../../schemas.ts'
import { type StreamFacts, streamCondition } from './conditions.ts'

const sample = (changes: Partial<HealthSample>): HealthSample =>
  ({ timeMs: 0, videoBitrateKbps: 2000, frameRate: 30, keyframeSequence: 1, avOffsetMs: 0, ...changes }) as HealthSample
const facts = (samples: HealthSample[], more: Partial<StreamFacts> = {}): StreamFacts => ({
  name: 'stage',
  away: false,
  samples,
  warnings: [],
  failedDestinations: [],
  ...more,
})

describe('an alert', () => {
  it('reports a stream without keyframes while its video goes on', () => {
    const still = Array.from({ length: 12 }, () => sample({}))
    expect(streamCondition('no-keyframe', facts(still), 10)).toContain('no keyframe for 10 s')
    expect(streamCondition('no-keyframe', facts(still), 20)).toBeUndefined()
    expect(streamCondition('no-keyframe', facts([...still, sample({ keyframeSequence: 2 })]), 10)).toBeUndefined()
    expect(streamCondition('no-keyframe', facts([...still, sample({ frameRate: 0 })]), 10)).toBeUndefined()
  })

  it('reports a bitrate that collapses, and not of one that was never there', () => {
    const steady = Array.from({ length: 40 }, () => sample({}))
    expect(streamCondition('bitrate-collapse', facts([...steady, sample({ videoBitrateKbps: 300 })]), 30)).toContain('300 kbps from 2000')
    expect(streamCondition('bitrate-collapse', facts([...steady, sample({ videoBitrateKbps: 900 })]), 30)).toBeUndefined()
    expect(streamCondition('bitrate-collapse', facts([sample({ videoBitrateKbps: 0 })]), 30)).toBeUndefined()
  })

  it('reports drift, a lost publisher, an encoder that is behind and destinations that fail', () => {
    expect(streamCondition('av-drift', facts([sample({ avOffsetMs: -400 })]), 150)).toContain('400 ms apart')
    expect(streamCondition('av-drift', facts([sample({ avOffsetMs: null })]), 150)).toBeUndefined()
    expect(streamCondition('publisher-lost', facts([], { away: true }), 0)).toContain('lost its publisher')
    expect(streamCondition('encoder-behind', facts([], { warnings: [{ code: 'encoder-behind', message: 'slow' }] }), 0)).toBe('stage: slow')
    expect(streamCondition('destination-failed', facts([], { failedDestinations: ['Twitch'] }), 0)).toContain('Twitch')
  })
})
