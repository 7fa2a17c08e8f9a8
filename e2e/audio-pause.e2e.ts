import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, untilMoving } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

/** Media time in which the publisher sends video alone, s. */
const pause = { fromS: 12, untilS: 42 }

describe('a publisher whose audio stops for half a minute while its video goes on', () => {
  let host: RunningHost
  let browser: Browser
  let folder: string
  let publisher: ChildProcess

  beforeAll(async () => {
    host = await startHost({ name: 'audio-pause' })
    browser = await launchBrowser()
    folder = mkdtempSync(join(tmpdir(), 'audio-pause-'))
    const clip = join(folder, 'clip.mkv')
    const made = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440', '-t', '50']
    const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '60', '-c:a', 'aac', clip]
    expect(spawnSync('ffmpeg', ['-v', 'error', ...made, ...coded]).status).toBe(0)
    const without = ['-bsf:a', `noise=drop='between(pts*tb,${pause.fromS},${pause.untilS})'`, '-max_interleave_delta', '300000']
    const url = `${host.rtmp}/${await host.key('muted')}`
    publisher = spawn('ffmpeg', ['-v', 'error', '-re', '-i', clip, '-c', 'copy', ...without, '-flush_packets', '1', '-f', 'flv', url], {
      stdio: 'ignore',
    })
    await host.until('muted', ({ state }) => state === 'active')
  })
  afterAll(async () => {
    publisher?.kill('SIGKILL')
    await browser?.close()
    await host?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is watched all the time, with HLS and DASH', async () => {
    const pages = await Promise.all(
      ['', '?player=dash'].map(async (query) => {
        const page = await browser.newPage()
        const problems = complaints(page)
        await page.goto(`${host.http}/watch/muted${query}`)
        await untilMoving(page)
        return { page, problems, query }
      }),
    )
    await Promise.all(
      pages.map(async ({ page, problems, query }) => {
        // A player that waits for audio comes to this time when it goes on, and is behind the pause then.
        const at = await page.waitForFunction(
          (fromS) => {
            const { currentTime } = document.querySelector('video')!
            return currentTime > fromS + 3 && currentTime
          },
          pause.fromS,
          { timeout: 90_000, polling: 100 },
        )
        expect(await at.jsonValue(), `${query} in the middle of the pause`).toBeLessThan(pause.untilS - 10)
        await page.waitForFunction((untilS) => document.querySelector('video')!.currentTime > untilS + 2, pause.untilS, { timeout: 90_000 })
        expect(problems, query).toEqual([])
      }),
    )
  })
})
