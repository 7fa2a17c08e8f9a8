import type { Track } from '../../formats/track.ts'
import type { StreamKey } from '../schemas.ts'
import type { HealthMeter } from './health.ts'
import type { PublishRequest } from './publisher.ts'
import type { SlateShow } from './slate-show.ts'
import type { StreamPublication } from './stream-publication.ts'
import type { StreamRun } from './stream-run.ts'
import type { StreamPhase } from './stream-state.ts'
import type { StoredStream } from './stream-store.ts'

/** Sender's metadata, for display only. */
export type StreamMetadata = Readonly<Record<string, string | number | boolean>>

/** What of a key rules its publishers. */
export type PublishKey = Pick<
  StreamKey,
  'id' | 'stream' | 'onSecondPublisher' | 'role' | 'sameAddressOnly' | 'restartWindowMs' | 'limits' | 'onOverLimit'
>

/** What a publisher is on its stream: the backup goes on air when the primary fails. */
export type PublisherRole = 'primary' | 'backup'

/** Who publishes now. */
export interface LivePublisher {
  readonly request: PublishRequest
  readonly keyId: string | null
  /** As it is now: changes reach those who are live. */
  key: PublishKey
  /** Samples of the run's health when it came: its own begin behind them, ms since 1970. */
  readonly sinceMs: number
  /** ISO 8601. */
  readonly connectedAt: string
  readonly publication: StreamPublication
  readonly role: PublisherRole
  /** Since when it has delivered without a pause, monotonic ms. */
  goodSinceMs: number
}

/** Everything that the host knows of one stream. The registry and its helpers (publishers, phases, slate turns) alone write to it. */
export interface StreamEntry {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  title: string
  phase: StreamPhase
  error: StoredStream['error']
  demo: boolean
  startedAt: string | null
  endedAt: string | null
  /** The present run, or the last one since the host started. */
  run: StreamRun | undefined
  /** Of the run, or of one before the host started: without their configuration then. */
  tracks: readonly Track[]
  meter: HealthMeter | undefined
  metadata: StreamMetadata
  /** Who is on air. */
  publisher: LivePublisher | undefined
  /** Who delivers too and is held ready. */
  standby: LivePublisher | undefined
  /** What was on air last: where another goes on from. */
  lastOnAir: StreamPublication | undefined
  /** What is shown, or about to be, while nobody publishes. */
  slate: { readonly show: SlateShow; publication: StreamPublication | undefined; readonly lasts: 'window' | 'unlimited' } | undefined
  /** An operator put the backup on air: no return by itself. */
  keptByHand: boolean
  /** Monotonic ms of timeline 0; undefined until the run's first packet. */
  originMs: number | undefined
  /** Where the timeline stands, ms: a returning publisher goes on behind it. */
  timelineEndMs: number
  /** The host before this one ended while the stream was live. */
  wasLive: boolean
  /** Ends the waiting for a publisher. */
  timer: NodeJS.Timeout | undefined
  /** Until then an operator's word that the stream is over holds, ms since 1970. */
  closedUntilMs: number
}

/** A stream that nobody has published to yet. `createdAt` is ISO 8601. */
export function blankEntry(id: string, name: string, createdAt: string): StreamEntry {
  return {
    id,
    name,
    createdAt,
    title: name,
    phase: 'pending',
    error: null,
    demo: false,
    startedAt: null,
    endedAt: null,
    run: undefined,
    tracks: [],
    meter: undefined,
    metadata: {},
    publisher: undefined,
    standby: undefined,
    lastOnAir: undefined,
    slate: undefined,
    keptByHand: false,
    originMs: undefined,
    timelineEndMs: 0,
    wasLive: false,
    timer: undefined,
    closedUntilMs: 0,
  }
}

/** What is kept on disk of an entry. */
export function storedOf(entry: StreamEntry): StoredStream {
  const { id, name, title, phase, error, demo, createdAt, startedAt, endedAt, tracks } = entry
  return { id, name, title, phase, error, demo, createdAt, startedAt, endedAt, tracks }
}

/** The stream as audit lines name it. */
export function namesOf(entry: StreamEntry): { streamId: string; streamName: string } {
  return { streamId: entry.id, streamName: entry.name }
}
