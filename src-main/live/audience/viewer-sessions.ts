import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { randomText } from '../../platform/random-id.ts'
import type { ViewerSession, Viewers } from '../schemas.ts'
import type { Beacon } from './beacon.ts'
import { FigureHistory } from './figure-history.ts'
import type { ViewerFigures, ViewerHistory, ViewerRun } from './schemas.ts'
import { type Gain, SessionRecord } from './session-record.ts'
import { StreamTally } from './stream-tally.ts'
import { type Placing, ViewerPlaces } from './viewer-places.ts'
import type { ViewerActivity, ViewerRegistry, ViewProtocol } from './viewer-registry.ts'

export interface ViewerSessionsDependencies {
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
  /** Silence after which a player is gone, ms. RTMP players say when they leave. */
  readonly silenceMs?: Partial<Record<ViewProtocol, number>>
  /** Viewers of one stream that one IP address is counted with: more are served but not counted. */
  readonly perAddress?: number
  /** Session keys of the host's own pages start with this: an operator who looks at a stream is not counted as a viewer. A secret. */
  readonly previewPrefix?: string
  /** Sessions kept at most: more are served but not counted. */
  readonly max?: number
  /** Name of a stream, for the audit log. */
  readonly nameOf?: (streamId: string) => string | undefined
  /** Height of a rendition of a stream, px; without a rendition that of what the publisher sends. */
  readonly heightOf?: (streamId: string, rendition: string | undefined) => number | undefined
  /** Bytes that went out for a stream. */
  readonly onBytes?: (streamId: string, bytes: number) => void
  /** A session is over: it is kept with its run. */
  readonly onEnded?: (session: ViewerSession, runId: string, endedMs: number) => void
  /** The figures of a run: from time to time, and at its end. */
  readonly onRun?: (streamId: string, run: ViewerRun) => void
  /** What a beacon added. */
  readonly onGain?: (gain: Gain) => void
}

/** What became of a beacon. `unknown`: no such session was seen fetching. `stale`: older than one before, or too soon after it. */
export type BeaconFate = 'counted' | 'unknown' | 'stale'

/** A stream's sessions are reported repeatedly only while there are few enough for a person to read. */
const maxReportedOf = 50
const reportMs = 3000
/** Seconds between two reports of a run's figures. */
const runEveryS = 60

const silence: Readonly<Record<ViewProtocol, number>> = {
  'll-hls': 10_000,
  dash: 10_000,
  hls: 18_000,
  rtmp: Number.POSITIVE_INFINITY,
  'http-flv': Number.POSITIVE_INFINITY,
  // each session is reported every second; a node that dies says nothing of its viewers
  webrtc: 30_000,
  srt: Number.POSITIVE_INFINITY,
}

/** What distinguishes a viewer before it is counted. */
type ViewerKeys = Pick<ViewerActivity, 'remoteAddress' | 'userAgent'> & { readonly sessionKey?: string | undefined }

interface Watched {
  readonly tally: StreamTally
  places: ViewerPlaces
  readonly history: FigureHistory
  /** Viewers when the history was last written. */
  shown: number
  runDirty: boolean
  endedMs: number | undefined
}

/** Counts playing clients: joins what they fetch and report into sessions, and ends a session after silence or a goodbye. */
export class ViewerSessions implements ViewerRegistry {
  readonly #dependencies: ViewerSessionsDependencies
  readonly #silenceMs: Readonly<Record<ViewProtocol, number>>
  readonly #max: number
  readonly #streams = new Map<string, Watched>()
  #kept = 0
  #seconds = 0

  constructor(dependencies: ViewerSessionsDependencies) {
    this.#dependencies = dependencies
    this.#silenceMs = { ...silence, ...dependencies.silenceMs }
    this.#max = dependencies.max ?? 100_000
  }

