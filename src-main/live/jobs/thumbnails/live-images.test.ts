import { describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import { imagesOfFile } from './file-images.ts'
import type { ImageMaker, Made } from './image-maker.ts'
import { LiveImages } from './live-images.ts'
import { tileSize } from './sprite-track.ts'

const track: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  timescale: 90_000,
  config: new Uint8Array(),
  width: 1280,
  height: 720,
}

/** Requests to the process that makes images; each is answered when the test says so. */
interface Asked {
  readonly wanted: Parameters<ImageMaker['make']>[0]
  readonly answer: (made: Made | undefined) => Promise<void>
}

function watch(everyMs = 10_000) {
  const asked: Asked[] = []
  const maker = {
    make: (wanted: Asked['wanted']) =>
      new Promise((resolve) => {
        const answer = async (made: Made | undefined): Promise<void> => {
          resolve(made)
          await new Promise(setImmediate)
        }
        asked.push({ wanted, answer })
      }),
  } as unknown as ImageMaker
  let subscriber: StreamSubscriber | undefined
  const stream = {
    name: 'cam',
    epoch: 'run7',
    originTimeMs: Date.UTC(2026, 10, 22),
    subscribe: (given: StreamSubscriber) => {
      subscriber = given
      return () => undefined
    },
  } as unknown as LiveStream
  const made = new LiveImages(stream, maker, everyMs, () => undefined)
  made.onTrack(track)
  const frame = (atS: number, more: Partial<Packet> = {}): void =>
    subscriber!.onPacket({
      track,
      pts: ticks(atS * 90_000),
      dts: ticks(atS * 90_000),
      duration: ticks(3000),
      key: true,
      data: new Uint8Array([atS]),
      ...more,
    })
  /** Has one image made, with its small one in the sheet. */
  async function take(atS: number, of: VideoTrack = track): Promise<void> {
    frame(atS, { track: of })
    await asked.at(-1)!.answer({ jpeg: new Uint8Array([atS]), tile: new Uint8Array([atS]) })
    await asked.at(-1)!.answer({ jpeg: new Uint8Array([200, atS]) })
  }
  return { made, asked, frame, take }
}
const times = (track: string): string[] => [...track.matchAll(/^.* --> .*$/gm)].map(([line]) => line)

