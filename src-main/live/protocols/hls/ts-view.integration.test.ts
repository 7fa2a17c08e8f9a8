import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { checkMediaPlaylist, checkMultivariant } from '../../../../e2e/playlist-rules.ts'
import { audioTrack, videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { headers } from '../../../formats/testing/header-samples.ts'
import { readTs } from '../../../formats/testing/mpegts-rules.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { Logger } from '../../../platform/logger.ts'
import { ViewerBook } from '../../audience/viewer-book.ts'
import { createLiveFront } from '../../http/live-front.ts'
import { ResourceTable } from '../../http/resources.ts'
import { createPackager } from '../../packaging/packager.ts'
import { audioPackets, SyntheticStream, videoPackets } from '../../packaging/testing/synthetic-stream.ts'
import { createPlayback, type PlaybackOptions } from './playback.ts'
import { type MuxedRendition, muxedMultivariantText, muxedRenditions, TsView } from './ts-view.ts'

const v0 = videoTrack('v0', 'h264', headers.avcB) as Track
const cropped = videoTrack('v0', 'h264', headers.avcCropped) as Track
const a0 = audioTrack('a0', 'aac', headers.aacLc) as Track

/** The same packets as access units of one slice. */
function slices(packets: readonly Packet[]): Packet[] {
  return packets.map((packet) => {
    const data = packet.data.slice()
    data.set([0, 0, 0, data.length - 4, packet.key ? 0x65 : 0x41])
    new DataView(data.buffer).setUint32(0, data.length - 4)
    return { ...packet, data }
  })
}

const movie = (track: Track, startS: number, seconds: number): Packet[] =>
  slices(videoPackets(track, { startS, seconds, fps: 30, gopS: 2, delayFrames: 2 }))

function packaged(tracks: readonly Track[], windowMs = 30_000) {
  const stream = new SyntheticStream(tracks)
  const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs })
  return { stream, packager, view: new TsView(packager) }
}

function only(list: readonly MuxedRendition[] | undefined): MuxedRendition {
  expect(list?.length).toBe(1)
  return list?.[0] ?? expect.unreachable()
}

const named = (text: string): number[] => [...text.matchAll(/^seg-(\d+)\.ts$/gm)].map((match) => Number(match[1]))

