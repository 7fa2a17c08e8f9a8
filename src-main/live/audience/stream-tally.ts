import { healthScore, latencyAimMs } from './health-score.ts'
import type { ViewerFigures } from './schemas.ts'
import type { Gain, SessionRecord } from './session-record.ts'

/** Seconds that the rebuffer ratio looks back. */
const ratioSeconds = 60
/** Starts that the mean is of. */
const startsKept = 100
/** A player whose last error is longer ago counts as well again, ms. */
const failingMs = 60_000
/** Qualities counted apart; beacons could name any. */
const maxQualities = 16

/** What is counted for one stream since it started. */
export class StreamTally {
  readonly sessions = new Map<string, SessionRecord>()
  total = 0
  peak = 0
  bytes = 0
  /** Of players that report. */
  watchedMs = 0
  /** Of sessions that ended without a word of their playback. */
  unreportedMs = 0
  stallMs = 0
  stalls = 0
  /** Something happened since the figures were last made. */
  dirty = false
  /** Id of the run and when it started, ms since 1970. */
  runId: string
  runStartedMs: number
  readonly #starts: number[] = []
  #startsAt = 0
  /** Watched and stalled ms at the end of each of the last seconds. */
  readonly #watchedAt: number[] = []
  readonly #stalledAt: number[] = []
  #bytesBefore = 0
  #madeMs = 0
  #latest: ViewerFigures | undefined

  constructor(runId: string, nowMs: number) {
    this.runId = runId
    this.runStartedMs = nowMs
  }

  /** A new run counts from nothing; those who are still there count again. */
  begin(runId: string, nowMs: number): void {
    this.runId = runId
    this.runStartedMs = nowMs
    this.total = this.sessions.size
    this.peak = this.sessions.size
    this.bytes = 0
    this.watchedMs = 0
    this.unreportedMs = 0
    this.stallMs = 0
    this.stalls = 0
    this.#bytesBefore = 0
    this.#starts.length = 0
    this.#startsAt = 0
    this.#watchedAt.length = 0
    this.#stalledAt.length = 0
    this.dirty = true
  }

  add(gain: Gain): void {
    this.watchedMs += gain.watchedMs
    this.stallMs += gain.stallMs
    this.stalls += gain.stalls
    if (gain.startupMs !== undefined) {
      this.#starts[this.#startsAt] = gain.startupMs
      this.#startsAt = (this.#startsAt + 1) % startsKept
    }
    this.dirty = true
  }

  /** Of the whole run; undefined if no player reported. */
  get rebufferRatio(): number | undefined {
    return ratio(this.stallMs, this.watchedMs)
  }

  get startupMs(): number | undefined {
    if (this.#starts.length === 0) return undefined
    let sum = 0
    for (const each of this.#starts) sum += each
    return sum / this.#starts.length
  }

  /** The figures of the second that closed last. */
  latest(nowMs: number): ViewerFigures {
    return this.#latest ?? this.close(nowMs)
  }

  /** Closes a second and makes its figures: called once in each. */
  close(nowMs: number): ViewerFigures {
    this.#latest = this.#figures(nowMs)
    this.#watchedAt.push(this.watchedMs)
    this.#stalledAt.push(this.stallMs)
    if (this.#watchedAt.length > ratioSeconds) {
      this.#watchedAt.shift()
      this.#stalledAt.shift()
    }
    return this.#latest
  }

  #figures(nowMs: number): ViewerFigures {
    const protocols: Record<string, number> = {}
    const qualities: Record<string, number> = {}
    const latencies: number[] = []
    let measured = 0
    let late = 0
    let failing = 0
    let known = 0
    for (const session of this.sessions.values()) {
      protocols[session.protocol] = (protocols[session.protocol] ?? 0) + 1
      let quality = session.quality ?? 'unknown'
      if (qualities[quality] === undefined && ++known > maxQualities) quality = 'other'
      qualities[quality] = (qualities[quality] ?? 0) + 1
      if (session.beacon === undefined) continue
      measured++
      if (nowMs - session.errorMs < failingMs) failing++
      const { latencyMs } = session
      if (latencyMs === undefined) continue
      latencies.push(latencyMs)
      if (latencyMs > 2 * latencyAimMs[session.protocol]) late++
    }
    latencies.sort((a, b) => a - b)
    const full = this.#watchedAt.length === ratioSeconds
    const stalled = ratio(
      this.stallMs - (full ? (this.#stalledAt[0] as number) : 0),
      this.watchedMs - (full ? (this.#watchedAt[0] as number) : 0),
    )
    const { startupMs } = this
    const score =
      measured === 0
        ? undefined
        : healthScore({
            rebufferRatio: stalled,
            startupMs,
            late: latencies.length === 0 ? undefined : late / latencies.length,
            failing: failing / measured,
          })
    const elapsedMs = this.#madeMs === 0 ? 1000 : Math.max(200, nowMs - this.#madeMs)
    const kbps = Math.max(0, Math.round(((this.bytes - this.#bytesBefore) * 8) / elapsedMs))
    this.#bytesBefore = this.bytes
    this.#madeMs = nowMs
    return {
      timeMs: nowMs,
      concurrent: this.sessions.size,
      total: this.total,
      peak: this.peak,
      protocols,
      qualities,
      measured,
      rebufferRatio: stalled === undefined ? null : Math.round(stalled * 10_000) / 10_000,
      stalls: this.stalls,
      startupMs: rounded(startupMs),
      latencyP50Ms: rounded(percentile(latencies, 0.5)),
      latencyP95Ms: rounded(percentile(latencies, 0.95)),
      kbps,
      bytes: this.bytes,
      healthScore: score ?? null,
    }
  }
}

function ratio(stalledMs: number, watchedMs: number): number | undefined {
  return stalledMs + watchedMs > 0 ? stalledMs / (stalledMs + watchedMs) : undefined
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value)
}

/** Nearest rank of sorted values. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]
}
