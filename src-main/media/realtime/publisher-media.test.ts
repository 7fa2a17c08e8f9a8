import { describe, expect, it } from 'vitest'
import { ticksToMs } from '../../formats/media-time.ts'
import type { IngestPacket } from '../ingest-packet.ts'
import { PublisherMedia } from './publisher-media.ts'

/** A keyframe of H.264 at 16x16 in one packet: SPS, PPS and a slice as a STAP-A (RFC 6184 section 5.7.1). */
const keyframe = stapA('6742c00ada79', '68ce3c80', '65888400')

function stapA(...units: readonly string[]): Uint8Array {
  const bytes = units.map((unit) => Buffer.from(unit, 'hex'))
  return Buffer.concat([Buffer.of(0x78), ...bytes.flatMap((each) => [Buffer.of(0, each.length), each])])
}

/** An Opus packet of 20 ms. */
const opus = Uint8Array.of(0xf8, 1, 2, 3)

/** A sender in simulated time: 25 frames and 50 packets of audio a second, reports every 2 s. */
class Sender {
  readonly newest = { v0: Number.NaN, a0: Number.NaN }
  readonly #media = new PublisherMedia('h264', {
    onTrack: () => undefined,
    onPacket: ({ trackId, dts, timescale }: IngestPacket) => {
      this.newest[trackId as 'v0' | 'a0'] = ticksToMs(dts, timescale)
    },
    onKeyframeNeeded: () => undefined,
    onFault: () => undefined,
  })
  #nowMs = 1000
  #audioMs = 0

  /**
   * Sends for so long. `keeps`: which share of its samples a microphone has; `delayMs`: of the network; `clockMs`: how far the audio's wall
   * clock is from the video's. Answers how much earlier than the video the audio is placed at the end, ms.
   */
  send(seconds: number, { keeps = 1, delayMs = 30, clockMs = 0 } = {}): number {
    const endMs = this.#nowMs + seconds * 1000
    for (; this.#nowMs < endMs; this.#nowMs += 20) {
      const at = this.#nowMs
      if (at % 40 === 0) this.#media.video(keyframe, at * 90, true, at + delayMs)
      if (Math.floor((at / 20) * keeps) !== Math.floor((at / 20 - 1) * keeps)) {
        this.#media.audio(opus, this.#audioMs * 48, at + delayMs)
        this.#audioMs += 20
      }
      if (at % 2000 !== 0) continue
      this.#media.senderReport('video', at, at * 90)
      this.#media.senderReport('audio', at + clockMs, this.#audioMs * 48)
    }
    return this.newest.v0 - this.newest.a0
  }
}

describe("a publisher's audio and video", () => {
  it('stay together where a microphone loses samples, by what the sender reports', () => {
    const sender = new Sender()
    expect(Math.abs(sender.send(5))).toBeLessThan(50)
    // Half of 20 s is lost: what was lost since the newest report is what is not known yet.
    expect(sender.send(20, { keeps: 0.5 })).toBeLessThan(1100)
    expect(Math.abs(sender.send(5))).toBeLessThan(60)
  })

  it('stay where they are while a network is slow, or where two clocks say nothing of each other', () => {
    const sender = new Sender()
    sender.send(5)
    expect(Math.abs(sender.send(10, { delayMs: 3000 }))).toBeLessThan(50)
    const other = new Sender()
    expect(Math.abs(other.send(10, { clockMs: 3_600_000 }))).toBeLessThan(50)
    expect(other.send(20, { clockMs: 3_600_000, keeps: 0.5 })).toBeLessThan(1100)
  })

  it('do not jump by a report that no late audio confirms', () => {
    const sender = new Sender()
    sender.send(5)
    expect(sender.send(4, { clockMs: 20_000 })).toBeGreaterThan(-300)
  })
})
