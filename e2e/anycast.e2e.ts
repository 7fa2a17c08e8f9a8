import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { farEnd } from './helpers/namespace-relay.ts'
import { root } from './helpers/paths.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** Documentation's network (RFC 5737): it is in these namespaces alone. */
const anycast = '198.51.100.1'
const port = 18_080
const name = (part: string): string => `ami-any-${process.pid}-${part}`
const nodeNames = ['a', 'b'] as const
type NodeName = (typeof nodeNames)[number]

interface AnycastState {
  readonly announced: boolean
  readonly reason: string | null
}

const missing =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'network namespaces need root on Linux'
    : ['/usr/sbin/bird', '/usr/sbin/ip', '/usr/bin/curl'].find((file) => !existsSync(file) && !existsSync(file.replace('/usr', '')))

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' })
/** Not synchronous: what nodes ask of the host passes this process. */
const curl = (part: string, ...args: string[]): Promise<string> =>
  promisify(execFile)('ip', ['netns', 'exec', name(part), 'curl', '-s', '--max-time', '5', ...args]).then(
    ({ stdout }) => stdout,
    () => '',
  )

/** A router and two nodes, each in a network namespace of its own; the router learns from the nodes by BGP where the prefix is. */
class Routers {
  readonly folder = mkdtempSync(join(tmpdir(), 'ami-anycast-'))
  readonly #children: ChildProcess[] = []

  async start(): Promise<void> {
    for (const part of ['router', ...nodeNames]) {
      ip('netns', 'add', name(part))
      ip('-n', name(part), 'link', 'set', 'lo', 'up')
    }
    for (const [index, node] of nodeNames.entries()) {
      ip('link', 'add', 'up0', 'netns', name(node), 'type', 'veth', 'peer', 'name', `to-${node}`, 'netns', name('router'))
      ip('-n', name('router'), 'addr', 'add', `10.78.${index}.1/30`, 'dev', `to-${node}`)
      ip('-n', name('router'), 'link', 'set', `to-${node}`, 'up')
      ip('-n', name(node), 'addr', 'add', `10.78.${index}.2/30`, 'dev', 'up0')
      ip('-n', name(node), 'link', 'set', 'up0', 'up')
      ip('-n', name(node), 'route', 'add', 'default', 'via', `10.78.${index}.1`)
    }
    const file = join(this.folder, 'router.conf')
    writeFileSync(
      file,
      [
        'router id 10.78.0.1;',
        'protocol device { scan time 1; }',
        'protocol bfd { interface "to-*" { interval 100 ms; multiplier 3; }; }',
        'protocol kernel { ipv4 { export all; }; }',
        ...nodeNames.map(
          (node, index) =>
            `protocol bgp ${node} { local 10.78.${index}.1 as 65000; neighbor 10.78.${index}.2 as 6501${index}; bfd on; hold time 9;
             connect delay time 1; ipv4 { import filter { bgp_local_pref = ${200 - index}; accept; }; export none; }; }`,
        ),
      ].join('\n'),
    )
    const args = ['netns', 'exec', name('router'), 'bird', '-f', '-c', file, '-s', join(this.folder, 'router.ctl')]
    this.#children.push(spawn('ip', args, { stdio: 'ignore' }))
    await until(() => existsSync(join(this.folder, 'router.ctl')), 'the router')
  }

  /** Joins the port of a proxy outside to the same port of a namespace. */
  async reach(node: NodeName, proxyPort: number): Promise<void> {
    const folder = mkdtempSync(join(this.folder, `${node}-`))
    const far = await farEnd(folder, proxyPort)
    far.unref()
    const args = ['netns', 'exec', name(node), process.execPath, join(root, 'e2e/helpers/namespace-relay.ts'), folder, String(port)]
    const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#children.push(child)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('ready')
    child.stdin.write(`${proxyPort}\n`)
    expect((await lines.next()).value).toBe('open')
  }

  /** The node that the router sends viewers to. */
  chosen(): NodeName | undefined {
    const via = /via 10\.78\.(\d)\.2/.exec(ip('-n', name('router'), 'route', 'show', anycast))?.[1]
    return via === undefined ? undefined : nodeNames[Number(via)]
  }

  /** What a viewer behind the router gets at the IP address of all nodes; empty where nobody answers. */
  get(path: string): Promise<string> {
    return curl('router', `http://${anycast}:${port}${path}`)
  }

  stop(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const part of ['router', ...nodeNames]) execFileSync('ip', ['netns', 'del', name(part)], { stdio: 'ignore' })
    removeFolder(this.folder)
  }
}

