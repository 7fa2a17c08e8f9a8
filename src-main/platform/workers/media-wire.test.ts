import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { openMediaWire } from './media-wire.ts'

const track: Track = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1.64001f',
  config: Uint8Array.of(1, 2, 3),
  width: 640,
  height: 360,
}
const packet: Packet = {
  track,
  pts: ticks(2 ** 40 + 1),
  dts: ticks(2 ** 40),
  duration: ticks(3000),
  key: true,
  data: Buffer.alloc(70_000, 7),
}

function pair() {
  const [a, b] = duplexPair()
  const seen: unknown[] = []
  const sender = openMediaWire(a, { onTrack() {}, onPacket() {}, onNote() {} })
  const arrived = new Promise<void>((resolve) => {
    openMediaWire(b, {
      onTrack: (channel, each) => seen.push([channel, each]),
      onPacket: (channel, each) => seen.push([channel, each]),
      onNote: (channel, note) => {
        seen.push([channel, note])
        resolve()
      },
      onClosed: (error) => {
        seen.push(error?.message)
        resolve()
      },
    })
  })
  return { raw: a, sender, seen, arrived }
}

describe('the media wire between the host and its workers', () => {
  it('carries tracks, packets and notes of several channels in order', async () => {
    const { sender, seen, arrived } = pair()
    sender.track(1, track)
    sender.track(9, track)
    sender.packet(9, packet)
    sender.note(1, { end: true })
    await arrived
    expect(seen).toEqual([
      [1, track],
      [9, track],
      [9, { ...packet, track }],
      [1, { end: true }],
    ])
  })

  it('keeps what a channel has for who comes later, until it ends', async () => {
    const [a, b] = duplexPair()
    const sender = openMediaWire(a, { onTrack() {}, onPacket() {}, onNote() {} })
    const noted: unknown[] = []
    const receiver = openMediaWire(b, {
      onTrack() {},
      onPacket() {},
      onNote: (channel) => noted.push(receiver.received(channel)),
    })
    sender.track(1, track)
    sender.note(1, 'now')
    sender.end(1)
    sender.note(1, 'now')
    await expect.poll(() => noted).toEqual([[track], []])
  })

  it('closes on a frame that breaks the format, and does not throw', async () => {
    const { raw, seen, arrived } = pair()
    raw.write(Buffer.from([0, 0, 0, 6, 2, 0, 0, 0, 1, 0]))
    await arrived
    expect(seen).toEqual([expect.stringContaining('unknown track')])
  })
})
