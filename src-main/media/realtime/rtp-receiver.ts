import type { ReceptionReport } from '../../formats/rtp/rtcp.ts'
import { type RtpHead, sequenceDistance, timestampDistance } from '../../formats/rtp/rtp.ts'

/** What a receiver of one RTP source tells. */
export interface RtpReceiverEvents {
  /** The next payload in order; it stays valid. */
  onPayload(payload: Uint8Array, timestamp: number, marker: boolean): void
  /** Packets before the next payload are lost for good. */
  onGap(): void
}

/** Packets that wait for a missing one at most. */
const slots = 512
/** ms that a missing packet is waited for. */
const maxWaitMs = 250
const nackEveryMs = 40
const maxNacks = 6

/** Puts one source's packets in order within bounds, knows which are missing, and keeps the figures for its receiver reports. */
export class RtpReceiver {
  readonly #events: RtpReceiverEvents
  readonly #clockRate: number
  readonly #payloads: (Uint8Array | undefined)[] = new Array(slots)
  readonly #timestamps = new Uint32Array(slots)
  readonly #markers = new Uint8Array(slots)
  readonly #nackedMs = new Float64Array(slots)
  readonly #nacks = new Uint8Array(slots)
  #next = -1
  #highest = 0
  #waitingSinceMs = -1
  #cycles = 0
  #base = 0
  #received = 0
  #expectedReported = 0
  #receivedReported = 0
  #jitter = 0
  #lastTransit = Number.NaN
  #lastSr = 0
  #lastSrMs = 0
  /** Packets that never came. */
  lost = 0
  bytes = 0

  constructor(clockRate: number, events: RtpReceiverEvents) {
    this.#clockRate = clockRate
    this.#events = events
  }

  /** A packet whose head was read; `data` must not be written behind its head any more. */
  push(head: RtpHead, data: Uint8Array, nowMs: number): void {
    const { sequence, timestamp } = head
    this.bytes += data.length
    if (this.#next < 0) this.#begin(sequence)
    let ahead = sequenceDistance(sequence, this.#next)
    if (ahead < -3000 || ahead >= 3000) {
      this.#begin(sequence)
      this.#events.onGap()
      ahead = 0
    }
    this.#received++
    this.#measure(timestamp, nowMs)
    if (ahead < 0) return
    if (sequenceDistance(sequence, this.#highest) > 0) {
      if (sequence < this.#highest) this.#cycles += 0x10000
      for (let lost = (this.#highest + 1) & 0xffff; lost !== sequence; lost = (lost + 1) & 0xffff) {
        this.#nacks[lost % slots] = 0
        // the first request goes out a moment later: many late packets are only out of order
        this.#nackedMs[lost % slots] = nowMs - nackEveryMs + 10
      }
      this.#highest = sequence
    }
    while (ahead >= slots) {
      this.#giveUp()
      ahead = sequenceDistance(sequence, this.#next)
    }
    const slot = sequence % slots
    if (ahead > 0 || this.#payloads[slot] !== undefined) {
      this.#payloads[slot] = data.subarray(head.start, head.end)
      this.#timestamps[slot] = timestamp
      this.#markers[slot] = head.marker ? 1 : 0
      if (this.#waitingSinceMs < 0) this.#waitingSinceMs = nowMs
      return
    }
    this.#next = (sequence + 1) & 0xffff
    if (head.end > head.start) this.#events.onPayload(data.subarray(head.start, head.end), timestamp, head.marker)
    this.#drain(nowMs)
  }

  /** Gives up what was waited for long enough; answers the sequence numbers to ask for again, ascending. Called each 20 ms or so. */
  missing(nowMs: number): readonly number[] {
    if (this.#waitingSinceMs < 0) return none
    if (nowMs - this.#waitingSinceMs > maxWaitMs) {
      this.#giveUp()
      this.#drain(nowMs)
      if (this.#waitingSinceMs < 0) return none
    }
    const wanted: number[] = []
    for (let sequence = this.#next; sequence !== this.#highest && wanted.length < 100; sequence = (sequence + 1) & 0xffff) {
      const slot = sequence % slots
      if (this.#payloads[slot] !== undefined || (this.#nacks[slot] as number) >= maxNacks) continue
      if (nowMs - (this.#nackedMs[slot] as number) < nackEveryMs) continue
      this.#nacks[slot] = (this.#nacks[slot] as number) + 1
      this.#nackedMs[slot] = nowMs
      wanted.push(sequence)
    }
    return wanted
  }

  /** The source's sender report came: `middle` are the middle 32 bits of its NTP time. */
  senderReport(middle: number, nowMs: number): void {
    this.#lastSr = middle
    this.#lastSrMs = nowMs
  }

  /** The block for the next receiver report. */
  report(ssrc: number, nowMs: number): ReceptionReport {
    const highest = this.#cycles + this.#highest
    const expected = highest - this.#base + 1
    const expectedNow = expected - this.#expectedReported
    const lostNow = Math.max(0, expectedNow - (this.#received - this.#receivedReported))
    this.#expectedReported = expected
    this.#receivedReported = this.#received
    return {
      ssrc,
      fractionLost: expectedNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
      lost: Math.max(0, expected - this.#received),
      highestSequence: highest >>> 0,
      jitter: Math.floor(this.#jitter),
      lastSr: this.#lastSr,
      delay: this.#lastSr === 0 ? 0 : Math.floor((nowMs - this.#lastSrMs) * 65.536),
    }
  }

  #begin(sequence: number): void {
    this.#payloads.fill(undefined)
    this.#next = sequence
    this.#highest = sequence
    this.#base = sequence
    this.#cycles = 0
    this.#received = 0
    this.#expectedReported = 0
    this.#receivedReported = 0
    this.#waitingSinceMs = -1
  }

  #measure(timestamp: number, nowMs: number): void {
    const transit = timestampDistance(Math.floor((nowMs * this.#clockRate) / 1000) >>> 0, timestamp)
    if (!Number.isNaN(this.#lastTransit)) {
      const change = Math.abs(transit - this.#lastTransit)
      if (change < this.#clockRate) this.#jitter += (change - this.#jitter) / 16
    }
    this.#lastTransit = transit
  }

  #drain(nowMs: number): void {
    for (;;) {
      const slot = this.#next % slots
      const payload = this.#payloads[slot]
      if (payload === undefined) break
      this.#payloads[slot] = undefined
      this.#next = (this.#next + 1) & 0xffff
      if (payload.length > 0) this.#events.onPayload(payload, this.#timestamps[slot] as number, this.#markers[slot] === 1)
    }
    this.#waitingSinceMs = sequenceDistance(this.#highest, this.#next) >= 0 ? nowMs : -1
  }

  /** Skips to the next packet that is there. */
  #giveUp(): void {
    this.#events.onGap()
    while (this.#payloads[this.#next % slots] === undefined && sequenceDistance(this.#highest, this.#next) >= 0) {
      this.lost++
      this.#next = (this.#next + 1) & 0xffff
    }
    for (;;) {
      const slot = this.#next % slots
      const payload = this.#payloads[slot]
      if (payload === undefined) return
      this.#payloads[slot] = undefined
      this.#next = (this.#next + 1) & 0xffff
      if (payload.length > 0) this.#events.onPayload(payload, this.#timestamps[slot] as number, this.#markers[slot] === 1)
    }
  }
}

const none: readonly number[] = []
