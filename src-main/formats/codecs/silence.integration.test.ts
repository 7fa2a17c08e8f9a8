import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { buildChunk, ChunkSamples } from '../mp4/cmaf-chunk.ts'
import { buildInit } from '../mp4/cmaf-init.ts'
import type { AudioTrack } from '../track.ts'
import { silentPacket } from './silence.ts'

const aac = (channelConfiguration: number, channels: number, codecString = 'mp4a.40.2'): AudioTrack => ({
  id: 'a0',
  kind: 'audio',
  codec: 'aac',
  timescale: 48_000,
  codecString,
  config: Uint8Array.of(0x11, 0x80 | (channelConfiguration << 3)),
  sampleRate: 48_000,
  channels,
  samplesPerPacket: 1024,
})
const opus = (channels: number): AudioTrack => ({
  id: 'a0',
  kind: 'audio',
  codec: 'opus',
  timescale: 48_000,
  codecString: 'opus',
  config: Uint8Array.of(0, channels, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
  sampleRate: 48_000,
  channels,
})

/** Fifty silent packets as FFmpeg decodes them: its errors, and 16-bit samples. */
function decoded(track: AudioTrack): { readonly errors: string; readonly samples: Int16Array } {
  const silent = silentPacket(track)!
  const samples = new ChunkSamples()
  for (let count = 0; count < 50; count++) samples.push(silent.data, silent.duration, 0, true)
  const file = Buffer.concat([buildInit(track), buildChunk('audio', 1, 0, samples, true)])
  const done = spawnSync('ffmpeg', ['-v', 'warning', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], { input: file })
  return { errors: done.stderr.toString(), samples: new Int16Array(new Uint8Array(done.stdout).buffer) }
}

describe('a silent packet', () => {
  it.each([
    ['AAC, mono', aac(1, 1)],
    ['AAC, stereo', aac(2, 2)],
    ['AAC, three channels', aac(3, 3)],
    ['AAC, four channels', aac(4, 4)],
    ['AAC, five channels', aac(5, 5)],
    ['AAC, 5.1', aac(6, 6)],
    ['AAC, 7.1', aac(7, 8)],
    ['Opus, mono', opus(1)],
    ['Opus, stereo', opus(2)],
  ])('is decoded as silence of its length: %s', (_name, track) => {
    const { errors, samples } = decoded(track)
    expect(errors).toBe('')
    const frames = samples.length / track.channels
    expect(Math.abs(frames - 50 * silentPacket(track)!.duration)).toBeLessThanOrEqual(1024)
    expect(samples.every((value) => value === 0)).toBe(true)
  })

  it('is not made up for what is not known', () => {
    expect(silentPacket(opus(6))).toBeUndefined()
    expect(silentPacket({ ...aac(2, 2), codec: 'ac3' })).toBeUndefined()
    // SBR, and a configuration that says something else than the track
    expect(silentPacket({ ...aac(2, 2), config: Uint8Array.of(0x2b, 0x92, 0x08, 0x00) })).toBeUndefined()
    expect(silentPacket(aac(1, 2))).toBeUndefined()
    expect(silentPacket({ ...aac(2, 2), config: new Uint8Array() })).toBeUndefined()
  })
})
