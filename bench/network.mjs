/** Nodes: how long setting one up takes by step, how long until viewers have left one that was killed, and what a node costs its controller. */
import { spawnSync } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ScriptedPlayer } from '../e2e/chaos/scripted-player.ts'
import { startNode } from '../e2e/helpers/edge-node.ts'
import { startHost } from '../e2e/helpers/host.ts'
import { packedArchive } from '../e2e/helpers/packed.ts'
import { publishTestStream } from '../e2e/helpers/publish.ts'
import { noSshMachine, startSshMachine } from '../e2e/helpers/ssh-machine.ts'
import { until } from '../e2e/helpers/until.ts'
import { measureTree } from './process-tree.mjs'
import { freePort, root } from './servers.mjs'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const nodeCount = Number(process.env.BENCH_NODES ?? 10)
const windowMs = Number(process.env.BENCH_SECONDS ?? 20) * 1000

const load = () => `load ${loadavg()[0].toFixed(1)}`
const spread = (times) => {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))])
  return `median ${at(0.5)} ms, ${Math.round(sorted[0])} to ${Math.round(sorted.at(-1))}`
}

/** A bare machine in namespaces over SSH, with the whole program, again and again. */
async function measureProvisioning(print) {
  const reason = noSshMachine()
  if (reason !== undefined) return print(`no provisioning: ${reason}`)
  const folder = mkdtempSync(join(tmpdir(), 'bench-network-'))
  mkdirSync(join(folder, 'packages'))
  const archive = packedArchive()
  copyFileSync(archive, join(folder, 'packages', basename(archive)))
  const host = await startHost({ name: 'bench-network', dataDir: folder, env: { SSH_AUTH_SOCK: '' } })
  const machine = await startSshMachine()
  const [, hostKey = ''] = machine.run('ssh-keygen', '-lf', '/run/host_key.pub').split(' ')
  const access = { host: '127.0.0.1', port: machine.port, user: machine.user, hostKey }
  const credentials = { kind: 'password', password: machine.password }
  const ended = async (id) => {
    const job = await until(
      async () => {
        const now = (await host.api('GET', `/network/machines/jobs/${id}`)).body
        return now.state !== 'running' && now
      },
      'the end of the job',
      300_000,
    )
    if (job.state !== 'done') throw new Error(job.log.join('\n'))
    return job
  }
  const times = {}
  const totals = []
  try {
    for (let round = 0; round < rounds; round++) {
      const node = { name: 'bench', bind: '127.0.0.1', httpPort: await freePort(), httpsPort: 'off' }
      const from = performance.now()
      const { body } = await host.api('POST', '/network/machines/set-up', { ...access, credentials, ...node })
      for (const { id, ms } of (await ended(body.id)).steps) times[id] = [...(times[id] ?? []), ms]
      totals.push(performance.now() - from)
      await ended((await host.api('POST', '/network/machines/remove', { ...access, credentials })).body.id)
    }
    print(`setting a node up over SSH, ${rounds} times: ${spread(totals)} (aim 15 s; ${load()})`)
    for (const [step, all] of Object.entries(times)) print(`  ${step}: ${spread(all)}`)
    return { totals, times }
  } finally {
    await host.stop()
    await machine.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Host, nodes and a stream, with nodes in lists and in DNS. */
async function open(count) {
  const host = await startHost({ name: 'bench-network-nodes' })
  const nodes = []
  const start = async (before) => {
    const { token } = (await host.api('POST', '/network/join-tokens', { expiresInS: 600 })).body
    const node = await startNode({ origin: host.http, token, name: `bench-${nodes.length}`, ...before })
    await host.api('PATCH', `/network/nodes/${node.id}`, { publicUrl: node.http })
    return node
  }
  for (let n = 0; n < count; n++) nodes.push(await start())
  return {
    ...{ host, nodes, start },
    async stop() {
      for (const node of nodes) await node.stop()
      await host.stop()
    },
  }
}

/** A node is killed: how long until no answer names it, and until a player that used it plays on elsewhere. */
async function measureFailover(print) {
  const port = await freePort()
  const { host, nodes, start, stop } = await open(3)
  const publisher = await publishTestStream({
    ...{ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 },
  })
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  const answers = () => resolver.resolve4('live.cdn.test').catch(() => [])
  const addressOf = (index) => `192.0.2.${index + 1}`
  const results = { sdk: [], stalls: [], dns: [] }
  try {
    await host.until('show', (state) => state.state === 'active')
    await host.api('PUT', '/network/routing', { enabled: true, shiftPercent: 70 })
    const hasDns = spawnSync('/usr/sbin/knotd', ['-V']).error === undefined
    for (let round = 0; round < rounds; round++) {
      if (hasDns) {
        const named = nodes.map(({ id }, index) => ({ id, addresses: [addressOf(index)] }))
        const changed = { enabled: true, zone: 'cdn.test', listen: [{ address: '127.0.0.1', port }], nodes: named }
        const { status, body } = await host.api('PUT', '/network/dns', {
          ...(await host.api('GET', '/network/dns')).body.settings,
          ...changed,
        })
        if (status !== 200) throw new Error(JSON.stringify(body))
        await until(async () => (await answers()).length === nodes.length, 'all nodes in DNS')
      }
      const listed = async () => JSON.parse((await (await fetch(`${host.http}/api/v1/cdn/nodes`)).json()).list).nodes
      await until(async () => (await listed()).length === nodes.length, 'all nodes in the list')
      const player = new ScriptedPlayer(host.http, 'show', true)
      const running = player.run()
      await until(() => player.segments > 3 && nodes.some(({ http }) => http === player.base), 'the player to play from a node')
      const index = nodes.findIndex(({ http }) => http === player.base)
      const lost = nodes[index]
      const from = performance.now()
      await lost.kill('SIGKILL')
      const since = () => performance.now() - from
      await Promise.all([
        until(() => player.base !== lost.http, 'the player to leave').then(() => results.sdk.push(since())),
        hasDns &&
          until(async () => (await answers()).length > 0 && !(await answers()).includes(addressOf(index)), 'DNS to leave it out').then(() =>
            results.dns.push(since()),
          ),
      ])
      const played = player.segments
      await until(() => player.segments > played + 2, 'the player to play on')
      player.stop()
      await running
      results.stalls.push(Math.max(0, ...player.stalls.map(({ fromMs, toMs }) => toMs - fromMs)))
      await host.api('DELETE', `/network/nodes/${lost.id}`)
      nodes[index] = await start()
    }
  } finally {
    await publisher.stop('SIGKILL')
    await stop()
  }
  print(`a node is killed, ${rounds} times: a player with the client package uses another one after ${spread(results.sdk)} (${load()})`)
  print(`  longest stall of that player: ${spread(results.stalls)}`)
  if (results.dns.length > 0) print(`  no answer of DNS names it after ${spread(results.dns)}; resolvers keep answers for 60 s more (TTL)`)
  // Routers in network namespaces are those of the end-to-end test.
  const { stdout } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'e2e/vitest.config.ts', 'e2e/anycast.e2e.ts'],
    { cwd: root, encoding: 'utf8', timeout: 240_000 },
  )
  const [, anycastMs] = /left the killed node after (\d+) ms/.exec(stdout) ?? []
  print(anycastMs === undefined ? '  anycast was not measured' : `  anycast: the router uses another node after ${anycastMs} ms`)
  return { ...results, anycastMs: anycastMs === undefined ? null : Number(anycastMs) }
}

