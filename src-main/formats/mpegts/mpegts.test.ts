import { describe, expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { isFault } from '../fault.ts'
import { buildChunk, ChunkSamples } from '../mp4/cmaf-chunk.ts'
import { type CmafSample, readCmafSamples } from '../mp4/cmaf-reader.ts'
import { headers } from '../testing/header-samples.ts'
import { readTs } from '../testing/mpegts-rules.ts'
import type { Track } from '../track.ts'
import { elementaryForm } from './elementary-stream.ts'
import { crc32Mpeg } from './mpegts-packets.ts'
import { type TsTrack, writeTsSegment } from './mpegts-writer.ts'

const h264 = videoTrack('v0', 'h264', headers.avcB) as Track
const hevc = videoTrack('v0', 'hevc', headers.hevc) as Track
const aac = audioTrack('a0', 'aac', headers.aacLc) as Track

/** Length-prefixed NAL units. */
function avcc(...nals: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(nals.flatMap((nal) => [0, 0, 0, nal.length, ...nal]))
}

function sample(data: Uint8Array, dts: number, more: Partial<CmafSample> = {}): CmafSample {
  return { data, dts, pts: dts, duration: 3000, key: false, ...more }
}

function trackOf(track: Track, samples: readonly CmafSample[]): TsTrack {
  const form = elementaryForm(track)
  if (!form) throw new Error(`${track.codec} has no form`)
  const samplesPerPacket = track.kind === 'audio' ? track.samplesPerPacket : undefined
  return { form, timescale: track.timescale, samples, ...(samplesPerPacket === undefined ? {} : { samplesPerPacket }) }
}

/** Frames of growing size and audio of 1024 samples, `seconds` from `startS` on. */
function media(startS: number, seconds: number) {
  const video = Array.from({ length: seconds * 30 }, (_, i) =>
    sample(avcc([i === 0 ? 0x65 : 0x41, ...new Array(i % 200).fill(i)]), startS * 90_000 + i * 3000, {
      key: i === 0,
      pts: startS * 90_000 + (i + 2) * 3000,
    }),
  )
  const audio = Array.from({ length: Math.floor((seconds * 48_000) / 1024) }, (_, i) =>
    sample(new Uint8Array(20 + (i % 300)).fill(i), startS * 48_000 + i * 1024, { duration: 1024, key: true }),
  )
  return { video: trackOf(h264, video), audio: trackOf(aac, audio) }
}

describe('samples out of CMAF chunks', () => {
  it('come out as they went in, with their times and keyframes', () => {
    const samples = new ChunkSamples()
    samples.push(Uint8Array.of(1, 2, 3), 3000, 6000, true)
    samples.push(Uint8Array.of(4), 2999, -10, false)
    const first = buildChunk('video', 1, 2 ** 33 + 7, samples, true)
    samples.clear()
    samples.push(Uint8Array.of(5, 6), 3000, 0, false)
    samples.push(Uint8Array.of(7), 3000, 0, true)
    const second = buildChunk('video', 2, 2 ** 33 + 6006, samples, false)
    const read = readCmafSamples(Buffer.concat([first, second]), false) as CmafSample[]
    expect(read.map(({ data, ...times }) => ({ ...times, data: [...data] }))).toEqual([
      { data: [1, 2, 3], dts: 2 ** 33 + 7, pts: 2 ** 33 + 6007, duration: 3000, key: true },
      { data: [4], dts: 2 ** 33 + 3007, pts: 2 ** 33 + 2997, duration: 2999, key: false },
      { data: [5, 6], dts: 2 ** 33 + 6006, pts: 2 ** 33 + 6006, duration: 3000, key: false },
      { data: [7], dts: 2 ** 33 + 9006, pts: 2 ** 33 + 9006, duration: 3000, key: true },
    ])
    expect(isFault(readCmafSamples(first.subarray(0, -1), false))).toBe(true)
  })
})

describe('frames in a transport stream', () => {
  const frameOf = (track: Track, one: CmafSample): number[] => [...(elementaryForm(track)?.frame(one) ?? [])]

  it('of H.264 start with a delimiter, and keyframes with the parameter sets unless they bring their own', () => {
    expect(frameOf(h264, sample(avcc([0x09, 0x30], [0x41, 7]), 0))).toEqual([0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1, 0x41, 7])
    const types = (bytes: readonly number[]): number[] =>
      bytes.flatMap((byte, i) => (i > 2 && byte === 1 && !bytes[i - 1] && !bytes[i - 2] && !bytes[i - 3] ? [(bytes[i + 1] ?? 0) & 31] : []))
    expect(types(frameOf(h264, sample(avcc([0x65, 7]), 0, { key: true })))).toEqual([9, 7, 8, 5])
    expect(types(frameOf(h264, sample(avcc([0x67, 9], [0x68, 9], [0x65, 7]), 0, { key: true })))).toEqual([9, 7, 8, 5])
  })

  it('of HEVC likewise', () => {
    const bytes = frameOf(hevc, sample(avcc([0x26, 1, 7]), 0, { key: true }))
    expect(bytes.slice(0, 9)).toEqual([0, 0, 0, 1, 0x46, 0x01, 0x50, 0, 0])
    expect(bytes.slice(-7)).toEqual([0, 0, 0, 1, 0x26, 1, 7])
    for (const type of [32, 33, 34]) expect(bytes.some((byte, i) => bytes[i - 1] === 1 && byte === type << 1)).toBe(true)
  })

  it('of AAC have an ADTS header that describes the core coder', () => {
    expect(frameOf(aac, sample(Uint8Array.of(1, 2), 0))).toEqual([0xff, 0xf1, 0x4c, 0x80, 0x01, 0x3f, 0xfc, 1, 2])
    const he = audioTrack('a0', 'aac', headers.aacHe) as Track
    expect(elementaryForm(he)?.codecString).toBe('mp4a.40.5')
    // profile LC, 24 kHz
    expect(frameOf(he, sample(Uint8Array.of(1), 0))[2]).toBe((1 << 6) | (6 << 2))
    expect(frameOf(aac, sample(new Uint8Array(8185), 0))).toEqual([])
  })

  it('of AC-3, E-AC-3 and MP3 stay as they are, and codecs without a place there have no form', () => {
    for (const [codec, header, type] of [
      ['ac3', headers.ac3Frame, 0x81],
      ['eac3', headers.eac3Frame, 0x87],
      ['mp3', headers.mp3Frame, 0x03],
    ] as const) {
      const form = elementaryForm(audioTrack('a0', codec, header) as Track)
      expect(form?.streamType).toBe(type)
      expect(form?.frame(sample(header, 0))).toBe(header)
    }
    expect(elementaryForm(videoTrack('v0', 'av1', headers.av1) as Track)).toBeUndefined()
    expect(elementaryForm(audioTrack('a0', 'opus', headers.opusHead) as Track)).toBeUndefined()
    expect(elementaryForm({ ...h264, config: new Uint8Array(3) } as Track)).toBeUndefined()
  })
})

describe('a segment of a transport stream', () => {
  it('has the CRC that the specification names', () => {
    expect(crc32Mpeg(Buffer.from('123456789'))).toBe(0x0376e6e7)
  })

  it('carries every frame with its times, on one clock for both tracks, ten seconds late', () => {
    const { video, audio } = media(4, 2)
    const read = readTs(writeTsSegment({ video, audio, version: 0 }))
    expect(read.complaints).toEqual([])
    expect([...read.streams]).toEqual([
      [0x100, 0x1b],
      [0x101, 0x0f],
    ])
    const videoUnits = read.pes.filter((one) => one.pid === 0x100)
    expect(videoUnits.map((one) => [one.dts, one.pts])).toEqual(video.samples.map((one) => [one.dts + 900_000, one.pts + 900_000]))
    expect(videoUnits.map((one) => one.key)).toEqual(video.samples.map((one) => one.key))
    const audioUnits = read.pes.filter((one) => one.pid === 0x101)
    expect(Buffer.concat(audioUnits.map((one) => one.data))).toEqual(Buffer.concat(audio.samples.map((one) => audio.form.frame(one))))
    expect(audioUnits[0]?.pts).toBe(14 * 90_000)
    expect(audioUnits[1]?.pts).toBe(14 * 90_000 + Math.round((4 * 1024 * 90_000) / 48_000))
    for (const [i, clock] of read.clocks.entries()) expect(clock).toBe((videoUnits[i]?.dts ?? 0) - 63_000)
  })

  it('counts on from any segment to any other, in whatever order they were made', () => {
    const segments = [8, 0, 2, 6].map((startS) => writeTsSegment({ ...media(startS, 1 + startS), version: 0 }))
    const read = readTs(Buffer.concat(segments))
    expect(read.complaints.filter((one) => !one.includes('clock'))).toEqual([])
    const audioAlone = [0, 2].map((startS) => writeTsSegment({ audio: media(startS, 2).audio, version: 0 }))
    expect(readTs(Buffer.concat(audioAlone)).complaints).toEqual([])
  })

  it('sends the clock every 100 ms where frames are far apart or missing, and with audio only', () => {
    const { video, audio } = media(0, 2)
    const rare = { ...video, samples: [0, 1].map((s) => sample(avcc([0x65, 1]), s * 90_000, { duration: 90_000, key: true })) }
    for (const segment of [{ video: rare, audio }, { video: rare }, { video: { ...video, samples: [] }, audio }, { audio }]) {
      const read = readTs(writeTsSegment({ ...segment, version: 0 }))
      expect(read.complaints).toEqual([])
      expect(read.clocks.length).toBeGreaterThan(18)
      for (let i = 1; i < read.clocks.length; i++) expect((read.clocks[i] ?? 0) - (read.clocks[i - 1] ?? 0)).toBeLessThanOrEqual(9000)
    }
  })

  it('wraps its times at 33 bits and leaves the length of large frames open', () => {
    const dts = 2 ** 33 - 900_000 + 5
    const large = new Uint8Array(70_000).fill(1)
    large.set([0, 1, 0x11, 0x6c, 0x65])
    const read = readTs(writeTsSegment({ video: trackOf(h264, [sample(large, dts, { key: true, pts: dts + 2 ** 30 })]), version: 33 }))
    expect(read.complaints).toEqual([])
    expect(read.pes[0]).toMatchObject({ dts: 5, pts: 5 + 2 ** 30 })
    expect(read.clocks).toEqual([2 ** 33 + 5 - 63_000])
    expect(read.pes[0]?.data.length).toBeGreaterThan(70_000)
  })

  it('starts a new PES packet where the audio leaves its steady pace', () => {
    const form = trackOf(aac, [])
    const at = [0, 1024, 2048, 9000]
    const samples = at.map((dts, i) => sample(Uint8Array.of(i), dts, { duration: (at[i + 1] ?? dts + 1024) - dts }))
    const read = readTs(writeTsSegment({ audio: { ...form, samples }, version: 0 }))
    expect(read.pes.map((one) => one.pts - 900_000)).toEqual([0, 3840, 16_875])
    expect(read.complaints).toEqual([])
  })
})
