import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { Random } from '../fuzz/random.ts'
import { launchBrowser } from '../helpers/browser.ts'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from '../helpers/edge-node.ts'
import { startHost } from '../helpers/host.ts'
import { publishTestStream } from '../helpers/publish.ts'
import { until } from '../helpers/until.ts'
import { noticed, ScriptedPlayer, type Stall } from './scripted-player.ts'

const kinds = ['kill', 'partition', 'silence', 'freeze', 'slow disk', 'update'] as const
type Kind = (typeof kinds)[number]

/** Gaps of a page's own timers from which on the machine was too busy to say anything, ms. */
const busyMs = 400
export interface ChaosResult {
  readonly happened: readonly string[]
  /** Stalls of over two seconds of viewers that use nodes, while who plays from the origin had none. */
  readonly stalls: readonly string[]
  /** Longest stall of any viewer, ms, also where the machine was busy. */
  readonly longestMs: number
  readonly segments: number
  /** What does not agree when all is well again. */
  readonly disagreements: readonly string[]
}

export interface ChaosOptions {
  readonly seconds: number
  readonly seed: number
  /** A stall that counts, ms. */
  readonly noticedMs: number
  readonly note: (line: string) => void
}

interface Edge {
  readonly name: string
  readonly proxy: CuttableProxy
  node: RunningNode
}

/**
 * Three nodes with viewers, of which one after the other is killed, cut off, left without a word, frozen, kept busy by its disk, or updated, in an order by the
 * seed. One node at least is well at every moment.
 */