/** What nodes without viewers cost their controller. */
async function measureController(print) {
  const { host, start, nodes, stop } = await open(0)
  const measure = async () => {
    const before = measureTree(host.process.pid)
    await sleep(windowMs)
    const after = measureTree(host.process.pid)
    return { cpuMsPerS: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / windowMs, mb: after.proportionalMb }
  }
  try {
    await sleep(10_000)
    const alone = await measure()
    for (let n = 0; n < nodeCount; n++) nodes.push(await start())
    await sleep(15_000)
    const all = await measure()
    const each = { cpuMsPerS: (all.cpuMsPerS - alone.cpuMsPerS) / nodeCount, mb: (all.mb - alone.mb) / nodeCount }
    print(
      `a controller with ${nodeCount} nodes without viewers: ${each.cpuMsPerS.toFixed(2)} ms of processor time a second and ${each.mb.toFixed(2)} MB more for each (alone ${alone.cpuMsPerS.toFixed(1)} ms/s, ${alone.mb.toFixed(0)} MB; ${load()})`,
    )
    return { alone, all, each }
  } finally {
    await stop()
  }
}

export async function measureNetwork(print) {
  const parts = { provisioning: measureProvisioning, failover: measureFailover, controller: measureController }
  const wanted = (process.env.BENCH_PARTS ?? Object.keys(parts).join(',')).split(',')
  const results = {}
  for (const name of wanted) results[name] = await parts[name](print)
  return results
}
