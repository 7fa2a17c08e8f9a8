import { describe, expect, it } from 'vitest'
import { appendSample, applyDetail, applyEvent, applySnapshot } from './apply-event.ts'
import { initialState } from './store.ts'
import type { EventMessage, HealthSample, Stream, StreamKey, ViewerSession } from './types.ts'

const sample = (timeMs: number, viewers = 0): HealthSample => ({ timeMs, viewers, videoBitrateKbps: 1000 }) as HealthSample
const stream = (id: string, change: Partial<Stream> = {}): Stream =>
  ({ id, name: id, title: '', state: 'active', reconnecting: false, health: null, warnings: [], viewers: 0, ...change }) as Stream
const event = (topic: string, data: unknown, of?: string): EventMessage => ({
  seq: 1,
  time: '2026-01-01T00:00:00Z',
  topic,
  data,
  ...(of ? { stream: of } : {}),
})

describe('the client store', () => {
  const loaded = applySnapshot(initialState, { streams: [stream('a'), stream('b')], keys: [] })

  it('takes a whole stream from a state event', () => {
    const next = applyEvent(loaded, event('stream.state', stream('a', { state: 'ended' }), 'a'))
    expect(next.streams.a?.state).toBe('ended')
    expect(next.streams.b).toBe(loaded.streams.b)
  })

  it('keeps health samples for the graphs and the newest on the stream', () => {
    const next = applyEvent(
      loaded,
      event('stream.health', { sample: sample(1000, 7), warnings: [{ code: 'no-audio', message: 'x' }] }, 'a'),
    )
    expect(next.streams.a).toMatchObject({ viewers: 7, health: { timeMs: 1000 }, warnings: [{ code: 'no-audio' }] })
    expect(next.history.a).toHaveLength(1)
  })

  it('ignores health of a stream that it does not know', () => {
    expect(applyEvent(loaded, event('stream.health', { sample: sample(1) }, 'ghost'))).toBe(loaded)
  })

  it('keeps five minutes of samples and rejects those from the past', () => {
    let samples: readonly HealthSample[] = []
    for (let second = 0; second < 400; second++) samples = appendSample(samples, sample(second * 1000))
    expect(samples).toHaveLength(301)
    expect(appendSample(samples, sample(5000))).toBe(samples)
  })

  it('joins what was read with what came by event meanwhile', () => {
    const live = applyEvent(loaded, event('stream.health', { sample: sample(5000) }, 'a'))
    const next = applyDetail(live, 'a', { samples: [sample(3000), sample(4000), sample(5000)], sessions: [] })
    expect(next.history.a?.map((each) => each.timeMs)).toEqual([3000, 4000, 5000])
  })

  it('drops everything of a removed stream', () => {
    const live = applyEvent(loaded, event('stream.health', { sample: sample(5000) }, 'a'))
    const next = applyEvent(live, event('stream.removed', { id: 'a' }, 'a'))
    expect(next.streams.a).toBeUndefined()
    expect(next.history.a).toBeUndefined()
  })

  it('follows viewers from start to end', () => {
    const session = { id: 'v1', streamId: 'a' } as ViewerSession
    const started = applyEvent(loaded, event('session.started', session))
    expect(Object.keys(started.sessions.a ?? {})).toEqual(['v1'])
    expect(applyEvent(started, event('session.ended', session)).sessions.a).toEqual({})
  })

  it('follows keys and keeps revoked ones', () => {
    const next = applyEvent(loaded, event('key.revoked', { id: 'k', revokedAt: 'now' } as StreamKey))
    expect(next.keys.k?.revokedAt).toBe('now')
  })

  it('puts audit lines first and keeps a bounded number', () => {
    let state = loaded
    for (let id = 0; id < 600; id++) state = applyEvent(state, event('audit', { id, kind: 'state', message: 'x', time: 't' }))
    expect(state.audit).toHaveLength(500)
    expect(state.audit[0]?.id).toBe(599)
  })

  it('changes nothing on an unknown topic', () => {
    expect(applyEvent(loaded, event('studio.scene', {}))).toBe(loaded)
  })
})
