import { describe, expect, it } from 'vitest'
import type { VideoTrack } from '../../../formats/track.ts'
import { chooseEncoder } from '../../../media/encoders/choose-encoder.ts'
import type { EncoderInfo } from '../../../media/encoders/encoder-info.ts'
import { outputSize } from '../../../media/encoders/output-size.ts'
import { builtInPresets } from './built-in-presets.ts'
import { autoRungs, planLadder } from './ladder-plan.ts'
import { ladderKbps } from './ladder-rungs.ts'
import { LoadGovernor } from './load-governor.ts'

const source = (width: number, height: number): VideoTrack => ({
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.640028',
  timescale: 90_000,
  config: new Uint8Array(0),
  width,
  height,
})
const encoder = (name: string, codec: EncoderInfo['codec'], speed: number | null): EncoderInfo => ({
  name,
  codec,
  kind: 'software',
  found: speed !== null,
  reason: speed === null ? 'no device' : null,
  speed,
})
const plan = (from: VideoTrack, choice: Parameters<typeof planLadder>[0]['choice']) =>
  planLadder({
    source: from,
    frameRate: 30,
    choice,
    preset: builtInPresets.find(({ id }) => id === choice.preset),
    encoders: [encoder('libx264', 'h264', 5)],
    taken: 0,
  })

describe('a ladder plan', () => {
  it('has the rungs of the preset below the source, from the highest down', () => {
    const ids = plan(source(1280, 720), { mode: 'preset', preset: 'sport' }).map(({ id }) => id)
    expect(ids).toEqual(['v-480p', 'v-360p', 'v-240p'])
    expect(plan(source(1280, 720), { mode: 'off' })).toEqual([])
    expect(plan(source(320, 180), { mode: 'preset', preset: 'sport' })).toEqual([])
    expect(plan(source(0, 0), { mode: 'auto' })).toEqual([])
  })

  it('takes only the chosen rungs', () => {
    const ids = plan(source(1920, 1080), { mode: 'preset', preset: 'gaming', heights: [480] }).map(({ id }) => id)
    expect(ids).toEqual(['v-480p'])
  })

  it('counts the shorter side of a portrait, and keeps its shape in even numbers', () => {
    expect(plan(source(720, 1280), { mode: 'preset', preset: 'low-latency' }).map(({ id }) => id)).toEqual(['v-480p', 'v-360p'])
    expect(outputSize(720, 1280, 480)).toEqual({ width: 480, height: 854 })
    expect(outputSize(1921, 1081, 4320)).toEqual({ width: 1920, height: 1080 })
  })

  it('by itself is as large as the machine is fast, beside what other streams take', () => {
    const heights = (speed: number, taken = 0) => autoRungs(source(1920, 1080), 30, speed, taken).map(({ height }) => height)
    expect(heights(0.5)).toEqual([240])
    expect(heights(4)).toEqual([480, 720, 240])
    expect(heights(4, 4 * 1280 * 720 * 30)).toEqual([])
  })

  it('prefers the fastest encoder that was found', () => {
    const encoders = [encoder('libx264', 'h264', 5), encoder('h264_nvenc', 'h264', 30), encoder('h264_qsv', 'h264', null)]
    expect(chooseEncoder('h264', 'fastest', encoders)).toEqual({ name: 'h264_nvenc', preset: 'p1' })
    expect(chooseEncoder('hevc', 'fine', encoders)).toEqual({ name: 'libx265', preset: 'superfast' })
  })

  it('has a bitrate for every height', () => {
    expect([240, 600, 720, 4320].map(ladderKbps)).toEqual([400, 2100, 2800, 16_000])
  })
})

describe('a load governor', () => {
  const seconds = (governor: LoadGovernor, count: number, waitingMs: (second: number) => number, load: number, shed: number) => {
    const verdicts: string[] = []
    for (let second = 0; second < count; second++) {
      const verdict = governor.judge(waitingMs(second), load, 3, shed)
      if (verdict) verdicts.push(`${verdict} ${second}`)
    }
    return verdicts
  }

  it('gives up a rendition after three seconds behind, not for a burst that shrinks', () => {
    expect(seconds(new LoadGovernor(), 30, (second) => Math.max(0, 9000 - second * 600), 1, 0)).toEqual([])
    expect(seconds(new LoadGovernor(), 12, (second) => 1000 + second * 300, 1, 0)).toEqual(['shed 8'])
  })

  it('brings it back when there was capacity for a while, later after a vain try', () => {
    const governor = new LoadGovernor()
    expect(seconds(governor, 21, () => 0, 0.2, 1)).toEqual(['restore 20'])
    expect(seconds(governor, 9, () => 3000, 1, 0)).toEqual(['shed 8'])
    expect(seconds(governor, 60, () => 0, 0.2, 1)[0]).toBe('restore 35')
  })

  it('never gives back without capacity', () => {
    expect(seconds(new LoadGovernor(), 100, () => 0, 0.9, 1)).toEqual([])
  })
})
