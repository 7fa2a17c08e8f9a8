/** Many objects, nodes and connections: hit ratio on a Zipf load beside nginx's own LRU, purges at 1, 3 and 10 nodes, idle connections. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { load, share, startBare, startNode, startOrigin } from './edge.mjs'
import { measureTree } from './process-tree.mjs'
import { startOurs } from './servers.mjs'

const objects = Number(process.env.BENCH_OBJECTS ?? 100_000)
const nodeCounts = (process.env.BENCH_NODES ?? '1,3,10').split(',').map(Number)
/** Requests before the cache counts as filled, and those that are counted. */
const [warmUp, counted] = [600_000, 200_000]
const idle = Number(process.env.BENCH_IDLE ?? 15_000)

/** Paths by Zipf's law with exponent 1, the same in each run. */
function zipf(count, seed) {
  const sums = new Float64Array(objects)
  for (let rank = 0, sum = 0; rank < objects; rank++) sums[rank] = sum += 1 / (rank + 1)
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const wanted = (state / 2 ** 32) * sums[objects - 1]
    let [low, high] = [0, objects - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle] < wanted) low = middle + 1
      else high = middle
    }
    return `/o/${low}`
  })
}

/** Both keep two thirds of the objects: each takes a block of 4 KiB. */
async function measureZipf(folder, host, print) {
  const mib = Math.round((objects * 4096 * (2 / 3)) / 2 ** 20)
  const results = {}
  for (const name of ['bare', 'node']) {
    const origin = await startOrigin()
    const size = name === 'bare' ? `${mib}m` : `${Math.round(mib / 0.9)}M`
    const server =
      name === 'bare' ? await startBare(folder, origin.port, size) : await startNode(folder, 'zipf', host, origin.port, true, { size })
    await load(server.port, zipf(warmUp, 1), warmUp)
    await sleep(12_000)
    const before = origin.asked()
    await load(server.port, zipf(counted, 2), counted)
    results[name] = 1 - (origin.asked() - before) / counted
    print(
      `Zipf load of ${objects} objects, two thirds fit, ${counted} requests, ${name}: ${(results[name] * 100).toFixed(2)} % without the origin`,
    )
    await server.stop()
    origin.stop()
    await sleep(1000)
  }
  return results
}

async function measurePurges(folder, host, print) {
  const origin = await startOrigin()
  const paths = Array.from({ length: objects }, (_, number) => `/o/${number}`)
  const first = await startNode(folder, 'purge-filled', host, origin.port, true)
  await load(first.port, paths, objects)
  await sleep(5000)
  const nodes = [first]
  const results = {}
  let number = 0
  try {
    for (const count of nodeCounts) {
      while (nodes.length < count)
        nodes.push(await startNode(folder, `purge-${nodes.length}`, host, origin.port, true, { kept: first.cache }))
      await sleep(5000)
      const times = []
      let purged = 0
      for (let n = 0; n < 100; n++, number += 7) {
        const from = performance.now()
        const reply = await fetch(`${host.http}/api/v1/cdn/cache/purge`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ urls: [`https://bench.example/o/${number}`] }),
        })
        const { objects: gone, nodes: acknowledged } = await reply.json()
        const done = acknowledged.filter(({ state }) => state === 'done').length
        if (done !== count) throw new Error(`${done} of ${count} nodes: ${JSON.stringify(acknowledged)}`)
        times.push(performance.now() - from)
        purged += gone
      }
      results[count] = { p50: share(times, 0.5), p99: share(times, 0.99), purged }
      print(
        `purge by URL at ${count} nodes with ${objects} objects each, until the last has acknowledged it: p50 ${share(times, 0.5).toFixed(1)} ms, p99 ${share(times, 0.99).toFixed(1)} ms (${purged} objects; aim p99 150)`,
      )
    }
  } finally {
    for (const node of nodes) await node.stop()
    origin.stop()
  }
  return results
}

/** Connections that have had one answer each, from IP addresses of loopback. */
async function measureIdle(folder, host, print) {
  const origin = await startOrigin()
  const node = await startNode(folder, 'idle', host, origin.port, true)
  const bare = await startBare(folder, origin.port)
  const results = {}
  for (const [name, server] of Object.entries({ bare, node })) {
    await load(server.port, ['/s/1024'], 64)
    const before = measureTree(server.pid).proportionalMb
    const sockets = []
    for (let n = 0; n < idle; n += 200)
      await Promise.all(
        Array.from(
          { length: Math.min(200, idle - n) },
          (_, at) =>
            new Promise((resolve, reject) => {
              const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: `127.0.0.${2 + ((n + at) % 50)}` }, () =>
                socket.write('GET /s/1024 HTTP/1.1\r\nHost: bench.example\r\n\r\n'),
              )
              sockets.push(socket)
              socket.once('data', () => resolve(socket.resume()))
              socket.once('error', reject)
            }),
        ),
      )
    await sleep(2000)
    const open = sockets.filter(({ destroyed }) => !destroyed).length
    const mb = measureTree(server.pid).proportionalMb - before
    results[name] = { open, mb }
    print(`${open} idle connections, ${name}: ${mb.toFixed(1)} MB more, ${((mb * 1024) / open).toFixed(2)} KiB each`)
    for (const socket of sockets) socket.destroy()
  }
  await node.stop()
  bare.stop()
  origin.stop()
  return results
}

export async function measureEdgeScale(print) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-edge-scale-'))
  chmodSync(folder, 0o755)
  const host = await startOurs()
  try {
    const parts = { idle: measureIdle, zipf: measureZipf, purges: measurePurges }
    const wanted = (process.env.BENCH_PARTS ?? Object.keys(parts).join(',')).split(',')
    const results = {}
    for (const name of wanted) results[name] = await parts[name](folder, host, print)
    return results
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
