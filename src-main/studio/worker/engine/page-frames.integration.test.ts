import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Packet, Track } from '../../../formats/track.ts'
import { plainLayout } from '../../document/checks/plain-layout.ts'
import type { Collection, Item, Source } from '../../document/collection.ts'
import type { VideoEncoding as VideoEncodingSettings } from '../../document/schemas/encoding-schemas.ts'
import { loadCompositor } from '../compositor/load-compositor.ts'
import { VideoEncoding } from '../encoder/video-encoding.ts'
import { PageFrames } from './page-frames.ts'
import { SceneSurfaces } from './scene-surfaces.ts'

const compositor = process.platform === 'linux' ? loadCompositor() : undefined
const frameRate = { numerator: 30, denominator: 1 }
const canvas = { id: 'main', name: 'Main', width: 640, height: 360, background: '#102030', scene: 'one' }
const settings = {
  codec: 'h264',
  encoder: 'libx264',
  height: 180,
  frameDivisor: 1,
  rateControl: 'vbr',
  bitrateKbps: 400,
  maxBitrateKbps: 800,
  crf: 23,
  preset: 'ultrafast',
  keyframeMs: 1000,
  bFrames: 0,
  profile: 'auto',
  colorSpace: 'bt709',
  colorRange: 'limited',
} as VideoEncodingSettings

describe.skipIf(compositor === undefined)('frames for pages', () => {
  const ends: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  /** A show of one source, and an encoding of it for pages. Its clock moves by a frame with each frame. */
  function opened() {
    const store = compositor!.createFrameStore()
    const pixels = new Uint8Array(64 * 36 * 4)
    const write = (level: number): void => {
      pixels.fill(level)
      store.write({ layout: 'bgra', width: 64, height: 36, planes: [pixels], strides: [64 * 4], timeUs: 0 })
    }
    write(10)
    const source: Source = { id: 'a', name: 'a', kind: 'color', settings: {}, filters: [] }
    const item = { ...plainLayout, id: 'i', source: 'a' } as Item
    const collection = {
      canvases: [canvas],
      sources: [source],
      scenes: [{ id: 'one', name: 'one', canvas: 'main', items: [item], filters: [] }],
    }
    const frameStore = () => store
    const scenes = new SceneSurfaces({ compositor: compositor!, frameStore, filters: () => [] })
    scenes.setCollection(collection as unknown as Collection)
    const pages = new PageFrames({ compositor: compositor!, scenes, frameStore })
    let frame = 0
    const tracks: Track[] = []
    const packets: Packet[] = []
    const encoding = new VideoEncoding({
      compositor: compositor!,
      canvas,
      encoding: settings,
      forPages: true,
      bitrateKbps: undefined,
      frameRate,
      nowMs: () => (frame * 1000) / 30,
      onTrack: (track) => tracks.push(track),
      onPacket: (packet) => packets.push(packet),
      onFault: (problem) => expect.fail(problem),
    })
    const given = vi.spyOn(encoding, 'offerOwn')
    ends.push(
      () => store.close(),
      () => scenes.close(),
      () => pages.keepFor(new Set()),
      () => encoding.close(),
    )
    /** Frames made of this number of the show's frames. */
    const run = async (frames: number, before?: (frame: number) => void): Promise<readonly Packet[]> => {
      packets.length = 0
      for (const end = frame + frames; frame < end; frame++) {
        before?.(frame)
        if (encoding.wants(frame)) pages.offer([encoding], 'one', canvas, frame)
        // The encoder is done with each frame before the next, however busy the machine is.
        while (encoding.statistics().frames < given.mock.calls.length) await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return [...packets]
    }
    return { encoding, tracks, write, run }
  }

  it('are two a second while nothing changes, and every one where a source has new frames', async () => {
    const { write, run } = opened()
    const still = await run(90)
    expect(still).toHaveLength(6)
    expect(still.map(({ key }) => key)).toEqual([true, ...Array.from({ length: 5 }, () => false)])
    const moving = await run(30, (frame) => write(frame % 200))
    expect(moving).toHaveLength(30)
    expect(moving[0]?.key).toBe(true)
  })

  it('start with a keyframe again for who asks, though nothing moves', async () => {
    const { encoding, run } = opened()
    await run(20)
    encoding.requestKeyframe()
    const [first] = await run(3)
    expect(first?.key).toBe(true)
  })

  it('are composed at the size that pages asked for', async () => {
    const { tracks, run } = opened()
    await run(2)
    expect(tracks[0]).toMatchObject({ width: 320, height: 180 })
  })
})
