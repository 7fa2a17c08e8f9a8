import { readdirSync, readlinkSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { launchBrowser, readVideo, type SeenFrame, steps, untilMoving, watchStill } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { undisturbed, until } from './helpers/until.ts'
import { lives, restartsSince, workersOf } from './helpers/workers.ts'

/** Sockets that a process has open. */
function sockets(pid: number): number {
  let count = 0
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (readlinkSync(`/proc/${pid}/fd/${name}`).startsWith('socket:')) count++
    } catch {
      // closed meanwhile
    }
  }
  return count
}

describe.runIf(process.platform === 'linux')('a host that delivers with two processes beside itself', () => {
  let host: RunningHost
  let browser: Browser
  let publisher: Publisher
  let stopped = false
  const deliveryPids = (): number[] => workersOf(host, 'delivery-worker')

  /** Statuses of one URL requested over this many connections at once, which all stay open until `done`. */
  async function ask(path: string, count: number, headers: Record<string, string> = {}) {
    const agent = new Agent({ keepAlive: true, maxSockets: count, maxFreeSockets: count })
    const answers = await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<{ status: number; body: string }>((resolve, reject) => {
            get(`${host.http}${path}`, { agent, headers }, (response) => {
              let body = ''
              response.setEncoding('utf8')
              response.on('data', (text: string) => {
                body += text
              })
              response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
            }).on('error', reject)
          }),
      ),
    )
    return { answers, statuses: [...new Set(answers.map(({ status }) => status))], done: () => agent.destroy() }
  }

  const untilProcesses = (count: number) =>
    until(async () => {
      const text = await (await fetch(`${host.http}/metrics`)).text()
      return text.includes(`streams_delivery_processes ${count}\n`)
    }, `${count} delivery processes`)

  async function mediaPlaylist(): Promise<string> {
    const master = await (await fetch(`${host.http}/live/show/index.m3u8`)).text()
    return `/live/show/${master.split('\n').find((line) => /^[^#].*v0\/index\.m3u8/.test(line))}`
  }

  beforeAll(async () => {
    host = await startHost({ name: 'delivery', args: ['--delivery-processes', '2'] })
    browser = await launchBrowser()
    const key = await host.key('show')
    publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 500 })
    await host.until('show', (state) => state.state === 'active')
    await untilProcesses(2)
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await browser?.close()
    if (!stopped) await host?.stop()
  })

  it('takes connections in every process, and each answers media, API, page and event socket', async () => {
    const pids = [host.process.pid as number, ...deliveryPids()]
    expect(pids).toHaveLength(3)
    const before = pids.map(sockets)
    const path = await mediaPlaylist()
    const rounds: (() => void)[] = []
    let kept = pids.map(() => 0)
    // who wakes first takes several of a burst: viewers that come one after another are spread
    for (let round = 0; round < 40 && !(Math.min(...kept) > 5); round++) {
      const { statuses, done } = await ask(path, 10)
      rounds.push(done)
      expect(statuses).toEqual([200])
      kept = pids.map((pid, index) => sockets(pid) - (before[index] ?? 0))
    }
    process.stdout.write(`${10 * rounds.length} connections: ${kept.join(', ')} in host and delivery processes\n`)
    expect(Math.min(...kept)).toBeGreaterThan(5)
    for (const done of rounds) done()
    for (const asked of ['/api/v1/live/streams', '/', '/live/show/index.m3u8', '/live/show/about.json', '/live/show/keyframe.mp4']) {
      const { statuses, done } = await ask(asked, 30)
      expect([asked, statuses]).toEqual([asked, [200]])
      done()
    }
    const unknown = await ask('/live/nobody/index.m3u8', 30)
    expect(unknown.statuses).toEqual([404])
    unknown.done()
    const opened = await Promise.all(
      Array.from(
        { length: 20 },
        () =>
          new Promise<WebSocket>((resolve, reject) => {
            const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events`)
            socket.once('message', () => resolve(socket))
            socket.once('error', reject)
          }),
      ),
    )
    for (const socket of opened) socket.terminate()
  })

  it('plays on through the death of each process, counts each viewer once, and has its processes back', async () => {
    const pages: Page[] = []
    for (const player of ['hls', 'dash']) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
      await page.goto(`${host.http}/watch/show${player === 'dash' ? '?player=dash' : ''}`)
      await untilMoving(page)
      pages.push(page)
    }
    await host.until('show', (state) => state.viewers === 2)
    const timeOf = (page: Page) => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
    /** Until each page has played this much more: its clock says whether it plays, also behind another one. */
    const playOn = async (seconds: number) => {
      const fromS = await Promise.all(pages.map(timeOf))
      for (const [index, page] of pages.entries())
        await page.waitForFunction((to) => (document.querySelector('video')?.currentTime ?? 0) > to, fromS[index]! + seconds, {
          timeout: 60_000,
        })
    }
    await playOn(3)
    const waitedMs: number[] = []
    // A machine that is busy may keep a page from its media for seconds: such a round is repeated, and reported.
    await undisturbed(async () => {
      const still = await Promise.all(pages.map(watchStill))
      let done = false
      const reading = pages.map(async (page) => {
        const seen: SeenFrame[] = []
        while (!done) seen.push(...(await readVideo(page, 1500)))
        return seen
      })
      try {
        for (const pid of deliveryPids()) {
          const lines = host.log.length
          process.kill(pid, 'SIGKILL')
          await until(() => deliveryPids().length === 2 && !deliveryPids().includes(pid), 'another process')
          waitedMs.push(...restartsSince(host, lines))
          await playOn(2.5)
          await untilProcesses(2)
        }
      } finally {
        done = true
      }
      const readings = await Promise.all(reading)
      for (const [index, seen] of readings.entries()) {
        const reported = await pages[index]?.evaluate(() => JSON.stringify(window.__player?.problems))
        const { repeated, back, span } = steps(seen)
        process.stdout.write(`${seen.length} frames read, from first to last ${span}\n`)
        expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
        const stillMs = await still[index]!.maxMs()
        process.stdout.write(`stood still for ${Math.round(stillMs)} ms at most\n`)
        expect(stillMs, reported).toBeLessThan(3000)
      }
    })
    // Of the first round: processes that end again and again are waited for ever longer.
    expect(Math.max(...waitedMs.slice(0, 2)), 'how long the host waited, ms').toBeLessThanOrEqual(200)
    expect((await host.until('show', () => true)).viewers).toBe(2)
    for (const page of pages) await page.close()
  })

  it('rejects a signed stream in every process, and opens it to a signed URL', async () => {
    const playlist = await mediaPlaylist()
    const part = /URI="(part-[^"]+)"/.exec((await ask(playlist, 1)).answers[0]?.body ?? '')?.[1]
    const media = `${playlist.slice(0, playlist.lastIndexOf('/'))}/${part}`
    expect((await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })).status).toBe(200)
    // rules reach the other processes as messages do
    await expect.poll(async () => (await ask(playlist, 30)).statuses, { timeout: 30_000 }).toEqual([401])
    for (const path of [playlist, media, '/live/show/index.m3u8', '/live/show/manifest.mpd', '/live/show/keyframe.mp4']) {
      const { statuses, done } = await ask(path, 30)
      expect([path, statuses]).toEqual([path, [401]])
      done()
    }
    const { body } = await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS: 600 })
    const token = new URL(Object.values(body).find((each) => String(each).includes('token=')) as string).searchParams.get('token')
    for (const path of [`${playlist}?token=${token}`, playlist.replace('/live/show/', `/live/show/@${encodeURIComponent(token ?? '')}/`)]) {
      const { statuses, done } = await ask(path, 30)
      expect(statuses).toEqual([200])
      done()
    }
    expect((await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })).status).toBe(200)
    await expect.poll(async () => (await ask(playlist, 30)).statuses, { timeout: 30_000 }).toEqual([200])
  })

  it('leaves no process and no port behind', async () => {
    const pids = deliveryPids()
    const { httpPort } = host
    await host.kill('SIGTERM')
    stopped = true
    expect(pids.filter(lives)).toEqual([])
    const open = await new Promise((resolve) => {
      const socket = connect(httpPort, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    expect(open).toBe(false)
  })
})
