import { expect, it } from 'vitest'
import { LatmReader } from '../codecs/latm.ts'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { ticks } from '../media-time.ts'
import { headers } from '../testing/header-samples.ts'
import { integersFrom } from '../testing/random.ts'
import type { AudioCodec, Packet, Track } from '../track.ts'
import { TsReader } from './mpegts-reader.ts'
import { TsAudio } from './mpegts-reader-audio.ts'
import type { TsSink } from './mpegts-sink.ts'
import { TsStreamWriter } from './mpegts-stream-writer.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 1)
const seed = Number(process.env.FUZZ_SEED ?? 1)

let frames = 0
const sink: TsSink = {
  onProgram: () => undefined,
  onTrack: () => undefined,
  onFrame: (_id, pts, dts, _key, data) => {
    frames++
    if (!Number.isFinite(pts) || !Number.isFinite(dts) || data.length === 0) throw new Error('a frame makes no sense')
  },
  onFault: () => undefined,
  onUnsupported: () => undefined,
}

it('no transport stream, however broken, makes the reader throw or hold more than a frame', () => {
  const random = integersFrom(seed)
  const h264 = videoTrack('v0', 'h264', headers.avcB) as Track
  const aac = audioTrack('a0', 'aac', headers.aacLc) as Track
  const list: Packet[] = []
  for (let i = 0; i < 12; i++) {
    const data = Uint8Array.from([0, 0, 0, 40, i % 4 === 0 ? 0x65 : 0x41, ...new Array(39).fill(0x80 + i)])
    list.push({ track: h264, dts: ticks(i * 3000), pts: ticks(i * 3000), duration: ticks(3000), key: i % 4 === 0, data })
    list.push({
      track: aac,
      dts: ticks(i * 1600),
      pts: ticks(i * 1600),
      duration: ticks(1024),
      key: true,
      data: new Uint8Array(30).fill(i),
    })
  }
  const good = new TsStreamWriter([h264, aac]).write(list)
  for (let run = 0; run < 300 * runs; run++) {
    const bytes = Buffer.from(good)
    for (let change = 1 + random(30); change > 0; change--) bytes[random(bytes.length)] = random(4) === 0 ? 0x47 : random(256)
    const reader = new TsReader(sink)
    let at = 0
    while (at < bytes.length) {
      const piece = 1 + random(2000)
      reader.push(bytes.subarray(at, at + piece))
      at += piece
      // Some pieces are lost.
      if (random(10) === 0) at += random(500)
    }
    reader.end()
  }
  expect(frames).toBeGreaterThan(100)
})

it('no bytes make the cutters of audio or the reader of LATM throw', () => {
  const random = integersFrom(seed + 1)
  const starts: [AudioCodec, boolean, readonly number[]][] = [
    ['aac', false, [0xff, 0xf1, 0x4c, 0x80]],
    ['aac', true, [0x56, 0xe0, 0x10]],
    ['mp3', false, [0xff, 0xfb, 0x94, 0x64]],
    ['ac3', false, [0x0b, 0x77, 0xfe, 0x95, 0x14, 0x40]],
    ['eac3', false, [0x0b, 0x77, 0x01, 0x7f, 0x34, 0x87]],
    ['opus', false, [0x7f, 0xe0, 0x10]],
  ]
  for (let run = 0; run < 200 * runs; run++) {
    const [codec, latm, start] = starts[run % starts.length]!
    const audio = new TsAudio('a0', codec, sink, latm, 1 + random(9))
    for (let pes = 0; pes < 4; pes++) {
      const data = new Uint8Array(random(600))
      for (let at = 0; at < data.length; at++) data[at] = random(256)
      if (data.length > 100) for (let at = 0; at + 50 < data.length; at += 20 + random(80)) data.set(start, at)
      audio.onPes(data, random(3) === 0 ? undefined : pes * 3000)
    }
    const element = new Uint8Array(random(60))
    for (let at = 0; at < element.length; at++) element[at] = random(256)
    new LatmReader().read(element)
  }
})
