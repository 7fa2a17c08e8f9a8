import { beforeEach, describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, Track, VideoTrack } from '../../../formats/track.ts'
import type { EncoderInfo } from '../../../media/encoders/encoder-info.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { StreamRun } from '../../hub/run/stream-run.ts'
import { noLimits, type StreamLimits } from '../../key-limits.ts'
import { audioTrackOf, videoTrackOf } from '../../packaging/testing/synthetic-stream.ts'
import { builtInPresets } from './built-in-presets.ts'
import type { TranscodeOutput, TranscodeReport } from './messages.ts'
import type { Choice } from './schemas.ts'
import { StreamLadder } from './stream-ladder.ts'
import type { OutputTaker } from './stream-transcoder.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()
const libx264: EncoderInfo = { name: 'libx264', codec: 'h264', kind: 'software', found: true, reason: null, speed: 5 }
const rungs = ['v-480p', 'v-360p', 'v-240p']

describe('the ladder of a stream', () => {
  let source: StreamRun
  let choice: Choice
  let encoders: readonly EncoderInfo[]
  let limits: StreamLimits | undefined
  let wanted: readonly TranscodeOutput[]
  let taker: OutputTaker
  let shed: [id: string, shed: boolean][]
  let asked: number
  let changes: number
  let ladder: StreamLadder

  beforeEach(() => {
    source = new StreamRun({ id: 'st', name: 'show', epoch: 'e1', log: silentLogger, nowMs: 0 })
    choice = { mode: 'preset', preset: 'sport' }
    encoders = [libx264]
    limits = undefined
    wanted = []
    shed = []
    asked = 0
    changes = 0
    ladder = new StreamLadder({
      source,
      transcoder: {
        want: (_channel: number, outputs: readonly TranscodeOutput[], by: OutputTaker) => {
          wanted = outputs
          taker = by
        },
      } as never,
      log: silentLogger,
      choice: () => ({ choice, chosen: true }),
      preset: (id) => builtInPresets.find((each) => each.id === id),
      encoders: () => encoders,
      taken: () => 0,
      limits: () => limits,
      onEncodersWanted: () => asked++,
      onChange: () => changes++,
      onShed: ({ id }, given) => void shed.push([id, given]),
    })
  })

  const ids = () => wanted.map(({ id }) => id)
  const states = () => Object.fromEntries(ladder.view().renditions.map(({ id, state }) => [id, state]))
  const made = (id: string): VideoTrack => ({ ...videoTrackOf(id), width: 640, height: 360 })
  const packet = (track: Track, frame: number, key = frame % 30 === 0): Packet => ({
    track,
    pts: ticks(frame * 3000),
    dts: ticks(frame * 3000),
    duration: ticks(3000),
    key,
    data: new Uint8Array(100),
  })
  /** A report of a second; the first output costs most. */
  const report = (behindMs: number, load: number): TranscodeReport => ({
    behindMs,
    decodeMs: 10,
    load,
    outputs: wanted.map(({ id, channel }, index) => ({ channel, id, frames: 30, bytes: 50_000, busyMs: 300 - 100 * index })),
  })
  /** What a viewer of all of it gets, by track. */
  function watch(): { readonly tracks: string[]; readonly packets: [track: string, frame: number][] } {
    const seen = { tracks: [] as string[], packets: [] as [string, number][] }
    ladder.subscribe(
      {
        onTrack: (track) => void seen.tracks.push(track.id),
        onPacket: ({ track, dts }) => void seen.packets.push([track.id, dts / 3000]),
        onDiscontinuity: () => undefined,
        onEnd: () => undefined,
      },
      { from: 'live' },
    )
    return seen
  }

  it('requests the rungs below the source when its video is known, and gives viewers both', () => {
    expect([ids(), ladder.view().state]).toEqual([[], 'nothing-to-make'])
    source.setTrack(a0)
    source.setTrack(v0)
    expect(ids()).toEqual(rungs)
    const seen = watch()
    taker.onTrack(made('v-360p'))
    taker.onPacket(packet(made('v-360p'), 0))
    source.deliver(packet(v0, 0))
    expect(seen.tracks).toEqual(['a0', 'v0', 'v-360p'])
    expect(seen.packets).toEqual([
      ['v-360p', 0],
      ['v0', 0],
    ])
    expect(ladder.tracks.map(({ id }) => id)).toEqual(['a0', 'v0', 'v-360p'])
    expect(states()).toEqual({ 'v-480p': 'starting', 'v-360p': 'running', 'v-240p': 'starting' })
    ladder.report(report(0, 0.3))
    expect(ladder.view()).toMatchObject({ state: 'running', load: 0.3, chosen: true })
    expect(ladder.view().renditions[1]).toMatchObject({
      id: 'v-360p',
      height: 360,
      encoder: 'libx264',
      kbps: 400,
      frameRate: 30,
      busyMs: 200,
    })
    expect(ladder.pixelRate).toBeCloseTo((854 * 480 + 640 * 360 + 426 * 240) * 30, -3)
  })

  it('follows the choice, and asks for nothing twice', () => {
    source.setTrack(v0)
    const before = changes
    ladder.replan()
    expect(changes).toBe(before)
    const retired: string[] = []
    ladder.onRetired((id) => void retired.push(id))
    for (const id of rungs) taker.onTrack(made(id))
    choice = { mode: 'preset', preset: 'sport', heights: [240] }
    ladder.replan()
    expect([ids(), retired]).toEqual([['v-240p'], ['v-480p', 'v-360p']])
    choice = { mode: 'off' }
    ladder.replan()
    expect([ids(), ladder.view().state, ladder.tracks.map(({ id }) => id)]).toEqual([[], 'off', ['v0']])
    // What is still under way of it reaches nobody.
    const seen = watch()
    taker.onPacket(packet(made('v-240p'), 30))
    expect(seen.packets).toEqual([])
  })

  it('asks for a measurement of the machine where that decides, and makes nothing without', () => {
    encoders = []
    choice = { mode: 'auto' }
    source.setTrack(v0)
    expect([ids(), asked]).toEqual([[], 1])
    encoders = [libx264]
    ladder.replan()
    expect(ids().length).toBeGreaterThan(0)
  })

  it('makes nothing beside a publisher that sends a ladder itself', () => {
    source.setTrack(v0)
    source.setTrack({ ...videoTrackOf('v1'), width: 640, height: 360 })
    ladder.replan()
    expect([ids(), ladder.view().state]).toEqual([[], 'multitrack'])
  })

  it('gives up the costliest rendition of a machine that falls behind, and gives it back when there is capacity', () => {
    source.setTrack(v0)
    for (const id of rungs) taker.onTrack(made(id))
    for (let second = 0; second < 12 && shed.length === 0; second++) ladder.report(report(2000 + 500 * second, 1))
    expect([shed, ids(), states()['v-480p']]).toEqual([[['v-480p', true]], ['v-360p', 'v-240p'], 'shed'])
    for (let second = 0; second < 120 && shed.length === 1; second++) ladder.report(report(0, 0.1))
    expect([shed[1], ids()]).toEqual([['v-480p', false], rungs])
  })

  it('goes on without a rendition that cannot be made, until the choice is another', () => {
    source.setTrack(v0)
    taker.onFailed('v-480p', 'no such encoder')
    expect([ids(), states()['v-480p'], ladder.view().renditions[0]?.error]).toEqual([['v-360p', 'v-240p'], 'failed', 'no such encoder'])
    choice = { mode: 'preset', preset: 'sport', heights: [480, 360] }
    ladder.replan()
    expect(ids()).toEqual(['v-480p', 'v-360p'])
  })

  it('goes on behind what viewers have, from a keyframe, when the transcoder is started again', () => {
    source.setTrack(v0)
    const track = made('v-360p')
    taker.onTrack(track)
    const seen = watch()
    for (let frame = 0; frame < 40; frame++) taker.onPacket(packet(track, frame))
    taker.onAway?.(true)
    expect(ladder.view()).toMatchObject({ state: 'away' })
    taker.onAway?.(false)
    taker.onTrack(track)
    // It is given the present group of pictures, of which the start was sent before.
    for (let frame = 30; frame < 65; frame++) taker.onPacket(packet(track, frame))
    expect(seen.packets.map(([, frame]) => frame)).toEqual([...Array.from({ length: 40 }, (_, frame) => frame), 60, 61, 62, 63, 64])
  })

  it('says that the media engine does not load, and ends with its source', () => {
    source.setTrack(v0)
    for (const id of rungs) taker.onTrack(made(id))
    ladder.broken('node-av is missing')
    expect(ladder.view()).toMatchObject({ state: 'broken', error: 'node-av is missing' })
    expect(ladder.tracks.map(({ id }) => id)).toEqual(['v0'])
    source.end('ended')
    expect(ladder.view().state).toBe('not-live')
    ladder.stop()
    expect(ids()).toEqual([])
  })

  it('is beneath the limits of the key: a rendition within them is in the place of the source', () => {
    limits = { limits: { ...noLimits, maxHeight: 480 }, onOverLimit: 'transcode' } as StreamLimits
    source.setTrack(v0)
    expect(ladder.view().capped).toBe(true)
    expect(ids()).toEqual(['v0', 'v-360p', 'v-240p'])
    expect(wanted[0]).toMatchObject({ source: 'v0', height: 480, start: 'keyframe', realtime: false })
    // It is never given up: without it viewers would have nothing, or what they may not have.
    for (const id of ids()) taker.onTrack(made(id))
    for (let second = 0; second < 60; second++) ladder.report(report(3000 + 500 * second, 1))
    expect([ids(), shed.map(([id]) => id)]).toEqual([['v0'], ['v-360p', 'v-240p']])
  })
})
