import type { HostHealth } from '../../src-main/platform/events/topics/host.ts'
import type { ClientState } from './store.ts'
import type { AuditLine, EventMessage, HealthSample, Settings, Snapshot, Stream, StreamDetail, StreamKey, ViewerSession } from './types.ts'

/** How far back the graphs reach, ms. */
export const historyMs = 5 * 60_000

const auditKept = 500

function byId<T extends { readonly id: string }>(items: readonly T[]): Record<string, T> {
  const record: Record<string, T> = {}
  for (const item of items) record[item.id] = item
  return record
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  if (!(id in record)) return record
  const { [id]: _gone, ...rest } = record
  return rest
}

/** Adds a sample at the end, drops what is older than the graphs reach and whatever claims to come from the past. */
export function appendSample(samples: readonly HealthSample[], sample: HealthSample): readonly HealthSample[] {
  const last = samples.at(-1)
  if (last && sample.timeMs <= last.timeMs) return samples
  const oldest = sample.timeMs - historyMs
  let from = 0
  while (from < samples.length && (samples[from] as HealthSample).timeMs < oldest) from++
  const kept = from === 0 ? samples.slice() : samples.slice(from)
  kept.push(sample)
  return kept
}

/** Puts the state that was read from the API in the place of what is shown; sessions and graphs of streams that remain are kept. */
export function applySnapshot(state: ClientState, snapshot: Snapshot): ClientState {
  const streams = byId(snapshot.streams)
  let history = state.history
  for (const id of Object.keys(history)) if (!(id in streams)) history = without(history, id)
  for (const stream of snapshot.streams) {
    if (stream.health) history = { ...history, [stream.id]: appendSample(history[stream.id] ?? [], stream.health) }
  }
  let sessions = state.sessions
  for (const id of Object.keys(sessions)) if (!(id in streams)) sessions = without(sessions, id)
  return { ...state, streams, keys: byId(snapshot.keys), history, sessions }
}

/** Joins what the stream page read (five minutes of samples, viewer sessions) with what has arrived by event meanwhile. */
export function applyDetail(state: ClientState, streamId: string, detail: StreamDetail): ClientState {
  return { ...applyHistory(state, streamId, detail.samples), sessions: { ...state.sessions, [streamId]: byId(detail.sessions) } }
}

/** Joins samples that were read with those that came by event meanwhile. */
export function applyHistory(state: ClientState, streamId: string, read: readonly HealthSample[]): ClientState {
  let samples = read
  for (const sample of state.history[streamId] ?? []) samples = appendSample(samples, sample)
  return { ...state, history: { ...state.history, [streamId]: samples } }
}

function withStream(state: ClientState, stream: Stream): ClientState {
  return { ...state, streams: { ...state.streams, [stream.id]: stream } }
}

/** One event of the socket, applied. Unknown topics change nothing. */
export function applyEvent(state: ClientState, event: EventMessage): ClientState {
  switch (event.topic) {
    case 'stream.created':
    case 'stream.state':
    case 'stream.tracks':
    case 'stream.updated':
      return withStream(state, event.data as Stream)
    case 'stream.warnings': {
      const stream = event.stream ? state.streams[event.stream] : undefined
      const { warnings } = event.data as Pick<Stream, 'warnings'>
      return stream ? withStream(state, { ...stream, warnings }) : state
    }
    case 'stream.health': {
      const stream = event.stream ? state.streams[event.stream] : undefined
      if (!stream) return state
      const { sample, warnings } = event.data as { sample: HealthSample; warnings: Stream['warnings'] }
      const next = withStream(state, { ...stream, health: sample, viewers: sample.viewers, warnings })
      return { ...next, history: { ...state.history, [stream.id]: appendSample(state.history[stream.id] ?? [], sample) } }
    }
    case 'stream.removed': {
      const id = event.stream ?? (event.data as { id: string }).id
      return {
        ...state,
        streams: without(state.streams, id),
        history: without(state.history, id),
        sessions: without(state.sessions, id),
      }
    }
    case 'session.started':
    case 'session.changed': {
      const session = event.data as ViewerSession
      return {
        ...state,
        sessions: { ...state.sessions, [session.streamId]: { ...state.sessions[session.streamId], [session.id]: session } },
      }
    }
    case 'session.ended': {
      const session = event.data as ViewerSession
      const ofStream = state.sessions[session.streamId]
      return ofStream ? { ...state, sessions: { ...state.sessions, [session.streamId]: without(ofStream, session.id) } } : state
    }
    case 'key.created':
    case 'key.updated':
    case 'key.revoked': {
      const key = event.data as StreamKey
      return { ...state, keys: { ...state.keys, [key.id]: key } }
    }
    case 'settings.updated':
      return { ...state, settings: event.data as Settings }
    case 'audit':
      return { ...state, audit: [event.data as AuditLine, ...state.audit].slice(0, auditKept) }
    case 'host.health':
      return { ...state, hostHealth: event.data as HostHealth }
    default:
      return state
  }
}
