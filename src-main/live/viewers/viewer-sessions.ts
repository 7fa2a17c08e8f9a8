import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import { randomText } from '../random-id.ts'
import type { ViewerSession, Viewers } from '../schemas.ts'
import type { ViewerActivity, ViewerRegistry, ViewProtocol } from './viewer-registry.ts'

export interface ViewerSessionsNeeds {
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
  /** Silence after which a player is gone, ms. RTMP players tell when they leave. */
  readonly silenceMs?: Partial<Record<ViewProtocol, number>>
  /** Sessions held at most: more are served but not counted. */
  readonly most?: number
  /** Name of a stream, for the audit log. */
  readonly nameOf?: (streamId: string) => string | undefined
  /** Bytes that went out for a stream. */
  readonly onBytes?: (streamId: string, bytes: number) => void
}

interface Session {
  readonly key: string
  readonly id: string
  readonly activity: ViewerActivity
  readonly startedMs: number
  lastSeenMs: number
  bytes: number
  /** Bytes when it was last told of, and when that was. */
  toldBytes: number
  toldMs: number
  rendition: string | undefined
}

interface Tally {
  readonly sessions: Map<string, Session>
  total: number
  peak: number
}

/** A stream's sessions are told of again and again only while there are no more of them than a person reads. */
const mostToldOf = 50
const tellMs = 3000

const silence: Readonly<Record<ViewProtocol, number>> = {
  'll-hls': 10_000,
  dash: 10_000,
  hls: 18_000,
  rtmp: Number.POSITIVE_INFINITY,
  'http-flv': Number.POSITIVE_INFINITY,
  webrtc: Number.POSITIVE_INFINITY,
  srt: Number.POSITIVE_INFINITY,
}

/** Session keys of the stream page's own preview begin with this: whoever rules a stream is no viewer of it. */
const previewPrefix = 'preview-'

/** Counts playing clients: joins what they fetch into sessions, and ends a session after silence or farewell. */
export class ViewerSessions implements ViewerRegistry {
  readonly #needs: ViewerSessionsNeeds
  readonly #silenceMs: Readonly<Record<ViewProtocol, number>>
  readonly #most: number
  readonly #streams = new Map<string, Tally>()
  #held = 0

  constructor(needs: ViewerSessionsNeeds) {
    this.#needs = needs
    this.#silenceMs = { ...silence, ...needs.silenceMs }
    this.#most = needs.most ?? 100_000
  }