export async function runChaos({ seconds, seed, noticedMs, note }: ChaosOptions): Promise<ChaosResult> {
  const random = new Random(seed)
  const host = await startHost({ name: 'chaos' })
  const edges: Edge[] = []
  const players: { readonly name: string; readonly player: ScriptedPlayer }[] = []
  const happened: string[] = []
  const browser = await launchBrowser()
  const publisher = await publishTestStream({
    ...{ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 },
  })
  const startedMs = Date.now()
  const second = (ms: number): string => `${((ms - startedMs) / 1000).toFixed(1)} s`
  const say = (text: string): void => {
    const line = `${second(Date.now())}: ${text}`
    happened.push(line)
    note(line)
  }
  const nodesAt = async () => (await host.api('GET', '/network/nodes')).body.items
  const isWell = async ({ node: { id, http } }: Edge): Promise<boolean> => {
    const there = (await nodesAt()).find((node) => node.id === id)
    if (there?.connected !== true || there.draining) return false
    const reply = await fetch(`${http}/live/show/hls.m3u8`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined)
    return reply?.status === 200
  }
  const startAt = async (name: string, origin: string, before?: RunningNode): Promise<RunningNode> => {
    const token = before === undefined ? (await host.api('POST', '/network/join-tokens', { expiresInS: 600 })).body.token : undefined
    return startNode({
      ...{ origin, name, supervised: true },
      ...(token === undefined ? {} : { token }),
      ...(before === undefined ? {} : { dataDir: before.dataDir, httpPort: Number(new URL(before.http).port) }),
    })
  }
  try {
    await host.until('show', (state) => state.state === 'active')
    for (const name of ['chaos-one', 'chaos-two', 'chaos-three']) {
      const proxy = await startProxy(host.httpPort)
      const node = await startAt(name, `http://127.0.0.1:${proxy.port}`)
      edges.push({ name, proxy, node })
      await host.api('PATCH', `/network/nodes/${node.id}`, { publicUrl: node.http })
    }
    await host.api('PUT', '/network/routing', { enabled: true, shiftPercent: 70 })
    for (const edge of edges) await until(() => isWell(edge), `${edge.name} to be well`)
    for (let index = 0; index < 4; index++) players.push({ name: `viewer ${index}`, player: new ScriptedPlayer(host.http, 'show', true) })
    const control = new ScriptedPlayer(host.http, 'show', false)
    const runs = [control, ...players.map(({ player }) => player)].map((player) => player.run())
    // What it has at the origin, too, is the browser on a busy machine.
    const pages = { routed: await browser.newPage(), control: await browser.newPage() }
    await pages.control.route('**/api/v1/cdn/nodes', (route) => route.abort())
    // Else its playlists name the node that the host chose.
    await pages.control.route(/\.m3u8/, (route) => route.continue({ url: `${route.request().url()}&node=chosen` }))
    const elsewhere = new Set<string>()
    pages.control.on('request', (request) => void elsewhere.add(new URL(request.url()).origin))
    for (const page of Object.values(pages)) {
      await page.goto(`${host.http}/watch/show`)
      await page.waitForFunction(() => window.__player?.state() === 'playing')
      await page.evaluate((gapMs) => {
        const video = document.querySelector('video') as HTMLVideoElement
        const stalls: { fromMs: number; toMs: number; at: string | undefined }[] = []
        let [timeS, sinceMs, lookedMs] = [video.currentTime, Date.now(), Date.now()]
        setInterval(() => {
          const nowMs = Date.now()
          const isMoving = video.currentTime !== timeS
          // the machine was busy: nothing is known of this time
          if (nowMs - lookedMs > gapMs) sinceMs += nowMs - lookedMs
          if (isMoving) {
            if (nowMs - sinceMs > 500) stalls.push({ fromMs: sinceMs, toMs: nowMs, at: window.__player?.node })
            ;[timeS, sinceMs] = [video.currentTime, nowMs]
          }
          lookedMs = nowMs
          document.body.dataset.stalls = JSON.stringify(
            isMoving ? stalls : [...stalls, { fromMs: sinceMs, toMs: nowMs, at: window.__player?.node }],
          )
        }, 50)
      }, busyMs)
    }

    const endMs = performance.now() + seconds * 1000
    /** Each kind comes before one comes again. */
    let left: Kind[] = []
    for (let round = 1; performance.now() < endMs; round++) {
      if (left.length === 0) left = [...kinds]
      const kind = left.splice(random.int(left.length), 1)[0] as Kind
      const edge = random.pick(edges)
      const lastsMs = 1000 + random.int(kind === 'partition' || kind === 'silence' ? 9000 : 4000)
      say(`round ${round}: ${kind} of ${edge.name} for ${lastsMs} ms`)
      await disturb(kind, edge, lastsMs)
      await until(() => isWell(edge), `${edge.name} to be well after round ${round}, ${kind}; seed ${seed}`)
      await wait(500 + random.int(2500))
    }

    async function disturb(kind: Kind, edge: Edge, lastsMs: number): Promise<void> {
      const { node } = edge
      switch (kind) {
        case 'kill':
          // Its supervisor has it back.
          process.kill(childOf(node.process), 'SIGKILL')
          break
        case 'partition':
          edge.proxy.cut()
          await wait(lastsMs)
          edge.proxy.join()
          break
        case 'silence':
          edge.proxy.quiet()
          await wait(lastsMs)
          edge.proxy.join()
          break
        case 'freeze': {
          const pid = childOf(node.process)
          process.kill(pid, 'SIGSTOP')
          await wait(lastsMs)
          process.kill(pid, 'SIGCONT')
          break
        }
        case 'slow disk': {
          const writer = spawn('dd', ['if=/dev/zero', `of=${node.dataDir}/filled`, 'bs=256k', 'count=400', 'oflag=dsync', 'status=none'])
          writer.on('error', () => undefined)
          await wait(lastsMs)
          writer.kill('SIGKILL')
          break
        }
        case 'update':
          await host.api('PATCH', `/network/nodes/${node.id}`, { draining: true })
          await wait(lastsMs)
          await node.kill('SIGTERM')
          edge.node = await startAt(edge.name, `http://127.0.0.1:${edge.proxy.port}`, node)
          await host.api('PATCH', `/network/nodes/${node.id}`, { draining: false })
          break
      }
    }

    await wait(3000)
    const nodeOrigins = edges.map(({ node }) => node.http).filter((origin) => elsewhere.has(origin))
    if (nodeOrigins.length > 0) throw new Error(`the page that plays from the host alone asked ${nodeOrigins.join(' and ')}`)
    const stallsOf = async (page: (typeof pages)['routed']): Promise<Stall[]> =>
      JSON.parse((await page.evaluate(() => document.body.dataset.stalls)) ?? '[]') as Stall[]
    const inBrowser = await stallsOf(pages.routed)
    const inControl = await stallsOf(pages.control)
    const disagreements = await whatDiffers(host.http, edges, nodesAt)
    for (const { player } of players) player.stop()
    control.stop()
    await Promise.all(runs)
    const all = [...players.map(({ name, player }) => ({ name, stalls: player.stalls })), { name: 'Chromium', stalls: inBrowser }]
    const lengths = all.flatMap(({ stalls }) => stalls.map(({ fromMs, toMs }) => toMs - fromMs))
    note(`Chromium at the origin: longest stall ${Math.round(Math.max(0, ...inControl.map(({ fromMs, toMs }) => toMs - fromMs)))} ms`)
    return {
      happened,
      stalls: all.flatMap(({ name, stalls }) =>
        noticed(stalls, name === 'Chromium' ? [...control.stalls, ...inControl] : control.stalls, noticedMs).map(({ fromMs, toMs, at }) => {
          const place = at === undefined ? '' : `, at ${edges.find(({ node }) => node.http === at)?.name ?? at}`
          return `${name} stalled for ${Math.round(toMs - fromMs)} ms from ${second(fromMs)} on${place}`
        }),
      ),
      longestMs: Math.round(Math.max(0, ...lengths)),
      segments: players.reduce((sum, { player }) => sum + player.segments, 0),
      disagreements,
    }
  } finally {
    await browser.close()
    for (const { player } of players) player.stop()
    for (const { node, proxy } of edges) {
      await node.stop()
      proxy.stop()
    }
    await publisher.stop('SIGKILL')
    await host.stop()
  }
}

