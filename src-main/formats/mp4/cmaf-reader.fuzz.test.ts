import { expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { isFault } from '../fault.ts'
import { elementaryForm } from '../mpegts/elementary-stream.ts'
import { writeTsSegment } from '../mpegts/mpegts-writer.ts'
import { headers } from '../testing/header-samples.ts'
import { readTs } from '../testing/mpegts-rules.ts'
import { integersFrom } from '../testing/random.ts'
import type { Track } from '../track.ts'
import { buildChunk, ChunkSamples } from './cmaf-chunk.ts'
import { readCmafSamples } from './cmaf-reader.ts'

const runs = 2000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 5))

function chunk(kind: 'video' | 'audio'): Uint8Array {
  const samples = new ChunkSamples()
  for (let count = 1 + random(5); count > 0; count--) {
    const data = Uint8Array.from({ length: 6 + random(60) }, () => random(256))
    data.set([0, 0, 0, data.length - 4])
    samples.push(data, 1 + random(5000), random(3) * 3000 - 3000, random(2) === 0)
  }
  return buildChunk(kind, 1, random(1e9) * random(8), samples, random(2) === 0)
}

it('no bytes make the reader of chunks throw, hang or report media that is not there', () => {
  for (let run = 0; run < runs; run++) {
    const data = chunk(run % 2 === 0 ? 'video' : 'audio').slice()
    for (let changes = random(5); changes > 0; changes--) data[random(Math.min(data.length, 180))] = random(256)
    const cut = random(4) === 0 ? data.subarray(0, random(data.length)) : data
    const read = readCmafSamples(cut, run % 2 === 1)
    if (isFault(read)) continue
    expect(read.length).toBeLessThanOrEqual(cut.length)
    for (const sample of read) {
      expect(sample.data.byteOffset + sample.data.length).toBeLessThanOrEqual(cut.byteOffset + cut.length)
      expect(Number.isFinite(sample.dts + sample.pts + sample.duration)).toBe(true)
    }
  }
})

it('whatever frames there are, the transport stream around them keeps its rules', () => {
  const form = (track: unknown) => elementaryForm(track as Track) ?? expect.unreachable()
  const videoForm = form(videoTrack('v0', 'h264', headers.avcB))
  const audioForm = form(audioTrack('a0', 'aac', headers.aacLc))
  for (let run = 0; run < runs / 4; run++) {
    const video = readCmafSamples(chunk('video'), false)
    const audio = readCmafSamples(chunk('audio'), true)
    if (isFault(video) || isFault(audio)) expect.unreachable()
    const bytes = writeTsSegment({
      ...(random(5) > 0 && { video: { form: videoForm, timescale: 90_000, samples: video } }),
      audio: { form: audioForm, timescale: 48_000, samples: audio, samplesPerPacket: 1024 },
      version: run,
    })
    expect(readTs(Buffer.concat([bytes, bytes])).complaints.filter((one) => !one.includes('clock'))).toEqual([])
  }
})
