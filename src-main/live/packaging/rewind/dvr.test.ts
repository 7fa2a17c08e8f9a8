import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mediaPlaylistText } from '../../protocols/hls/playlist-view.ts'
import { createPackager } from '../packager.ts'
import { brokenRules } from '../packaging-rules.ts'
import type { RenditionArchive, RunArchive } from '../segment-archive.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoPackets, videoTrackOf } from '../testing/synthetic-stream.ts'
import { DvrStore } from './dvr-store.ts'
import { parseStartPoint, startOffsetS } from './start-point.ts'
import { readRange } from './time-range.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()
const log = { warn: () => undefined } as never
let folder: string
let store: DvrStore
const paused = vi.fn()

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dvr-'))
  store = new DvrStore({ dataDir: folder, log, onPaused: paused })
  await store.start()
})
afterEach(async () => {
  await store.stop()
  rmSync(folder, { recursive: true, force: true })
})

function play(rewindMs: number, seconds: number, archive: RunArchive = store.open('e1')) {
  const stream = new SyntheticStream([v0, a0])
  const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 6000, archive, rewindMs })
  stream.play(videoPackets(v0, { startS: 0, seconds, fps: 30, gopS: 2 }), audioPackets(a0, 0, seconds))
  return { stream, packager }
}
const files = () =>
  readdirSync(join(folder, 'dvr'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.m4s'))
    .sort()
const idle = async (packager: ReturnType<typeof createPackager>) =>
  vi.waitFor(
    () => {
      const kept = packager.renditions.flatMap((each) => each.segments.slice(0, each.window.firstKept))
      if (kept.some((segment) => segment.stored === undefined)) throw new Error('still writing')
    },
    { interval: 2, timeout: 20_000 },
  )

describe('a rewind window', () => {
  it('lists what has left memory, whose bytes on disk are those that were made', async () => {
    const { packager } = play(600_000, 60)
    const all = packager.renditions[0]?.segments ?? []
    const made = Buffer.concat((all[3]?.parts ?? []).map((part) => part.data))
    const keptBefore = packager.memoryBytes
    await idle(packager)
    expect(all.length).toBe(30)
    expect(packager.memoryBytes).toBeLessThan(keptBefore / 4)
    const { stored, byteLength } = all[3] ?? {}
    expect(byteLength).toBe(made.length)
    expect(readFileSync(stored?.path ?? '').subarray(stored?.offset, (stored?.offset ?? 0) + made.length)).toEqual(made)
    const text = mediaPlaylistText(packager, packager.renditions[0] as never, { plain: false, skip: false, cdnPrefix: '' })
    expect(text.match(/#EXTINF/g)?.length).toBe(29)
    const delta = mediaPlaylistText(packager, packager.renditions[0] as never, { plain: false, skip: true, cdnPrefix: '' })
    expect(delta).toContain('#EXT-X-SKIP:SKIPPED-SEGMENTS=24')
    packager.stop()
    await vi.waitFor(() => expect(existsSync(join(folder, 'dvr/e1'))).toBe(false), { interval: 2, timeout: 20_000 })
    expect(store.diskBytes).toBe(0)
  })

  it('moves: files whose segments have all left the list are deleted', async () => {
    const { packager } = play(80_000, 200)
    await idle(packager)
    await vi.waitFor(() => expect(files().filter((name) => name.includes('v0')).length).toBe(2), { interval: 2, timeout: 20_000 })
    expect(packager.renditions[0]?.segments.length).toBeLessThan(43)
    expect(packager.renditions[0]?.segments[0]?.sequence).toBeGreaterThan(56)
  })

  it('can be opened and closed while the stream runs', async () => {
    const { stream, packager } = play(0, 20)
    expect(packager.renditions[0]?.segments.length).toBeLessThan(6)
    packager.rewind(600_000)
    stream.play(videoPackets(v0, { startS: 20, seconds: 40, fps: 30, gopS: 2 }), audioPackets(a0, 20, 40))
    await idle(packager)
    expect(packager.renditions[0]?.segments.length).toBeGreaterThan(20)
    expect(brokenRules(packager).filter((rule) => !rule.endsWith('has no parts'))).toEqual([])
    packager.rewind(0)
    stream.play(videoPackets(v0, { startS: 60, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 60, 4))
    expect(packager.renditions[0]?.segments.length).toBeLessThan(6)
    expect(packager.renditions[0]?.window.firstKept).toBe(0)
  })

  it('shrinks to what memory keeps where the disk takes nothing, and live goes on', async () => {
    const refusing: RenditionArchive = { store: () => Promise.resolve(undefined), release: () => undefined, close: () => undefined }
    const { stream, packager } = play(600_000, 30, { rendition: () => refusing, onShrink: () => () => undefined, close: () => undefined })
    await vi.waitFor(() => expect(packager.renditions[0]?.segments.length).toBeLessThan(6), { interval: 2, timeout: 20_000 })
    stream.play(videoPackets(v0, { startS: 30, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 30, 4))
    expect(packager.renditions[0]?.segments.at(-1)?.sequence).toBe(16)
    expect(brokenRules(packager)).toEqual([])
    expect(packager.memoryBytes).toBeLessThan(100_000)
  })

  it('pauses with a warning where a file cannot be written', async () => {
    const archive = store.open('e2')
    writeFileSync(join(folder, 'dvr/e2'), 'in the way')
    const { packager } = play(600_000, 30, archive)
    await vi.waitFor(() => expect(paused).toHaveBeenCalledWith(true, expect.stringContaining('ENOTDIR')), { interval: 2, timeout: 20_000 })
    await vi.waitFor(() => expect(packager.renditions[0]?.segments.length).toBeLessThan(6), { interval: 2, timeout: 20_000 })
    expect(store.paused).toBe(true)
    packager.stop()
  })

  it('keeps nothing of an earlier run of the host', async () => {
    mkdirSync(join(folder, 'dvr/old/v0'), { recursive: true })
    writeFileSync(join(folder, 'dvr/old/v0/1.m4s'), 'stale')
    await store.start()
    expect(existsSync(join(folder, 'dvr/old'))).toBe(false)
  })

  it('is read by time, out of memory and from disk alike', async () => {
    const { packager } = play(600_000, 60)
    const before = readRange(packager, 'v0', 5, 9)
    const bytes = await Promise.all(before?.segments.map((segment) => segment.read()) ?? [])
    await idle(packager)
    const after = readRange(packager, 'v0', 5, 9)
    expect(after?.segments.map((segment) => [segment.sequence, segment.startS])).toEqual(
      before?.segments.map((each) => [each.sequence, each.startS]),
    )
    expect(after?.segments.map((segment) => segment.sequence)).toEqual([2, 3, 4])
    expect(await Promise.all(after?.segments.map((segment) => segment.read()) ?? [])).toEqual(bytes)
    expect(after?.init.length).toBeGreaterThan(100)
    expect(readRange(packager, 'v9', 5, 9)).toBeUndefined()
    expect(readRange(packager, 'v0', 500, 900)?.segments).toEqual([])
  })

  it('starts where a link says', async () => {
    const { packager } = play(600_000, 60)
    const at = (text: string) => {
      const point = parseStartPoint(text)
      return point && startOffsetS(packager, point)
    }
    expect(at('0')).toBe(0)
    expect(at('-600')).toBe(-600)
    expect(at(new Date(packager.originTimeMs + 12_500).toISOString())).toBeCloseTo(12.5, 2)
    expect(at(encodeURIComponent('2001-01-01T00:00:00+02:00'))).toBe(0)
    expect(at(new Date(packager.originTimeMs + 3_600_000).toISOString())).toBeUndefined()
    for (const text of ['', 'x', '1e9', '12:00', '2001-13-45T99:99:99Z', '%', '-', '2001-01-01'])
      expect(parseStartPoint(text), text).toBeUndefined()
  })
})