const nodesThatAnnounce = (): void => {
  let host: RunningHost
  let publisher: Publisher
  const routers = new Routers()
  const nodes = new Map<NodeName, RunningNode>()
  const proxies = new Map<NodeName, CuttableProxy>()

  const startAt = async (node: NodeName, dataDir?: string): Promise<RunningNode> => {
    const index = nodeNames.indexOf(node)
    const file = join(routers.folder, `${node}.yaml`)
    writeFileSync(
      file,
      `anycast:
  prefixes: [${anycast}/32]
  asn: 6501${index}
  routerId: 10.78.${index}.2
  bfdIntervalMs: 100
  neighbors:
    - address: 10.78.${index}.1
      asn: 65000
`,
    )
    const { body } = await host.api('POST', '/network/join-tokens', { expiresInS: 600 })
    return startNode({
      ...{ origin: `http://127.0.0.1:${proxies.get(node)?.port}`, name: `anycast-${node}`, httpPort: port },
      ...(dataDir === undefined ? { token: body.token } : { dataDir }),
      args: ['--config', file, '--bind', '0.0.0.0'],
      within: ['ip', 'netns', 'exec', name(node)],
    })
  }
  const stateAt = async (node: NodeName): Promise<AnycastState> =>
    JSON.parse(await curl(node, `http://127.0.0.1:${port}/api/v1/cdn/health`)).anycast
  /** On a busy machine BFD takes a node for dead now and then: the router's choice alone does not say that this one withdrew. */
  const untilWithdrawn = (reason: string) =>
    until(async () => {
      const state = await stateAt('a')
      return !state.announced && state.reason === reason
    }, `node a to withdraw: ${reason}`)
  const plays = async (): Promise<boolean> => {
    const path = /^[^#].*\/v0\/index\.m3u8.*/m.exec(await routers.get('/live/show/index.m3u8'))?.[0]
    return path !== undefined && (await routers.get(`/live/show/${path}`)).includes('#EXT-X-PART')
  }
  const change = (node: NodeName, changes: object) => host.api('PATCH', `/network/nodes/${nodes.get(node)?.id}`, changes)

  beforeAll(async () => {
    host = await startHost({ name: 'anycast' })
    publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 })
    await routers.start()
    for (const node of nodeNames) {
      const proxy = await startProxy(host.httpPort)
      proxies.set(node, proxy)
      await routers.reach(node, proxy.port)
    }
    nodes.set('b', await startAt('b'))
    await host.until('show', (state) => state.state === 'active')
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    for (const node of nodes.values()) await node.kill().catch(() => undefined)
    routers.stop()
    for (const proxy of proxies.values()) proxy.stop()
    await host?.stop()
  })

  it('announce nothing before the machine has the IP address, and say so', async () => {
    await until(async () => (await stateAt('b')).reason?.includes('ip addr add'), 'the node to look at the machine')
    expect(await stateAt('b')).toMatchObject({ announced: false, reason: expect.stringContaining(`${anycast}/32: ip addr add`) })
    for (const node of nodeNames) ip('-n', name(node), 'addr', 'add', `${anycast}/32`, 'dev', 'lo')
    await until(() => routers.chosen() === 'b', 'the route')
    expect(await stateAt('b')).toEqual({ announced: true, reason: null })
    await until(plays, 'the stream at the address')
  })

  it('withdraw while they drain, and viewers get another node', async () => {
    nodes.set('a', await startAt('a'))
    await until(() => routers.chosen() === 'a', 'the nearer node')
    await until(plays, 'the stream at the nearer node')
    await change('a', { draining: true })
    await untilWithdrawn('this node drains')
    await until(() => routers.chosen() === 'b', 'the other node')
    await until(plays, 'the stream at the other node')
    await change('a', { draining: false })
    await until(() => routers.chosen() === 'a', 'the nearer node')
    await until(async () => {
      const { items } = (await host.api('GET', '/network/nodes')).body
      return items.every(({ traffic }) => traffic?.anycast?.announced === true && traffic.anycast.neighbors[0]?.up === true)
    }, 'the host to know')
  })

  it('are left at once when they are killed, and come back with their process', async () => {
    const node = nodes.get('a')!
    const fromMs = performance.now()
    await node.kill()
    await until(() => routers.chosen() === 'b', 'the other node')
    process.stdout.write(`the router left the killed node after ${Math.round(performance.now() - fromMs)} ms\n`)
    await until(plays, 'the stream at the other node')
    nodes.set('a', await startAt('a', node.dataDir))
    await until(() => routers.chosen() === 'a', 'the nearer node')
  })

  it('withdraw where they have lost the origin', async () => {
    proxies.get('a')?.cut()
    await untilWithdrawn('the origin cannot be reached')
    await until(() => routers.chosen() === 'b', 'the other node')
    await until(plays, 'the stream at the other node')
    proxies.get('a')?.join()
    await until(() => routers.chosen() === 'a', 'the nearer node')
  })
}

if (missing === undefined) describe('nodes that announce one IP address', nodesThatAnnounce)
else it('nodes that announce one IP address', (context) => skipBecause(context, missing))