  active(activity: ViewerActivity): void {
    const now = this.#needs.now()
    if (activity.bytes > 0) this.#needs.onBytes?.(activity.streamId, activity.bytes)
    if (activity.sessionKey?.startsWith(previewPrefix)) return
    const tally = this.#tally(activity.streamId)
    const key = keyOf(activity.protocol, activity.sessionKey, activity.remoteAddress, activity.userAgent)
    const session = tally.sessions.get(key)
    if (session === undefined) {
      this.#begin(tally, key, activity, now)
      return
    }
    session.lastSeenMs = now
    session.bytes += activity.bytes
    const rendition = activity.rendition
    // sound beside the picture is no switch of quality
    if (rendition === undefined || rendition === session.rendition || !(rendition.startsWith('v') || session.rendition === undefined))
      return
    const before = session.rendition
    session.rendition = rendition
    this.#needs.events.publish('session.changed', describe(session), { stream: activity.streamId })
    if (before === undefined || !before.startsWith('v')) return
    this.#needs.audit.record({
      kind: 'quality',
      message: `a viewer went from ${before} to ${rendition}`,
      ...this.#named(activity.streamId),
      sessionId: session.id,
      remoteAddress: activity.remoteAddress,
      data: { from: before, to: rendition },
    })
  }

  leave(streamId: string, protocol: ViewProtocol, sessionKey: string): void {
    const tally = this.#streams.get(streamId)
    const session = tally?.sessions.get(keyOf(protocol, sessionKey, '', ''))
    if (tally !== undefined && session !== undefined) this.#end(tally, session)
  }

  count(streamId: string): number {
    return this.#streams.get(streamId)?.sessions.size ?? 0
  }

  /** True where this client is counted already, or need not be. */
  watches(streamId: string, viewer: { sessionKey: string | undefined; remoteAddress: string; userAgent: string }): boolean {
    if (viewer.sessionKey?.startsWith(previewPrefix)) return true
    const tally = this.#streams.get(streamId)
    if (tally === undefined) return false
    for (const protocol of Object.keys(this.#silenceMs) as ViewProtocol[]) {
      if (tally.sessions.has(keyOf(protocol, viewer.sessionKey, viewer.remoteAddress, viewer.userAgent))) return true
    }
    return false
  }

  /** Counts and sessions of a stream. */
  viewers(streamId: string): Viewers {
    const tally = this.#streams.get(streamId)
    const sessions = this.sessions(streamId)
    return { streamId, concurrent: sessions.length, total: tally?.total ?? 0, peak: tally?.peak ?? 0, sessions: [...sessions] }
  }

  sessions(streamId: string): readonly ViewerSession[] {
    const sessions: ViewerSession[] = []
    for (const session of this.#streams.get(streamId)?.sessions.values() ?? []) sessions.push(describe(session))
    return sessions
  }

  /** Clients playing now, of all streams, by protocol. */
  byProtocol(): Readonly<Record<ViewProtocol, number>> {
    const counts: Record<ViewProtocol, number> = { 'hls': 0, 'll-hls': 0, 'dash': 0, 'rtmp': 0, 'http-flv': 0, 'webrtc': 0, 'srt': 0 }
    for (const tally of this.#streams.values()) for (const session of tally.sessions.values()) counts[session.activity.protocol]++
    return counts
  }

  /** Ends the sessions that were silent for too long, and tells how the others go on while they are few. Called each second. */
  sweep(): void {
    const now = this.#needs.now()
    for (const tally of this.#streams.values()) {
      const few = tally.sessions.size <= mostToldOf
      for (const session of tally.sessions.values()) {
        if (now - session.lastSeenMs > this.#silenceMs[session.activity.protocol]) this.#end(tally, session)
        else if (few && session.bytes !== session.toldBytes && now - session.toldMs >= tellMs) this.#tell(session, now)
      }
    }
  }

  #tell(session: Session, now: number): void {
    session.toldBytes = session.bytes
    session.toldMs = now
    this.#needs.events.publish('session.changed', describe(session), { stream: session.activity.streamId, volatile: true })
  }

  /** A new run of a stream counts from nothing; those who are still there count again. */
  begin(streamId: string): void {
    const tally = this.#streams.get(streamId)
    if (tally === undefined) return
    tally.total = tally.sessions.size
    tally.peak = tally.sessions.size
  }

  /** Forgets a stream and ends its sessions. */
  forget(streamId: string): void {
    const tally = this.#streams.get(streamId)
    if (tally === undefined) return
    for (const session of tally.sessions.values()) this.#end(tally, session)
    this.#streams.delete(streamId)
  }

  #named(streamId: string): { streamId: string; streamName?: string } {
    const streamName = this.#needs.nameOf?.(streamId)
    return streamName === undefined ? { streamId } : { streamId, streamName }
  }

  #tally(streamId: string): Tally {
    let tally = this.#streams.get(streamId)
    if (tally === undefined) {
      tally = { sessions: new Map(), total: 0, peak: 0 }
      this.#streams.set(streamId, tally)
    }
    return tally
  }

  #begin(tally: Tally, key: string, activity: ViewerActivity, now: number): void {
    if (this.#held >= this.#most) return
    const session: Session = {
      key,
      id: `view_${randomText(12)}`,
      activity: { ...activity, userAgent: activity.userAgent.slice(0, 300) },
      startedMs: now,
      lastSeenMs: now,
      bytes: activity.bytes,
      toldBytes: activity.bytes,
      toldMs: now,
      rendition: activity.rendition,
    }
    this.#held++
    tally.sessions.set(key, session)
    tally.total++
    tally.peak = Math.max(tally.peak, tally.sessions.size)
    this.#needs.events.publish('session.started', describe(session), { stream: activity.streamId })
    this.#needs.audit.record({
      kind: 'connect',
      message: `a viewer plays over ${activity.protocol}`,
      ...this.#named(activity.streamId),
      sessionId: session.id,
      remoteAddress: activity.remoteAddress,
      data: { userAgent: session.activity.userAgent },
    })
  }

  #end(tally: Tally, session: Session): void {
    tally.sessions.delete(session.key)
    this.#held--
    const streamId = session.activity.streamId
    this.#needs.events.publish('session.ended', describe(session), { stream: streamId })
    this.#needs.audit.record({
      kind: 'disconnect',
      message: `a viewer over ${session.activity.protocol} left`,
      ...this.#named(streamId),
      sessionId: session.id,
      remoteAddress: session.activity.remoteAddress,
      data: { bytes: session.bytes, seconds: Math.round((session.lastSeenMs - session.startedMs) / 1000) },
    })
  }
}

/** Texts from the network are cut, so that a session costs what a session costs. */
function keyOf(protocol: ViewProtocol, sessionKey: string | undefined, remoteAddress: string, userAgent: string): string {
  if (sessionKey !== undefined) return `${protocol}\n${sessionKey.slice(0, 64)}`
  return `${protocol}\n${remoteAddress}\n${userAgent.slice(0, 300)}`
}

function describe(session: Session): ViewerSession {
  return {
    id: session.id,
    streamId: session.activity.streamId,
    protocol: session.activity.protocol,
    remoteAddress: session.activity.remoteAddress,
    userAgent: session.activity.userAgent,
    rendition: session.rendition ?? null,
    startedAt: new Date(session.startedMs).toISOString(),
    lastSeenAt: new Date(session.lastSeenMs).toISOString(),
    bytes: session.bytes,
  }
}