describe('a stream as MPEG-TS', () => {
  it('has every frame and all audio of the fMP4 form, at the same times, in segments that fit each other', () => {
    const { stream, packager, view } = packaged([v0, a0])
    const shown = movie(v0, 0, 10)
    stream.play(shown, audioPackets(a0, 0, 10))
    const muxed = only(muxedRenditions(packager))
    expect(muxed.id).toBe('ts-v0-a0')
    const text = view.playlistText(muxed, '')
    expect(text).toMatch(/^#EXTM3U\n#EXT-X-VERSION:3\n/)
    expect(text).not.toContain('EXT-X-MAP')
    expect(checkMediaPlaylist(text)).toEqual([])
    const numbers = named(text)
    expect(numbers).toEqual([0, 1, 2, 3])
    const read = readTs(Buffer.concat(numbers.map((number) => view.segment(muxed, number) ?? expect.unreachable())))
    expect(read.complaints).toEqual([])
    const seen = read.pes.filter((one) => one.pid === 0x100)
    expect(seen.map((one) => one.pts - 900_000)).toEqual(shown.slice(0, 240).map((packet) => packet.pts))
    const heard = read.pes.filter((one) => one.pid === 0x101)
    const bytes = heard.reduce((sum, one) => sum + one.data.length, 0)
    expect(bytes % 37).toBe(0)
    expect(bytes / 37).toBeGreaterThanOrEqual(370)
    const firstAudio = packager.renditions[1]?.segments[0]?.startTicks ?? 0
    expect(heard[0]?.pts).toBe(900_000 + (firstAudio * 90_000) / 48_000)
  })

  it('is announced with both codecs and with bit rates that its segments do not exceed', () => {
    const { stream, packager, view } = packaged([v0, a0])
    stream.play(movie(v0, 0, 10), audioPackets(a0, 0, 10))
    const muxed = muxedRenditions(packager) ?? []
    const text = muxedMultivariantText(packager, muxed, { cdnPrefix: 'https://cdn.example', session: 'me' })
    expect(checkMultivariant(text)).toEqual([])
    expect(text).toContain('CODECS="avc1.64000d,mp4a.40.2"')
    expect(text).toContain('https://cdn.example/live/test/e1/ts-v0-a0/hls.m3u8?session=me')
    const bandwidth = Number(/BANDWIDTH=(\d+)/.exec(text)?.[1])
    for (const number of [0, 1, 2, 3]) expect((view.segment(only(muxed), number)?.length ?? 0) * 4).toBeLessThanOrEqual(bandwidth)
  })

  it('stays away where a codec has no place in a transport stream', () => {
    const opus = audioTrack('a0', 'opus', headers.opusHead) as Track
    expect(muxedRenditions(packaged([v0, opus]).packager)).toBeUndefined()
    expect(muxedRenditions(packaged([]).packager)).toBeUndefined()
  })

  it('plays audio only and video only', () => {
    for (const [track, packets, id] of [
      [a0, audioPackets(a0, 0, 7), 'ts-a0'],
      [v0, movie(v0, 0, 7), 'ts-v0'],
    ] as const) {
      const { stream, packager, view } = packaged([track])
      stream.play(packets)
      const muxed = only(muxedRenditions(packager))
      expect(muxed.id).toBe(id)
      expect(named(view.playlistText(muxed, ''))).toEqual([0, 1, 2])
      const read = readTs(view.segment(muxed, 1) ?? expect.unreachable())
      expect(read.complaints).toEqual([])
      expect(read.streams.size).toBe(1)
    }
  })

  it('marks a changed video format with a discontinuity and counts it after it has left the window', () => {
    const { stream, packager, view } = packaged([v0, a0], 6000)
    let text = ''
    const counted: number[] = []
    for (let second = 0; second < 24; second += 2) {
      const track = second < 8 ? v0 : cropped
      if (second === 8) stream.subscriber?.onTrack(cropped)
      stream.play(movie(track, second, 2), audioPackets(a0, second, 2))
      text = view.playlistText(only(muxedRenditions(packager)), '')
      expect(checkMediaPlaylist(text)).toEqual([])
      const before = Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0)
      counted.push(before + [...text.matchAll(/^#EXT-X-DISCONTINUITY$/gm)].length)
    }
    expect(counted.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(counted.at(-1)).toBe(1)
    expect(counted).toEqual([...counted].sort())
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1')
    expect(text).not.toMatch(/^#EXT-X-DISCONTINUITY$/m)
  })

  it('keeps what was made a while, lets a missing segment be missing, and makes the same bytes again', () => {
    const { stream, packager, view } = packaged([v0, a0])
    stream.play(movie(v0, 0, 26), audioPackets(a0, 0, 26))
    const muxed = only(muxedRenditions(packager))
    const first = view.segment(muxed, 0)
    expect(view.segment(muxed, 0)).toBe(first)
    for (let number = 1; number <= 8; number++) view.segment(muxed, number)
    const again = view.segment(muxed, 0)
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
    expect(view.segment(muxed, 12)).toBeUndefined()
    expect(view.segment(muxed, 500)).toBeUndefined()
    expect(view.find('ts-v0')).toBeUndefined()
    expect(view.find('v0')).toBeUndefined()
  })
})

describe('plain HLS with the container mpegts', () => {
  const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

  /** Serves ten seconds of video and audio and requests some of their URLs. */
  async function ask(
    container: PlaybackOptions['container'],
    tracks: readonly Track[],
    questions: (get: (path: string, headers?: Record<string, string>) => Promise<Response>) => Promise<void>,
  ): Promise<void> {
    const { stream, packager } = packaged(tracks)
    stream.play(movie(v0, 0, 10), audioPackets(tracks[1] ?? a0, 0, 10))
    const playback = createPlayback({
      find: (name) => (name === 'test' ? packager : undefined),
      status: () => ({ state: 'active' }),
      keyframe: () => undefined,
      audience: ({ streamId }) => new ViewerBook(streamId, { active() {}, leave() {} }),
      options: { cdnPrefix: () => '', ...(container && { container }) },
      log: quiet,
    })
    const front = createLiveFront({ table: new ResourceTable([playback]) })
    const server = createServer((request, response) => void front.handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      await questions((path, headers = {}) => fetch(`http://127.0.0.1:${port}/live/test/${path}`, { headers }))
    } finally {
      playback.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  it('serves playlist and segments that caches may keep, and leaves low latency as it is', async () => {
    await ask('mpegts', [v0, a0], async (get) => {
      expect(await (await get('hls.m3u8')).text()).toContain('\ne1/ts-v0-a0/hls.m3u8\n')
      expect(await (await get('index.m3u8')).text()).toContain('\ne1/v0/index.m3u8\n')
      const playlist = await get('e1/ts-v0-a0/hls.m3u8')
      expect(playlist.headers.get('cache-control')).toBe('max-age=0, must-revalidate')
      expect(named(await playlist.text())).toEqual([0, 1, 2, 3])
      const segment = await get('e1/ts-v0-a0/seg-2.ts')
      expect(segment.headers.get('content-type')).toBe('video/mp2t')
      expect(segment.headers.get('cache-control')).toBe('public, max-age=600, immutable')
      const bytes = new Uint8Array(await segment.arrayBuffer())
      expect(readTs(bytes).complaints).toEqual([])
      const etag = segment.headers.get('etag') ?? ''
      expect((await get('e1/ts-v0-a0/seg-2.ts', { 'if-none-match': etag })).status).toBe(304)
      const range = await get('e1/ts-v0-a0/seg-2.ts', { range: 'bytes=188-375' })
      expect(range.status).toBe(206)
      expect(new Uint8Array(await range.arrayBuffer())).toEqual(bytes.subarray(188, 376))
      for (const path of ['e1/ts-v0-a0/seg-4.ts', 'e1/ts-v0-a0/seg-2.m4s', 'e1/ts-v0-a0/index.m3u8', 'e1/v0/seg-2.ts', 'e1/ts-v0/hls.m3u8'])
        expect((await get(path)).status, path).toBe(404)
    })
  })

  it('stays fMP4 where it is not wished for or a codec does not fit', async () => {
    const opus = audioTrack('a0', 'opus', headers.opusHead) as Track
    for (const [container, tracks] of [
      [undefined, [v0, a0]],
      ['fmp4', [v0, a0]],
      ['mpegts', [v0, opus]],
    ] as const) {
      await ask(container, tracks, async (get) => {
        expect(await (await get('hls.m3u8')).text()).toContain('\ne1/v0/hls.m3u8\n')
        expect((await get('e1/ts-v0-a0/hls.m3u8')).status).toBe(404)
        expect((await get('e1/v0/seg-1.m4s')).status).toBe(200)
      })
    }
  })
})
