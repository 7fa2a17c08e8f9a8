import { describe, expect, it } from 'vitest'
import { audioTrack, videoTrack } from './codecs/track-from-config.ts'
import { MatroskaWriter } from './matroska/matroska-writer.ts'
import type { MediaFileWriter } from './media-file-writer.ts'
import { ticks } from './media-time.ts'
import { findBox, readUint32, walkBoxes } from './mp4/mp4-boxes.ts'
import { Mp4FileWriter } from './mp4/mp4-file-writer.ts'
import { TsStreamWriter } from './mpegts/mpegts-stream-writer.ts'
import { headers } from './testing/header-samples.ts'
import { readTs } from './testing/mpegts-rules.ts'
import type { Packet, Track } from './track.ts'

const video = videoTrack('v0', 'h264', headers.avcB) as Track
const audio = audioTrack('a0', 'aac', headers.aacLc) as Track
const second = audioTrack('a1', 'aac', headers.aacLc) as Track

/** Video with B-frames and audio, starting at 7 s, in order of time. */
function media(seconds: number, tracks: readonly Track[] = [video, audio]): Packet[] {
  const packets: Packet[] = []
  for (const track of tracks) {
    const step = track.kind === 'video' ? 3000 : 1024
    for (let i = 0; i * step < seconds * track.timescale; i++) {
      const dts = 7 * track.timescale + i * step
      const data = track.kind === 'video' ? Uint8Array.of(0, 0, 0, 3, i % 30 === 0 ? 0x65 : 0x41, i, 1) : Uint8Array.of(1, 2, 3, i)
      const late = track.kind === 'video' ? (i % 3) * step : 0
      packets.push({
        track,
        pts: ticks(dts + late),
        dts: ticks(dts),
        duration: ticks(step),
        key: track.kind === 'audio' || i % 30 === 0,
        data,
      })
    }
  }
  return packets.sort((a, b) => a.dts / a.track.timescale - b.dts / b.track.timescale)
}

/** The file as it is on disk after every half second, and finished. */
function write(writer: MediaFileWriter, packets: readonly Packet[]): { open: Buffer; done: Buffer } {
  const pieces: Uint8Array[] = [writer.head()]
  for (let from = 0; from < packets.length; from += 40) pieces.push(writer.fragment(packets.slice(from, from + 40)))
  const open = Buffer.concat(pieces)
  const { append, patches } = writer.finish()
  const done = Buffer.concat([open, append])
  for (const { at, data } of patches) done.set(data, at)
  return { open, done }
}

const start = { startS: 7, createdMs: 1_700_000_000_000 }

describe('an MP4 file', () => {
  it('is fragments of each track while it grows, and one mdat with a whole moov when it is finished', () => {
    const { open, done } = write(new Mp4FileWriter([video, audio], start), media(4))
    const growing = [...walkBoxes(open)].map(({ type }) => type)
    expect(growing.slice(0, 5)).toEqual(['ftyp', 'free', 'moov', 'moof', 'mdat'])
    expect([...walkBoxes(open)].at(-1)?.end).toBe(open.length)
    expect([...walkBoxes(done)].map(({ type }) => type)).toEqual(['ftyp', 'mdat', 'moov'])
    const moov = findBox(done, 'moov')
    const sizes = findBox(done, 'trak/mdia/minf/stbl/stsz', moov?.bodyStart, moov?.end)
    expect(readUint32(done, (sizes?.bodyStart ?? 0) + 8)).toBe(120)
    const keys = findBox(done, 'trak/mdia/minf/stbl/stss', moov?.bodyStart, moov?.end)
    expect(Array.from({ length: 4 }, (_, i) => readUint32(done, (keys?.bodyStart ?? 0) + 8 + i * 4))).toEqual([1, 31, 61, 91])
  })

  it('shows the first frame of video with B-frames when it is due, where the video starts after the audio', () => {
    const packets = media(4).filter(({ track, dts }) => track.kind === 'audio' || dts >= 8 * track.timescale)
    // Two frames of 3000 ticks between decoding and showing, as encoders that use B-frames have.
    const shown = packets.map((packet) => (packet.track.kind === 'video' ? { ...packet, pts: ticks(packet.pts + 6000) } : packet))
    const { done } = write(new Mp4FileWriter([video, audio], start), shown)
    const moov = findBox(done, 'moov')
    const edits = findBox(done, 'trak/edts/elst', moov?.bodyStart, moov?.end)?.bodyStart ?? 0
    const entry = (index: number) => [0, 4].map((field) => readUint32(done, edits + 8 + index * 12 + field))
    expect(entry(0)).toEqual([1067, 0xffffffff])
    expect(entry(1)).toEqual([3067, 6000])
  })

  it('points at the samples where they lie', () => {
    const { done } = write(new Mp4FileWriter([video], start), media(2, [video]))
    const moov = findBox(done, 'moov')
    const places = findBox(done, 'trak/mdia/minf/stbl/co64', moov?.bodyStart, moov?.end)
    const at = readUint32(done, (places?.bodyStart ?? 0) + 12)
    expect([...done.subarray(at, at + 7)]).toEqual([0, 0, 0, 3, 0x65, 0, 1])
  })
})

describe('a Matroska file', () => {
  it('is clusters of known size, and gets its size, duration and cues at the end', () => {
    const { open, done } = write(new MatroskaWriter([video, audio], start), media(3))
    const segment = open.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]))
    expect(open.readUIntBE(segment + 5, 6)).toBe(0xffffffffffff)
    expect(done.readUIntBE(segment + 6, 6)).toBe(done.length - segment - 12)
    expect(done.indexOf(Buffer.from([0x1c, 0x53, 0xbb, 0x6b]), open.length)).toBe(open.length)
    const duration = done.indexOf(Buffer.from([0x44, 0x89, 0x88]))
    expect(done.readDoubleBE(duration + 3)).toBeCloseTo(3067, -2)
  })
})

describe('an endless transport stream', () => {
  it('breaks no rule of the format over many calls, with several audio tracks', () => {
    const tracks = [video, audio, second]
    const writer = new TsStreamWriter(tracks)
    const packets = media(3, tracks)
    const out = Buffer.concat(packets.map((packet) => writer.write([packet])))
    const read = readTs(out)
    expect(read.complaints).toEqual([])
    expect([...read.streams]).toEqual([
      [0x100, 0x1b],
      [0x101, 0x0f],
      [0x102, 0x0f],
    ])
    expect(read.pes).toHaveLength(packets.length)
    expect(read.pes.filter(({ pid, key }) => pid === 0x100 && key)).toHaveLength(3)
  })

  it('sends the clock while no frames come', () => {
    const writer = new TsStreamWriter([video, audio])
    const read = readTs(Buffer.from(writer.write(media(3).filter(({ track, dts }) => track.kind === 'audio' || dts < 7.2 * 90_000))))
    expect(read.complaints).toEqual([])
    expect((read.clocks.at(-1) ?? 0) - (read.clocks[0] ?? 0)).toBeGreaterThan(2 * 90_000)
  })
})