/** The process that answers, below its supervisor. */
function childOf({ pid }: ChildProcess): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return Number(child)
}

/** Waits until all nodes say the same as the host; answers what does not in the end. */
async function whatDiffers(
  home: string,
  edges: readonly Edge[],
  nodesAt: () => Promise<readonly { readonly connected: boolean; readonly draining: boolean }[]>,
): Promise<readonly string[]> {
  const read = async (base: string) => {
    const { list } = (await (await fetch(`${base}/api/v1/cdn/nodes`)).json()) as { list: string }
    const { nodes } = JSON.parse(list) as { nodes: readonly { id: string; draining: boolean; weight: number }[] }
    return JSON.stringify(nodes.map(({ id, draining, weight }) => [id, draining, weight > 0]).sort())
  }
  const sequence = async (base: string): Promise<readonly string[]> => {
    const url = `${base}/live/show/hls.m3u8?node=chosen`
    const uri = (await (await fetch(url)).text()).split('\n').find((line) => line.includes('hls.m3u8') && !line.startsWith('#')) ?? ''
    return (await (await fetch(new URL(uri, url))).text()).split('\n').filter((line) => line.endsWith('.m4s'))
  }
  let found: string[] = []
  for (let round = 0; round < 100; round++) {
    found = []
    const nodes = await nodesAt()
    if (nodes.length !== edges.length || nodes.some(({ connected, draining }) => !connected || draining)) found.push('the host: nodes')
    const own = await read(home)
    const segments = await sequence(home)
    for (const { name, node } of edges) {
      if ((await read(node.http)) !== own) found.push(`${name}: list of nodes`)
      const shared = (await sequence(node.http)).filter((uri) => segments.includes(uri))
      if (shared.length < Math.min(3, segments.length - 1)) found.push(`${name}: segments`)
    }
    if (found.length === 0) return []
    await wait(200)
  }
  return found
}
