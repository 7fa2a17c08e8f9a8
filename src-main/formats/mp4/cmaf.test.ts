import { expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { isFault } from '../fault.ts'
import { headers } from '../testing/header-samples.ts'
import { buildChunk, ChunkSamples } from './cmaf-chunk.ts'
import { buildInit } from './cmaf-init.ts'
import { findBox, readUint32, walkBoxes } from './mp4-boxes.ts'

it('every codec gets its sample entry with its configuration as it came', () => {
  const tracks = [
    [videoTrack('v0', 'h264', headers.avcB), 'avc1', 'avcC', 78],
    [videoTrack('v0', 'hevc', headers.hevc), 'hvc1', 'hvcC', 78],
    [videoTrack('v0', 'av1', headers.av1), 'av01', 'av1C', 78],
    [videoTrack('v0', 'vp9', headers.vp9, headers.vp9Frame), 'vp09', 'vpcC', 78],
    [audioTrack('a0', 'aac', headers.aacLc), 'mp4a', 'esds', 28],
    [audioTrack('a0', 'mp3', headers.mp3Frame), 'mp4a', 'esds', 28],
    [audioTrack('a0', 'opus', headers.opusHead), 'Opus', 'dOps', 28],
    [audioTrack('a0', 'flac', headers.flac), 'fLaC', 'dfLa', 28],
    [audioTrack('a0', 'ac3', headers.ac3Frame), 'ac-3', 'dac3', 28],
    [audioTrack('a0', 'eac3', headers.eac3Frame), 'ec-3', 'dec3', 28],
  ] as const
  for (const [track, entry, configuration, head] of tracks) {
    if (isFault(track)) throw new Error(track.fault)
    const init = buildInit(track)
    expect([...walkBoxes(init)].map((found) => found.type)).toEqual(['ftyp', 'moov'])
    const stsd = findBox(init, 'moov/trak/mdia/minf/stbl/stsd')
    const sample = [...walkBoxes(init, (stsd?.bodyStart ?? 0) + 8, stsd?.end)][0]
    expect(sample?.type).toBe(entry)
    const own = findBox(init, configuration, (sample?.bodyStart ?? 0) + head, sample?.end)
    expect(own).toBeDefined()
    if (track.kind === 'video') expect(init.subarray(own?.bodyStart, own?.end)).toEqual(track.config)
  }
})

it('the sample entry of FLAC says how many bits its samples have', () => {
  const deep = Uint8Array.from(headers.flac)
  // 24 bits per sample: the five bits of STREAMINFO hold 23.
  const at = headers.flac.length - 34 + 12
  deep[at] = (deep[at]! & 0xfe) | 1
  deep[at + 1] = (deep[at + 1]! & 0x0f) | 0x70
  for (const [header, bits] of [
    [headers.flac, 16],
    [deep, 24],
  ] as const) {
    const track = audioTrack('a0', 'flac', header)
    if (isFault(track)) throw new Error(track.fault)
    const init = buildInit(track)
    const stsd = findBox(init, 'moov/trak/mdia/minf/stbl/stsd')
    const entry = [...walkBoxes(init, (stsd?.bodyStart ?? 0) + 8, stsd?.end)][0]
    expect(init[(entry?.bodyStart ?? 0) + 19]).toBe(bits)
  }
})

it('a chunk fills its allocation exactly, contains 64-bit times, and writes what is constant once', () => {
  const samples = new ChunkSamples()
  for (let i = 0; i < 3; i++) samples.push(new Uint8Array(10 + i).fill(i + 1), 1024, 0, true)
  const base = 2 ** 40 + 5
  const chunk = buildChunk('audio', 9, base, samples, true)
  expect([...walkBoxes(chunk)].map((found) => found.type)).toEqual(['styp', 'moof', 'mdat'])
  expect([...walkBoxes(chunk)].at(-1)?.end).toBe(chunk.length)
  expect(chunk.buffer.byteLength).toBe(chunk.length)
  const tfdt = findBox(chunk, 'moof/traf/tfdt')
  expect(readUint32(chunk, (tfdt?.bodyStart ?? 0) + 4) * 2 ** 32 + readUint32(chunk, (tfdt?.bodyStart ?? 0) + 8)).toBe(base)
  const trun = findBox(chunk, 'moof/traf/trun')
  expect(readUint32(chunk, trun?.bodyStart ?? 0)).toBe(0x01000201)
  const moof = findBox(chunk, 'moof')
  expect(chunk[(moof?.start ?? 0) + readUint32(chunk, (trun?.bodyStart ?? 0) + 8)]).toBe(1)
})

it('negative composition offsets and a keyframe in the middle are written as they are', () => {
  const samples = new ChunkSamples()
  samples.push(new Uint8Array(4), 3000, 0, false)
  samples.push(new Uint8Array(4), 3003, -3000, true)
  const chunk = buildChunk('video', 1, 0, samples, false)
  const trun = findBox(chunk, 'moof/traf/trun')
  expect(readUint32(chunk, trun?.bodyStart ?? 0)).toBe(0x01000f01)
  expect(readUint32(chunk, (trun?.bodyStart ?? 0) + 40) | 0).toBe(-3000)
  expect(readUint32(chunk, (trun?.bodyStart ?? 0) + 36)).toBe(0x02000000)
})
