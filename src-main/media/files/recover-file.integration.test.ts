import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../../formats/codecs/track-from-config.ts'
import type { MediaFileWriter } from '../../formats/media-file-writer.ts'
import { ticks } from '../../formats/media-time.ts'
import { headers } from '../../formats/testing/header-samples.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { type Container, openWriter } from './container.ts'
import { recoverFile } from './recover-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'ami-recover-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tracks = [videoTrack('v0', 'h264', headers.avcB) as Track, audioTrack('a0', 'aac', headers.aacLc) as Track]

/** Half a second of each track from `startS` on. */
function half(startS: number): Packet[] {
  return tracks.flatMap((track) => {
    const step = track.kind === 'video' ? 3000 : 1024
    const count = Math.floor((0.5 * track.timescale) / step)
    return Array.from({ length: count }, (_, i) => {
      const at = ticks(Math.round(startS * track.timescale) + i * step)
      const data = track.kind === 'video' ? Uint8Array.of(0, 0, 0, 3, i === 0 ? 0x65 : 0x41, i, 1) : Uint8Array.of(1, 2, 3)
      return { track, pts: at, dts: at, duration: ticks(step), key: track.kind === 'audio' || i === 0, data }
    })
  })
}

describe('a file whose writer died', () => {
  it.each(['mp4', 'mkv', 'ts'] as Container[])(
    'of %s is cut behind its last whole fragment and ended, whenever that was',
    async (container) => {
      const written = (): { writer: MediaFileWriter; whole: Buffer } => {
        const writer = openWriter(container, tracks, { startS: 3, createdMs: 1_700_000_000_000, nameOf: ({ id }) => `Track ${id}` })
        return { writer, whole: Buffer.concat([writer.head(), ...[3, 3.5, 4].map((startS) => writer.fragment(half(startS)))]) }
      }
      const chapters = [
        { atMs: 0, name: 'Welcome' },
        { atMs: 700, name: 'Game' },
      ]
      const { writer, whole } = written()
      for (const chapter of chapters) writer.chapter(chapter)
      const { append, patches } = writer.finish()
      const ended = Buffer.concat([whole, append])
      for (const { at, data } of patches) ended.set(data, at)
      const next = written()
      const torn = Buffer.concat([whole, next.writer.fragment(half(4.5)).subarray(0, container === 'ts' ? 100 : 200)])
      const path = join(folder, `torn.${container}`)
      for (const left of [torn, whole, Buffer.concat([whole, append.subarray(0, -9)]), Buffer.concat([whole, append]), ended]) {
        writeFileSync(path, left)
        const found = await recoverFile(path, container, chapters)
        expect(found?.bytes).toBe(ended.length)
        expect(Math.abs((found?.durationMs ?? 0) - 1500)).toBeLessThan(45)
        const read = readFileSync(path)
        // A Matroska file that grows does not say how long the last frame is shown.
        if (container === 'mkv') read.set(patches[1]?.data as Uint8Array, patches[1]?.at)
        expect(read.equals(ended)).toBe(true)
      }
    },
  )

  it('of which nothing reached the disk is reported as such, whatever is in it', async () => {
    const path = join(folder, 'noise')
    let seed = 1
    for (let round = 0; round < 60; round++) {
      const noise = Buffer.alloc(400)
      for (let i = 0; i < noise.length; i++) {
        seed = (seed * 48_271) % 2_147_483_647
        noise[i] = seed & 255
      }
      writeFileSync(path, noise)
      for (const container of ['mp4', 'mkv'] as const) expect(await recoverFile(path, container)).toBeUndefined()
    }
  })
})
