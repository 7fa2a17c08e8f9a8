import { describe, expect, it } from 'vitest'
import { buildHevcDecoderConfiguration, parseHevcDecoderConfiguration } from '../codecs/hevc.ts'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { isFault } from '../fault.ts'
import { ticks } from '../media-time.ts'
import { headers } from '../testing/header-samples.ts'
import type { Packet, Track } from '../track.ts'
import { TsReader } from './mpegts-reader.ts'
import type { TsSink } from './mpegts-sink.ts'
import { TsStreamWriter } from './mpegts-stream-writer.ts'

const h264 = videoTrack('v0', 'h264', headers.avcB) as Track
const hevc = videoTrack('v0', 'hevc', headers.hevc) as Track
const aac = audioTrack('a0', 'aac', headers.aacLc) as Track

interface Frame {
  readonly id: string
  readonly pts: number
  readonly dts: number
  readonly key: boolean
  readonly data: readonly number[]
}

class Collected implements TsSink {
  readonly tracks: Track[] = []
  readonly frames: Frame[] = []
  readonly faults: string[] = []
  readonly unsupported: string[] = []
  readonly programs: (readonly string[])[] = []
  onProgram(trackIds: readonly string[]): void {
    this.programs.push(trackIds)
  }
  onTrack(track: Track): void {
    this.tracks.push(track)
  }
  onFrame(id: string, pts: number, dts: number, key: boolean, data: Uint8Array): void {
    this.frames.push({ id, pts, dts, key, data: [...data] })
  }
  onFault(sentence: string): void {
    this.faults.push(sentence)
  }
  onUnsupported(what: string): void {
    this.unsupported.push(what)
  }
}

/** Frames of growing size, every tenth a keyframe, and audio beside them. */
function packets(video: Track, count: number, startTicks = 0): Packet[] {
  const out: Packet[] = []
  const [keyByte, deltaByte] = video.codec === 'hevc' ? [0x26, 0x02] : [0x65, 0x41]
  for (let i = 0; i < count; i++) {
    const key = i % 10 === 0
    const length = 3 + ((i * 37) % 400)
    const data = new Uint8Array(4 + length).fill(0x80 + (i % 90))
    data.set([0, 0, length >> 8, length & 255, key ? keyByte! : deltaByte!])
    const dts = startTicks + i * 3000
    out.push({ track: video, dts: ticks(dts), pts: ticks(dts + (i % 3) * 3000), duration: ticks(3000), key, data })
    const at = Math.round(((startTicks + i * 3000) / 90_000) * aac.timescale)
    out.push({ track: aac, dts: ticks(at), pts: ticks(at), duration: ticks(1024), key: true, data: new Uint8Array(10 + i).fill(i) })
  }
  return out
}

function written(list: readonly Packet[], tracks: readonly Track[]): Uint8Array {
  return new TsStreamWriter(tracks).write(list)
}

function read(bytes: Uint8Array, piece = 1316): Collected {
  const sink = new Collected()
  const reader = new TsReader(sink)
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.slice(at, at + piece))
  reader.end()
  return sink
}

describe('a transport stream is read', () => {
  for (const video of [h264, hevc]) {
    it(`as it was written, ${video.codec} and AAC, in pieces of any size`, () => {
      const list = packets(video, 30)
      const bytes = written(list, [video, aac])
      const whole = read(bytes)
      expect(whole.faults).toEqual([])
      expect(whole.programs).toEqual([['v0', 'a0']])
      expect(whole.tracks.map(({ codecString }) => codecString).sort()).toEqual([video.codecString, aac.codecString].sort())
      for (const id of ['v0', 'a0']) {
        const got = whole.frames.filter((frame) => frame.id === id)
        const sent = list.filter(({ track }) => track.id === id)
        expect(got.map(({ data }) => data)).toEqual(sent.map(({ data }) => [...data]))
        expect(got.map(({ key }) => key)).toEqual(sent.map(({ key }) => key))
        if (id === 'v0') expect(got.map(({ dts }) => dts - got[0]!.dts)).toEqual(sent.map(({ dts }) => dts))
        if (id === 'v0') expect(got.map(({ pts, dts }) => pts - dts)).toEqual(sent.map(({ pts, dts }) => pts - dts))
      }
      for (const piece of [1, 187, 188, 4096]) expect(read(bytes, piece).frames).toEqual(whole.frames)
    })
  }

  it('on over the wrap of its times', () => {
    const sink = read(written(packets(h264, 20, 2 ** 33 - 900_000 - 15_000), [h264, aac]))
    const dts = sink.frames.filter(({ id }) => id === 'v0').map((frame) => frame.dts)
    expect(dts.slice(1).map((value, i) => value - dts[i]!)).toEqual(new Array(dts.length - 1).fill(3000))
  })

  it('on after lost packets and lost sync, whose frames alone are left out', () => {
    const list = packets(h264, 40)
    const bytes = written(list, [h264, aac])
    const half = Math.floor(bytes.length / 376) * 188
    const lossy = Buffer.concat([bytes.subarray(0, half), bytes.subarray(half + 376)])
    const lost = read(lossy)
    expect(lost.faults.length).toBeGreaterThan(0)
    expect(lost.frames.length).toBeGreaterThan(list.length - 8)
    const torn = read(Buffer.concat([bytes.subarray(0, half), Buffer.from('not a transport stream'), bytes.subarray(half)]))
    expect(torn.faults[0]).toContain('sync')
    expect(torn.frames.length).toBeGreaterThan(list.length - 8)
  })

  it('and a changed configuration is a changed track', () => {
    const cropped = videoTrack('v0', 'h264', headers.avcCropped) as Track
    const first = written(packets(h264, 12), [h264, aac])
    const second = written(packets(cropped, 12), [cropped, aac])
    const sink = read(Buffer.concat([first, second]))
    const sizes = sink.tracks.flatMap((track) => (track.kind === 'video' ? [track.width] : []))
    expect(sizes).toEqual([(h264 as { width?: number }).width, (cropped as { width?: number }).width])
  })
})

it('an hvcC record is built from its parameter sets as it was', () => {
  const sets: Uint8Array[][] = []
  let at = 23
  for (let array = 0; array < headers.hevc[22]!; array++) {
    const length = (headers.hevc[at + 3]! << 8) | headers.hevc[at + 4]!
    sets.push([headers.hevc.subarray(at + 5, at + 5 + length)])
    at += 5 + length
  }
  const built = buildHevcDecoderConfiguration(sets[0]!, sets[1]!, sets[2]!)
  expect(isFault(built)).toBe(false)
  expect(parseHevcDecoderConfiguration(built as Uint8Array)).toEqual(parseHevcDecoderConfiguration(headers.hevc))
})
