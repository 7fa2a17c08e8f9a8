import type { ViewerSession } from '../schemas.ts'
import type { Beacon } from './beacon.ts'
import type { ViewerActivity, ViewProtocol } from './viewer-registry.ts'

/** What a beacon added to the figures of its stream. */
export interface Gain {
  readonly watchedMs: number
  readonly stallMs: number
  readonly stalls: number
  readonly errors: number
  /** Set by the first beacon that contains it. */
  readonly startupMs: number | undefined
}

/** Requests of one player that say `bs` within this time are counted as one stall, ms. */
const oneStallMs = 1000
/** Beacons that a session may send at once, and how often one more is taken, ms. */
const beaconBurst = 12
const beaconEveryMs = 500
/** A player's clock is believed to run this much faster than ours. */
const clockSlackMs = 5000

/** One playing client, from its first request to its last. */
export class SessionRecord {
  readonly key: string
  readonly id: string
  readonly streamId: string
  readonly remoteAddress: string
  readonly userAgent: string
  readonly startedMs: number
  protocol: ViewProtocol
  lastSeenMs: number
  bytes: number
  /** Bytes when it was last reported, and when that was. */
  reportedBytes: number
  reportedMs: number
  rendition: string | undefined
  /** Of the rendition: `720p`. */
  renditionQuality: string | undefined
  beacon: Beacon | undefined
  /** ms since 1970 of the newest error that a beacon reported. */
  errorMs = Number.NEGATIVE_INFINITY
  #fetchSwitches = 0
  #watchedMs = 0
  #stallMs = 0
  #startupMs: number | undefined
  #tokens = beaconBurst
  #tokensMs: number
  #cmcd: { stalls: number; stalledMs: number; bufferMs?: number; throughputKbps?: number; bitrateKbps?: number } | undefined

  constructor(key: string, id: string, activity: ViewerActivity, nowMs: number) {
    this.key = key
    this.id = id
    this.streamId = activity.streamId
    this.protocol = activity.protocol
    this.remoteAddress = activity.remoteAddress
    this.userAgent = activity.userAgent.slice(0, 300)
    this.startedMs = nowMs
    this.lastSeenMs = nowMs
    this.bytes = activity.bytes
    this.reportedBytes = activity.bytes
    this.reportedMs = nowMs
    this.rendition = activity.rendition
    this.#tokensMs = nowMs
    this.#hear(activity, nowMs)
  }

  /** Takes in a request; true where it shows another protocol or rendition, with the rendition before where there was one. */
  fetched(activity: ViewerActivity, nowMs: number): { readonly from: string | undefined } | undefined {
    this.lastSeenMs = nowMs
    this.bytes += activity.bytes
    this.#hear(activity, nowMs)
    let changed: { from: string | undefined } | undefined
    if (activity.protocol !== this.protocol) {
      this.protocol = activity.protocol
      changed = { from: undefined }
    }
    const { rendition } = activity
    // audio next to video is not a switch of quality
    if (rendition === undefined || rendition === this.rendition || !(rendition.startsWith('v') || this.rendition === undefined))
      return changed
    const from = this.rendition?.startsWith('v') ? this.rendition : undefined
    if (from !== undefined) this.#fetchSwitches++
    this.rendition = rendition
    this.renditionQuality = undefined
    return { from }
  }