  active(activity: ViewerActivity): void {
    const now = this.#dependencies.now()
    if (activity.bytes > 0) this.#dependencies.onBytes?.(activity.streamId, activity.bytes)
    if (this.#isPreview(activity.sessionKey)) return
    const watched = this.#watched(activity.streamId)
    const { tally } = watched
    tally.bytes += activity.bytes
    tally.dirty = true
    const key = keyOf(activity.protocol, activity.sessionKey, activity.remoteAddress, activity.userAgent)
    const session = tally.sessions.get(key)
    if (session === undefined) {
      this.#begin(watched, key, activity, now)
      return
    }
    const changed = session.fetched(activity, now)
    if (changed === undefined) return
    this.#lookAt(session)
    this.#dependencies.events.publish('session.changed', session.describe(), { stream: activity.streamId })
    if (changed.from === undefined) return
    this.#dependencies.audit.record({
      kind: 'quality',
      message: `a viewer went from ${changed.from} to ${session.rendition}`,
      ...this.#named(activity.streamId),
      sessionId: session.id,
      remoteAddress: activity.remoteAddress,
      data: { from: changed.from, to: session.rendition as string },
    })
  }

  /** Takes a player's report. Only a request starts a session: a beacon without one is not counted. */
  report(streamId: string, beacon: Beacon): BeaconFate {
    const watched = this.#streams.get(streamId)
    const session = watched?.tally.sessions.get(keyOf('hls', beacon.session, '', ''))
    if (watched === undefined || session === undefined) return 'unknown'
    const quality = session.quality
    const now = this.#dependencies.now()
    const gain = session.reported(beacon, now)
    if (gain === undefined) return 'stale'
    watched.tally.add(gain)
    watched.runDirty = true
    this.#dependencies.onGain?.(gain)
    if (beacon.event === 'end') this.#end(watched, session)
    else if (session.quality !== quality || beacon.event !== 'report') this.#notify(session, now)
    return 'counted'
  }

  leave(streamId: string, protocol: ViewProtocol, sessionKey: string): void {
    const watched = this.#streams.get(streamId)
    const session = watched?.tally.sessions.get(keyOf(protocol, sessionKey, '', ''))
    if (watched !== undefined && session?.protocol === protocol) this.#end(watched, session)
  }

  count(streamId: string): number {
    return this.#streams.get(streamId)?.tally.sessions.size ?? 0
  }

  /** True where this client is counted already, or need not be. */
  watches(streamId: string, viewer: ViewerKeys): boolean {
    if (this.#isPreview(viewer.sessionKey)) return true
    const sessions = this.#streams.get(streamId)?.tally.sessions
    if (sessions === undefined) return false
    for (const protocol of Object.keys(this.#silenceMs) as ViewProtocol[]) {
      if (sessions.has(keyOf(protocol, viewer.sessionKey, viewer.remoteAddress, viewer.userAgent))) return true
    }
    return false
  }

  /** Gives one of `max` places of a stream to somebody who starts to watch; who is counted already has one. */
  place(streamId: string, viewer: ViewerKeys, max: number): Placing {
    if (this.watches(streamId, viewer)) return 'placed'
    const { places } = this.#watched(streamId)
    return places.reserve({ key: seekerOf(viewer), remoteAddress: viewer.remoteAddress }, max, this.#dependencies.now())
  }

  /** Counts and sessions of a stream. */
  viewers(streamId: string): Viewers {
    const tally = this.#streams.get(streamId)?.tally
    const sessions = this.sessions(streamId)
    return { streamId, concurrent: sessions.length, total: tally?.total ?? 0, peak: tally?.peak ?? 0, sessions: [...sessions] }
  }

  sessions(streamId: string): readonly ViewerSession[] {
    const sessions: ViewerSession[] = []
    for (const session of this.#streams.get(streamId)?.tally.sessions.values() ?? []) sessions.push(session.describe())
    return sessions
  }

  /** The newest figures of a stream. */
  figures(streamId: string): ViewerFigures {
    const now = this.#dependencies.now()
    return (this.#streams.get(streamId)?.tally ?? new StreamTally('', now)).latest(now)
  }

  /** Figures from `fromMs` to `toMs`, ms since 1970. */
  history(streamId: string, fromMs: number, toMs: number, stepS?: number): ViewerHistory {
    const { step, samples } = (this.#streams.get(streamId)?.history ?? new FigureHistory()).between(
      fromMs,
      toMs,
      this.#dependencies.now(),
      stepS,
    )
    return { step, samples: [...samples] }
  }

  /** The run that goes on, or went on last. */
  run(streamId: string): ViewerRun | undefined {
    const watched = this.#streams.get(streamId)
    return watched === undefined || watched.tally.runId === '' ? undefined : summary(watched)
  }

  /** Clients playing now, of all streams, by protocol. */
  byProtocol(): Readonly<Record<ViewProtocol, number>> {
    const counts: Record<ViewProtocol, number> = { 'hls': 0, 'll-hls': 0, 'dash': 0, 'rtmp': 0, 'http-flv': 0, 'webrtc': 0, 'srt': 0 }
    for (const { tally } of this.#streams.values()) for (const session of tally.sessions.values()) counts[session.protocol]++
    return counts
  }

  /**
   * Ends the sessions that were silent for too long, reports the others while they are few, and closes the second of every stream. Called
   * each second.
   */
  sweep(): void {
    const now = this.#dependencies.now()
    this.#seconds++
    for (const [streamId, watched] of this.#streams) {
      const { tally } = watched
      const few = tally.sessions.size <= maxReportedOf
      for (const session of tally.sessions.values()) {
        if (now - session.lastSeenMs > this.#silenceMs[session.protocol]) this.#end(watched, session)
        else if (few && session.bytes !== session.reportedBytes && now - session.reportedMs >= reportMs) this.#notify(session, now)
      }
      this.#closeSecond(streamId, watched, now)
      if (this.#seconds % runEveryS === 0) this.#noteRun(streamId, watched)
    }
  }

  /** A new run of a stream counts from nothing; those who are still there count again. */
  begin(streamId: string, runId = ''): void {
    const watched = this.#streams.get(streamId)
    if (watched !== undefined) this.#noteRun(streamId, watched)
    const { tally } = watched ?? this.#watched(streamId)
    tally.begin(runId, this.#dependencies.now())
    if (watched !== undefined) watched.endedMs = undefined
  }

  /** The run of a stream is over; who still plays what is left of it is counted on. */
  over(streamId: string): void {
    const watched = this.#streams.get(streamId)
    if (watched === undefined || watched.endedMs !== undefined) return
    watched.endedMs = this.#dependencies.now()
    watched.runDirty = true
    this.#noteRun(streamId, watched)
  }

  /** Drops a stream and ends its sessions. */
  forget(streamId: string): void {
    const watched = this.#streams.get(streamId)
    if (watched === undefined) return
    for (const session of watched.tally.sessions.values()) this.#end(watched, session)
    this.#noteRun(streamId, watched)
    this.#streams.delete(streamId)
  }

  /** Hands over what is still counted, to be kept. */
  stop(): void {
    const now = this.#dependencies.now()
    for (const [streamId, watched] of this.#streams) {
      for (const session of watched.tally.sessions.values()) this.#dependencies.onEnded?.(session.describe(), watched.tally.runId, now)
      this.#kept -= watched.tally.sessions.size
      watched.tally.sessions.clear()
      watched.places = this.#newPlaces()
      this.#noteRun(streamId, watched)
    }
  }

  #closeSecond(streamId: string, watched: Watched, now: number): void {
    const { tally, history } = watched
    const viewers = tally.sessions.size
    if (!tally.dirty && viewers === 0 && watched.shown === 0) return
    const figures = tally.close(now)
    // a line of the graphs starts and ends at zero viewers
    if (viewers > 0 && watched.shown === 0)
      history.add({ ...figures, timeMs: now - 1000, concurrent: 0, kbps: 0, protocols: {}, qualities: {} })
    if (viewers > 0 || watched.shown > 0) history.add(figures)
    watched.shown = viewers
    tally.dirty = false
    this.#dependencies.events.publish('stream.viewers', figures, { stream: streamId, volatile: true })
  }

  #noteRun(streamId: string, watched: Watched): void {
    if (!watched.runDirty || watched.tally.runId === '') return
    watched.runDirty = false
    this.#dependencies.onRun?.(streamId, summary(watched))
  }

  #notify(session: SessionRecord, now: number): void {
    session.reportedBytes = session.bytes
    session.reportedMs = now
    this.#dependencies.events.publish('session.changed', session.describe(), { stream: session.streamId, volatile: true })
  }

  #named(streamId: string): { streamId: string; streamName?: string } {
    const streamName = this.#dependencies.nameOf?.(streamId)
    return streamName === undefined ? { streamId } : { streamId, streamName }
  }

  #watched(streamId: string): Watched {
    let watched = this.#streams.get(streamId)
    if (watched === undefined) {
      const tally = new StreamTally('', this.#dependencies.now())
      watched = { tally, places: this.#newPlaces(), history: new FigureHistory(), shown: 0, runDirty: false, endedMs: undefined }
      this.#streams.set(streamId, watched)
    }
    return watched
  }

  #newPlaces(): ViewerPlaces {
    return new ViewerPlaces(this.#dependencies.perAddress ?? 64)
  }

  #isPreview(sessionKey: string | undefined): boolean {
    const { previewPrefix } = this.#dependencies
    return previewPrefix !== undefined && sessionKey?.startsWith(previewPrefix) === true
  }

  #begin(watched: Watched, key: string, activity: ViewerActivity, now: number): void {
    watched.places.release(seekerOf(activity))
    if (this.#kept >= this.#max || !watched.places.take(activity.remoteAddress)) return
    const session = new SessionRecord(key, `view_${randomText(12)}`, activity, now)
    this.#lookAt(session)
    this.#kept++
    const { tally } = watched
    tally.sessions.set(key, session)
    tally.total++
    tally.peak = Math.max(tally.peak, tally.sessions.size)
    watched.runDirty = true
    this.#dependencies.events.publish('session.started', session.describe(), { stream: activity.streamId })
    this.#dependencies.audit.record({
      kind: 'connect',
      message: `a viewer plays over ${activity.protocol}`,
      ...this.#named(activity.streamId),
      sessionId: session.id,
      remoteAddress: activity.remoteAddress,
      data: { userAgent: session.userAgent },
    })
  }

  /** Finds out the quality that a session takes. */
  #lookAt(session: SessionRecord): void {
    const isPlainCopy = session.protocol === 'rtmp' || session.protocol === 'srt' || session.protocol === 'http-flv'
    if (session.rendition === undefined && !isPlainCopy) return
    const height = this.#dependencies.heightOf?.(session.streamId, session.rendition)
    if (height !== undefined) session.renditionQuality = `${height}p`
  }

  #end(watched: Watched, session: SessionRecord): void {
    watched.tally.sessions.delete(session.key)
    watched.tally.dirty = true
    watched.runDirty = true
    if (session.beacon === undefined) watched.tally.unreportedMs += session.lastSeenMs - session.startedMs
    this.#kept--
    watched.places.leave(session.remoteAddress)
    const { streamId } = session
    const view = session.describe()
    this.#dependencies.events.publish('session.ended', view, { stream: streamId })
    this.#dependencies.onEnded?.(view, watched.tally.runId, session.lastSeenMs)
    this.#dependencies.audit.record({
      kind: 'disconnect',
      message: `a viewer over ${session.protocol} left`,
      ...this.#named(streamId),
      sessionId: session.id,
      remoteAddress: session.remoteAddress,
      data: { bytes: session.bytes, seconds: Math.round((session.lastSeenMs - session.startedMs) / 1000) },
    })
  }
}