describe('thumbnails of a live stream', () => {
  it('are made of keyframes of the first video alone, at the interval that was asked for, one at a time', async () => {
    const { asked, frame } = watch()
    const other = { ...track, id: 'v1' }
    frame(0, { key: false })
    frame(0, { track: other })
    expect(asked).toEqual([])
    frame(1)
    expect(asked.map(({ wanted }) => wanted)).toEqual([
      { type: 'frame', track, data: new Uint8Array([1]), size: { width: 160, height: 90 } },
    ])
    frame(12)
    expect(asked).toHaveLength(1)
    await asked[0]!.answer(undefined)
    frame(10)
    expect(asked).toHaveLength(1)
    // A keyframe may come a little early.
    frame(10.96)
    expect(asked).toHaveLength(2)
  })

  it('are the newest one and a sheet of small ones, with the time of each', async () => {
    const { made, take } = watch()
    expect([made.newest, made.sheet(0), times(made.track())]).toEqual([undefined, undefined, []])
    for (let index = 0; index < 7; index++) await take(index * 10)
    expect([made.newest, made.sheet(0)]).toEqual([new Uint8Array([60]), new Uint8Array([200, 60])])
    const text = made.track()
    expect(text).toMatch(/^WEBVTT\n\nNOTE epoch=run7 originTimeMs=1795305600000\.000 origin=2026-11-22T00:00:00\.000Z\n/)
    expect(times(text)).toHaveLength(7)
    // The sixth is the first of the second row.
    expect(text).toContain('00:00:50.000 --> 00:01:00.000\nsprites-run7-0.jpg?n=7#xywh=0,90,160,90')
    expect(text).toContain('00:01:00.000 --> 00:01:10.000\nsprites-run7-0.jpg?n=7#xywh=160,90,160,90')
  })

  it('last until the next one, where one could not be made', async () => {
    const { made, asked, frame, take } = watch()
    await take(0)
    frame(10)
    await asked.at(-1)!.answer({ jpeg: new Uint8Array([1]), tile: new Uint8Array([1]) })
    await asked.at(-1)!.answer(undefined)
    await take(20)
    expect(times(made.track())).toEqual(['00:00:00.000 --> 00:00:20.000', '00:00:20.000 --> 00:00:30.000'])
    const sheets = asked.flatMap(({ wanted }) => (wanted.type === 'sheet' ? wanted.tiles.length : []))
    expect(sheets.at(-1)).toBe(2)
  })

  it('go on in another sheet after 25, and where the shape changes; old sheets go', async () => {
    const { made, take } = watch()
    for (let index = 0; index < 26; index++) await take(index * 10)
    expect([made.sheet(0), made.sheet(1)]).toEqual([new Uint8Array([200, 240]), new Uint8Array([200, 250])])
    const tall = { ...track, width: 720, height: 1280 }
    made.onTrack(tall)
    await take(260, tall)
    expect(made.track()).toContain('sprites-run7-2.jpg?n=1#xywh=0,0,160,284')
    expect(made.sheet(2)).toBeDefined()
    expect(made.sheet(3)).toBeUndefined()
    for (let sheet = 3; sheet < 48; sheet++) await take(270 + sheet * 10, sheet % 2 === 0 ? tall : track)
    expect([made.sheet(0), made.sheet(47)].map((jpeg) => jpeg === undefined)).toEqual([false, false])
    await take(1000, tall)
    expect([made.sheet(0), made.sheet(1), made.sheet(48)].map((jpeg) => jpeg === undefined)).toEqual([true, false, false])
  })
})

describe('the size of small images', () => {
  it('keeps the shape, within bounds, in even numbers', () => {
    const height = (...of: Parameters<typeof tileSize>): number => tileSize(...of).height
    expect([height(1920, 1080), height(640, 480), height(720, 1280), height(720, 576, [16, 11])]).toEqual([90, 120, 284, 88])
    expect([height(100, 10_000), height(10_000, 10), height(0, 0)]).toEqual([320, 20, 90])
  })
})

describe('thumbnails of a file', () => {
  async function ask(durationMs: number) {
    let wanted: Parameters<ImageMaker['make']>[0] | undefined
    const made = { jpeg: new Uint8Array([1]), sheet: new Uint8Array([2]) }
    const maker = {
      make: async (given: typeof wanted) => {
        wanted = given
        return made
      },
    } as unknown as ImageMaker
    const file = await imagesOfFile(maker, { path: '/a.mp4', durationMs, width: 1920, height: 1080 })
    return { wanted, file: file! }
  }

  it('are two seconds apart, a hundred at most, and the last ends with the file', async () => {
    const short = await ask(500)
    expect(short.wanted).toMatchObject({ type: 'file', path: '/a.mp4', count: 1, intervalS: 2, columns: 10 })
    expect(times(short.file.track)).toEqual(['00:00:00.000 --> 00:00:00.500'])
    const some = await ask(25_000)
    expect(some.wanted).toMatchObject({ count: 13, intervalS: 2 })
    expect(times(some.file.track).at(-1)).toBe('00:00:24.000 --> 00:00:25.000')
    expect(some.file.track).toContain('sprites.jpg#xywh=0,90,160,90')
    const long = await ask(3_600_000)
    expect(long.wanted).toMatchObject({ count: 100, intervalS: 36 })
    expect(times(long.file.track).at(-1)).toBe('00:59:24.000 --> 01:00:00.000')
  })

  it('are not made where the file cannot be read', async () => {
    const maker = { make: async () => undefined } as unknown as ImageMaker
    expect(await imagesOfFile(maker, { path: '/a.mp4', durationMs: 1000, width: 0, height: 0 })).toBeUndefined()
  })
})
