/** What a live part from memory costs the host, beside a hit of 1 KiB in the cache of a bare nginx, in one run. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { load, middle, startBare, startOrigin } from './edge.mjs'
import { clip, publishAll } from './load.mjs'
import { measureTree } from './process-tree.mjs'
import { startOurs } from './servers.mjs'

const rounds = 5
/** As players ask: one request at a time on each connection. */
const asPlayers = { over: 64, atOnce: 1 }
const [requests, requestsOfPart] = [45_000, 3000]

/** CPU that `work` takes of a process and those below it, us for each of `requests`; `alone` is what it takes without, share of a core. */
async function cpuUs(pid, alone, work) {
  const [cpu, from] = [measureTree(pid).cpuSeconds, performance.now()]
  await work()
  const elapsed = (performance.now() - from) / 1000
  return ((measureTree(pid).cpuSeconds - cpu - alone * elapsed) / requests) * 1e6
}

export async function measureLiveParts(print) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-live-parts-'))
  chmodSync(folder, 0o755)
  const server = await startOurs({ args: ['--delivery-processes', 'off'] })
  const origin = await startOrigin()
  const nginx = await startBare(folder, origin.port)
  let publisher
  try {
    const { file } = await clip(1500)
    publisher = await publishAll(file, [await server.publishUrl('bench0')])
    await sleep(10_000)
    const text = async (path) => (await fetch(server.http + path)).text()
    const path = '/live/bench0/'
    const playlists = [...new Set((await text(`${path}index.m3u8`)).match(/[^\s"]+\/[av]\d\/index\.m3u8/g))]
    const newest = async (playlist) => {
      const [, uri] = [...(await text(path + playlist)).matchAll(/#EXT-X-PART:DURATION=[\d.]+,URI="([^"]+)"/g)].at(-1)
      return path + playlist.slice(0, playlist.lastIndexOf('/') + 1) + uri
    }
    const [before, from] = [measureTree(server.pid).cpuSeconds, performance.now()]
    await sleep(3000)
    const alone = (measureTree(server.pid).cpuSeconds - before) / ((performance.now() - from) / 1000)
    const port = Number(new URL(server.http).port)
    const results = { nginx: { us: [] } }
    for (const playlist of playlists) results[playlist.split('/').at(-2)] = { us: [], bytes: 0 }
    // the first round compiles
    for (let round = 0; round <= rounds; round++) {
      const hit = await cpuUs(nginx.pid, 0, () => load(nginx.port, ['/s/1024'], requests, '127.0.0.1', asPlayers))
      if (round > 0) results.nginx.us.push(hit)
      for (const playlist of playlists) {
        const result = results[playlist.split('/').at(-2)]
        const us = await cpuUs(server.pid, alone, async () => {
          for (let sent = 0; sent < requests; sent += requestsOfPart) {
            const part = await newest(playlist)
            if (sent === 0) result.bytes = Number((await fetch(server.http + part, { method: 'HEAD' })).headers.get('content-length'))
            await load(port, [part], requestsOfPart, '127.0.0.1', asPlayers)
          }
        })
        if (round > 0) result.us.push(us)
      }
    }
    const hitUs = middle(results.nginx.us)
    print(`a hit of 1 KiB at a bare nginx: ${hitUs.toFixed(1)} us of processor time, median of ${rounds}`)
    for (const [rendition, { us, bytes }] of Object.entries(results)) {
      if (rendition === 'nginx') continue
      print(
        `a live part of ${rendition}, ${bytes} bytes: ${middle(us).toFixed(1)} us, ${(hitUs / middle(us)).toFixed(2)} x nginx's 1 KiB (aim 1.0)`,
      )
    }
    return results
  } finally {
    await publisher?.stop()
    await server.stop()
    nginx.stop()
    origin.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