  /** Takes in a beacon; undefined where it is older than one before or came too soon after them. */
  reported(beacon: Beacon, nowMs: number): Gain | undefined {
    const before = this.beacon
    if (before !== undefined && beacon.sequence <= before.sequence) return undefined
    this.#tokens = Math.min(beaconBurst, this.#tokens + (nowMs - this.#tokensMs) / beaconEveryMs)
    this.#tokensMs = nowMs
    if (this.#tokens < 1 && beacon.event !== 'end') return undefined
    this.#tokens = Math.max(0, this.#tokens - 1)
    this.lastSeenMs = Math.max(this.lastSeenMs, nowMs)
    // no session can have watched or waited for longer than it has existed
    const maxMs = nowMs - this.startedMs + clockSlackMs
    const watchedMs = Math.max(this.#watchedMs, Math.min(beacon.watchedMs ?? 0, maxMs))
    const stallMs = Math.max(this.#stallMs, Math.min(beacon.stallMs ?? 0, maxMs))
    const errors = Math.max(0, (beacon.errors ?? 0) - (before?.errors ?? 0))
    if (errors > 0) this.errorMs = nowMs
    const gain: Gain = {
      watchedMs: watchedMs - this.#watchedMs,
      stallMs: stallMs - this.#stallMs,
      stalls: Math.max(0, (beacon.stalls ?? 0) - (before?.stalls ?? 0)),
      errors,
      startupMs: this.#startupMs === undefined ? beacon.startupMs : undefined,
    }
    this.#watchedMs = watchedMs
    this.#stallMs = stallMs
    this.#startupMs ??= beacon.startupMs
    this.beacon = { ...before, ...beacon }
    return gain
  }

  get latencyMs(): number | undefined {
    return this.beacon?.latencyMs
  }

  /** `720p`, `audio`; undefined while it is not known. */
  get quality(): string | undefined {
    const height = this.beacon?.height
    if (height !== undefined && height > 0) return `${height}p`
    return this.renditionQuality ?? (this.rendition?.startsWith('a') ? 'audio' : undefined)
  }

  describe(): ViewerSession {
    const { beacon } = this
    const cmcd = this.#cmcd
    const lastedMs = this.lastSeenMs - this.startedMs
    return {
      id: this.id,
      streamId: this.streamId,
      protocol: this.protocol,
      remoteAddress: this.remoteAddress,
      userAgent: this.userAgent,
      player: beacon?.player ?? null,
      rendition: this.rendition ?? null,
      quality: this.quality ?? null,
      startedAt: new Date(this.startedMs).toISOString(),
      lastSeenAt: new Date(this.lastSeenMs).toISOString(),
      bytes: this.bytes,
      averageKbps: Math.round((this.bytes * 8) / Math.max(1000, lastedMs)),
      watchedMs: Math.round(beacon === undefined ? lastedMs : this.#watchedMs),
      switches: beacon?.switches ?? this.#fetchSwitches,
      stalls: beacon?.stalls ?? cmcd?.stalls ?? null,
      stallMs: beacon === undefined ? null : Math.round(this.#stallMs),
      startupMs: this.#startupMs ?? null,
      latencyMs: beacon?.latencyMs ?? null,
      bufferMs: beacon?.bufferMs ?? cmcd?.bufferMs ?? null,
      bitrateKbps: beacon?.bitrateKbps ?? cmcd?.bitrateKbps ?? null,
      throughputKbps: cmcd?.throughputKbps ?? null,
      droppedFrames: beacon?.droppedFrames ?? null,
      errors: beacon?.errors ?? null,
      lastError: beacon?.error ?? null,
      reportedBy: beacon !== undefined ? 'beacon' : cmcd !== undefined ? 'cmcd' : 'requests',
    }
  }

  #hear({ cmcd }: ViewerActivity, nowMs: number): void {
    if (cmcd === undefined) return
    this.#cmcd ??= { stalls: 0, stalledMs: Number.NEGATIVE_INFINITY }
    const heard = this.#cmcd
    if (cmcd.bs === true) {
      if (nowMs - heard.stalledMs >= oneStallMs) heard.stalls++
      heard.stalledMs = nowMs
    }
    if (cmcd.bl !== undefined) heard.bufferMs = Math.round(cmcd.bl)
    if (cmcd.mtp !== undefined) heard.throughputKbps = Math.round(cmcd.mtp)
    if (cmcd.br !== undefined && cmcd.ot !== 'a') heard.bitrateKbps = Math.round(cmcd.br)
  }
}