function summary({ tally, endedMs }: Watched): ViewerRun {
  const { rebufferRatio, startupMs } = tally
  return {
    id: tally.runId,
    startedAt: new Date(tally.runStartedMs).toISOString(),
    endedAt: endedMs === undefined ? null : new Date(endedMs).toISOString(),
    total: tally.total,
    peak: tally.peak,
    watchedMs: Math.round(tally.watchedMs + tally.unreportedMs),
    rebufferRatio: rebufferRatio === undefined ? null : Math.round(rebufferRatio * 10_000) / 10_000,
    stalls: tally.stalls,
    startupMs: startupMs === undefined ? null : Math.round(startupMs),
    bytes: tally.bytes,
  }
}

/**
 * A player that names itself is one session whatever it plays over; others are distinguished by protocol, IP address and user agent. Texts
 * from the network are cut, so that a session has a max size.
 */
function keyOf(protocol: ViewProtocol, sessionKey: string | undefined, remoteAddress: string, userAgent: string): string {
  if (sessionKey !== undefined) return `=${sessionKey.slice(0, 64)}`
  return `${protocol}\n${remoteAddress}\n${userAgent.slice(0, 300)}`
}

/** A player before it is counted: it is not known yet what it will play over. */
function seekerOf({ sessionKey, remoteAddress, userAgent }: ViewerKeys): string {
  return sessionKey !== undefined ? `=${sessionKey.slice(0, 64)}` : `${remoteAddress}\n${userAgent.slice(0, 300)}`
}
