import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

interface Listed {
  readonly id: string
  readonly url: string
  readonly weight: number
  readonly draining: boolean
}

describe('two nodes that viewers are sent to', () => {
  let host: RunningHost
  let publisher: Publisher
  const nodes: RunningNode[] = []

  const listed = async (base: string): Promise<readonly Listed[]> => {
    const reply = await fetch(`${base}/api/v1/cdn/nodes`)
    return JSON.parse(((await reply.json()) as { list: string }).list).nodes
  }
  const playlist = async (query: string): Promise<string> => (await fetch(`${host.http}/live/show/index.m3u8?${query}`)).text()
  const namedIn = (text: string): string | undefined => nodes.find(({ http }) => text.includes(`${http}/live/show/`))?.http
  const change = (id: string, changes: object) => host.api('PATCH', `/network/nodes/${id}`, changes)

  beforeAll(async () => {
    host = await startHost({ name: 'routing' })
    for (const name of ['routing-one', 'routing-two']) {
      const { body } = await host.api('POST', '/network/join-tokens', { expiresInS: 600 })
      nodes.push(await startNode({ origin: host.http, token: body.token, name }))
    }
    publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('show')}`, width: 640, height: 360, videoKbps: 800 })
    await host.until('show', (state) => state.state === 'active')
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    for (const node of nodes) await node.stop()
    await host?.stop()
  })

  it('are named in playlists once routing is on, and a node that drains is named to nobody', async () => {
    for (const { id, http } of nodes) expect((await change(id, { publicUrl: http })).status).toBe(200)
    expect(namedIn(await playlist('session=a'))).toBeUndefined()
    expect(await listed(host.http)).toEqual([])
    expect((await host.api('PUT', '/network/routing', { enabled: true, shiftPercent: 70 })).status).toBe(200)
    const sessions = Array.from({ length: 12 }, (_, index) => `session=viewer-${index}`)
    const named = async () => Promise.all(sessions.map(async (session) => namedIn(await playlist(session))))
    const bases = [host.http, ...nodes.map(({ http }) => http)]
    await until(async () => (await Promise.all(bases.map(listed))).every((list) => list.length === 2), 'the list everywhere')
    const before = await named()
    expect(new Set(before)).toEqual(new Set(nodes.map(({ http }) => http)))
    expect(await named()).toEqual(before)
    // who chose by themselves, and who comes by a node, stays there
    expect(namedIn(await playlist('session=a&node=chosen'))).toBeUndefined()
    const [one, two] = nodes as [RunningNode, RunningNode]
    expect(await (await fetch(`${one.http}/live/show/index.m3u8`)).text()).not.toContain('://')
    expect((await change(one.id, { draining: true })).body.draining).toBe(true)
    expect(new Set(await named())).toEqual(new Set([two.http]))
    await until(async () => (await (await fetch(`${one.http}/api/v1/cdn/probe`)).json()).state === 'draining', 'the node to know')
    expect((await listed(two.http)).find(({ id }) => id === one.id)).toMatchObject({ draining: true, weight: 0 })
    // a playlist that was named before goes on there
    const media = /^https?:.*index\.m3u8.*$/m.exec(await playlist('session=a'))?.[0] ?? ''
    expect(media.startsWith(two.http)).toBe(true)
    expect((await fetch(media)).status).toBe(200)
    await change(one.id, { draining: false })
    expect(await named()).toEqual(before)
  })

  it('are left by a player of DASH while they hang: they take connections and answer nothing', async () => {
    const browser = await launchBrowser()
    let hung: RunningNode | undefined
    try {
      const page = await browser.newPage()
      let answeredBy = ''
      page.on('response', (response) => {
        const { origin, pathname } = new URL(response.url())
        if (response.ok() && pathname.endsWith('.m4s')) answeredBy = origin
      })
      await page.goto(`${host.http}/watch/show?player=dash`)
      await page.waitForFunction(() => window.__player?.state() === 'playing')
      const inUse = (): Promise<string> => page.evaluate(() => window.__player?.node ?? '')
      const shown = (): Promise<number> => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
      const first = await inUse()
      await until(() => answeredBy === first, 'media of the node in use')
      hung = nodes.find(({ http }) => http === first) as RunningNode
      const other = nodes.find(({ http }) => http !== first) as RunningNode
      hung.process.kill('SIGSTOP')
      await until(async () => (await inUse()) === other.http, 'the player to leave the node')
      await until(() => answeredBy === other.http, 'media of the other node')
      const from = await shown()
      await until(async () => (await shown()) > from + 3, 'three more seconds of the stream')
      await until(async () => (await listed(host.http)).every(({ id }) => id === other.id), 'the host to list it no more')
    } finally {
      hung?.process.kill('SIGCONT')
      await browser.close()
    }
    await until(async () => (await listed(host.http)).length === 2, 'the node to be back')
  })

  it('are chosen by the player, which goes on when its node drains and when it is killed', async () => {
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      // the newest media request that was answered
      let answeredBy = ''
      page.on('response', (response) => {
        const { origin, pathname } = new URL(response.url())
        if (response.ok() && pathname.endsWith('.m4s')) answeredBy = origin
      })
      await page.goto(`${host.http}/watch/show`)
      await page.waitForFunction(() => window.__player?.state() === 'playing')
      const inUse = (): Promise<string> => page.evaluate(() => window.__player?.node ?? '')
      const shown = (): Promise<number> => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
      const first = await inUse()
      await until(() => answeredBy === first, 'media of the node in use')
      const node = nodes.find(({ http }) => http === first) as RunningNode
      expect(node).toBeDefined()
      const other = nodes.find(({ http }) => http !== first) as RunningNode
      // one element, one source: what follows is no new start of the player
      const source = await page.evaluate(() => document.querySelector('video')?.src ?? '')
      await page.evaluate(() => {
        const video = document.querySelector('video') as HTMLVideoElement
        let [timeS, sinceMs] = [video.currentTime, performance.now()]
        const watch = (): void => {
          if (video.currentTime !== timeS) [timeS, sinceMs] = [video.currentTime, performance.now()]
          document.body.dataset.longest = String(Math.max(Number(document.body.dataset.longest ?? 0), performance.now() - sinceMs))
          requestAnimationFrame(watch)
        }
        watch()
      })
      const longest = async (): Promise<string> => {
        const ms = await page.evaluate(() => {
          const { longest = '0' } = document.body.dataset
          document.body.dataset.longest = '0'
          return longest
        })
        return `${Math.round(Number(ms))} ms`
      }
      const goesOn = async (): Promise<void> => {
        const from = await shown()
        await until(async () => (await shown()) > from + 3, 'three more seconds of the stream')
      }
      await goesOn()
      process.stdout.write(`longest frame before: ${await longest()}\n`)
      await change(node.id, { draining: true })
      await until(async () => (await inUse()) === other.http, 'the player to leave the node')
      await until(() => answeredBy === other.http, 'media of the other node')
      await goesOn()
      process.stdout.write(`longest frame while the node drained: ${await longest()}\n`)
      await change(node.id, { draining: false })
      await until(async () => (await listed(other.http)).every(({ weight }) => weight > 0), 'both nodes to serve')
      await other.kill()
      await until(async () => (await listed(host.http)).every(({ id }) => id === node.id), 'the host to list it no more')
      await until(async () => (await inUse()) === first, 'the player to use the node that is left')
      await until(() => answeredBy === first, 'media of the node that is left')
      await goesOn()
      process.stdout.write(`longest frame while the node was killed: ${await longest()}\n`)
      expect(await page.evaluate(() => document.querySelector('video')?.src)).toBe(source)
      expect(await page.evaluate(() => window.__player?.state())).toBe('playing')
    } finally {
      await browser.close()
    }
  })
})
