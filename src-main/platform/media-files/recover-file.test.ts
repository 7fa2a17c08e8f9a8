import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { headers } from '../../formats/header-samples.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { audioTrack, videoTrack } from '../../formats/track-from-config.ts'
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
      const at = Math.round(startS * track.timescale) + i * step
      const data = track.kind === 'video' ? Uint8Array.of(0, 0, 0, 3, i === 0 ? 0x65 : 0x41, i, 1) : Uint8Array.of(1, 2, 3)
      return { track, pts: at, dts: at, duration: step, key: track.kind === 'audio' || i === 0, data }
    })
  })
}

describe('a file whose writer died', () => {
  it.each(['mp4', 'mkv', 'ts'] as Container[])('of %s is cut behind its last whole fragment', async (container) => {
    const writer = openWriter(container, tracks, { startS: 3, createdMs: 0 })
    const whole = Buffer.concat([writer.head(), ...[3, 3.5, 4].map((startS) => writer.fragment(half(startS)))])
    const torn = Buffer.concat([whole, writer.fragment(half(4.5)).subarray(0, container === 'ts' ? 100 : 200)])
    const path = join(folder, `torn.${container}`)
    writeFileSync(path, torn)
    const found = await recoverFile(path, container)
    expect(found?.bytes).toBe(whole.length)
    expect(readFileSync(path).equals(whole)).toBe(true)
    expect(Math.abs((found?.durationMs ?? 0) - 1500)).toBeLessThan(45)
  })

  it('of which nothing reached the disk is told as such, whatever stands in it', async () => {
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
