import { describe, expect, it } from 'vitest'
import { buildAvcDecoderConfiguration, parseAvcDecoderConfiguration } from '../../../../formats/codecs/h264.ts'
import { isFault } from '../../../../formats/fault.ts'
import { findBox, readUint32, walkBoxes } from '../../../../formats/mp4/mp4-boxes.ts'
import { buildMovieHead, decodingTimes, type MovieSample } from '../../../../formats/mp4/mp4-movie.ts'
import { headers } from '../../../../formats/testing/header-samples.ts'
import { audioTrackOf, videoTrackOf } from '../../../packaging/testing/synthetic-stream.ts'
import { type CutFrame, planCut } from './cut-plan.ts'
import { freeSetId, joinConfigurations } from './parameter-sets.ts'

/** Frames of 10 ticks of a clock of 300, groups of 6; with `reorders` as I P B B P B. */
function source(groups: number, reorders: boolean): CutFrame[] {
  const order = reorders ? [0, 3, 1, 2, 5, 4] : [0, 1, 2, 3, 4, 5]
  return Array.from({ length: groups }, (_, group) => order.map((place) => ({ pts: (group * 6 + place) * 10, key: place === 0 }))).flat()
}

const plan = (frames: readonly CutFrame[], from: number, to: number, encodes = true) =>
  planCut(frames, { fromTicks: from * 10, toTicks: to * 10, endTicks: frames.length * 10, timescale: 300 }, encodes)

const said = (made: ReturnType<typeof plan>) =>
  made &&
  `${made.pieces.map(({ kind, from, to }) => `${kind} ${from}-${to}`).join(', ')}; ${made.startTicks}-${made.endTicks}${made.exact ? '' : ' inexact'}`

describe('a cut', () => {
  it('copies whole groups, encodes the one it starts in, and cuts the last short where nothing is reordered', () => {
    const frames = source(4, false)
    expect(said(plan(frames, 6, 18))).toBe('copy 6-18; 60-180')
    expect(said(plan(frames, 8, 20))).toBe('encode 6-12, copy 12-20; 80-200')
    expect(said(plan(frames, 0, 24))).toBe('copy 0-24; 0-240')
    expect(said(plan(frames, 8, 10))).toBe('encode 6-12; 80-100')
  })

  it('encodes the last group too where B-frames reach over the cut', () => {
    const frames = source(4, true)
    expect(said(plan(frames, 8, 20))).toBe('encode 6-12, copy 12-18, encode 18-24; 80-200')
    expect(said(plan(frames, 6, 22))).toBe('copy 6-22; 60-220')
    expect(said(plan(frames, 6, 21))).toBe('copy 6-18, encode 18-24; 60-210')
  })

  it('takes the frames that are on screen at both times, also where those are rounded', () => {
    const frames = source(3, false)
    expect(said(plan(frames, 6.9, 12.4))).toBe('copy 6-12; 60-120')
    expect(said(plan(frames, 5.98, 11.98))).toBe('copy 6-12; 60-120')
    expect(said(plan(frames, 7.1, 7.9))).toBeUndefined()
  })

  it('starts at a keyframe and says so where nothing can be encoded', () => {
    expect(said(plan(source(4, false), 8, 20, false))).toBe('copy 6-20; 60-200 inexact')
    expect(said(plan(source(4, true), 8, 20, false))).toBe('copy 6-21; 60-220 inexact')
    expect(said(plan(source(4, false), 6, 20, false))).toBe('copy 6-20; 60-200')
  })
})

describe('a clip as a file', () => {
  const sample = (pts: number, key = false): MovieSample => ({ size: 100, pts, duration: 10, key })

  it('gets decoding times that rise over joints of other orders', () => {
    const samples = [0, 10, 20, 30, 60, 40, 50].map((pts) => sample(pts))
    expect([...decodingTimes(samples)]).toEqual([-10, 0, 10, 20, 30, 40, 50])
  })

  it('starts with its first frame, and audio that is decoded before it is not heard', () => {
    const video = videoTrackOf()
    const audio = audioTrackOf()
    const ticks = video.timescale / 30
    const videoSamples = Array.from({ length: 60 }, (_, index) => sample(90_000 + index * ticks, index === 0))
    const audioSamples = Array.from({ length: 100 }, (_, index) => ({ ...sample(audio.timescale - 2000 + index * 1024), duration: 1024 }))
    const { bytes, runs, fileBytes } = buildMovieHead(
      [
        { track: video, samples: videoSamples, startTicks: 90_000, endTicks: 90_000 + 60 * ticks },
        { track: audio, samples: audioSamples, startTicks: audio.timescale, endTicks: audio.timescale * 3 },
      ],
      0,
    )
    expect(fileBytes).toBe(bytes.length + 160 * 100)
    expect(runs.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(160)
    const moov = findBox(bytes, 'moov')
    const mediaTimes = [...walkBoxes(bytes, moov?.bodyStart, moov?.end)].flatMap((trak) => {
      const elst = trak.type === 'trak' ? findBox(bytes, 'edts/elst', trak.bodyStart, trak.end) : undefined
      return elst ? [readUint32(bytes, elst.bodyStart + 12)] : []
    })
    expect(mediaTimes).toEqual([0, 2000])
    const stco = findBox(bytes, 'trak/mdia/minf/stbl/co64', moov?.bodyStart, moov?.end)
    expect(readUint32(bytes, (stco?.bodyStart ?? 0) + 12)).toBe(bytes.length)
  })
})

describe('parameter sets', () => {
  it('of both are side by side under numbers of their own', () => {
    const config = headers.avcB
    const source = parseAvcDecoderConfiguration(config)
    if (isFault(source)) throw new Error(source.fault)
    expect(freeSetId(config)).toBe(1)
    expect(freeSetId(new Uint8Array(3))).toBe(0)
    const joined = joinConfigurations(config, buildAvcDecoderConfiguration(source.sps, source.pps) as Uint8Array)
    const both = parseAvcDecoderConfiguration(joined as Uint8Array)
    expect(!isFault(both) && [both.sps.length, both.pps.length, both.codecString]).toEqual([2, 2, source.codecString])
    expect(isFault(joinConfigurations(config, new Uint8Array(2)))).toBe(true)
  })
})
