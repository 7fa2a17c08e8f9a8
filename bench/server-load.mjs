/** What a server costs under publishers and viewers: CPU and memory of its process tree over a window. */
import { setTimeout as sleep } from 'node:timers/promises'
import { clip, playAll, publishAll, watchAll } from './load.mjs'
import { measureTree } from './process-tree.mjs'

/** The measured window, s. */
export const windowSeconds = Number(process.env.BENCH_SECONDS ?? 20)
/** Node compiles its hot paths in the first seconds under load, on threads that count too. */
const warmUpSeconds = 15
export const print = (line) => process.stdout.write(`${line}\n`)

/** CPU and memory of one server under `streams` publishers of a clip. */
export async function underLoad(name, start, streams, kbps, options = {}) {
  const server = await start()
  if (!server) {
    print(`${name}: not installed, left out`)
    return undefined
  }
  const { file, mbps } = await clip(kbps)
  const idleMb = measureTree(server.pid).memoryMb
  const urls = await Promise.all(Array.from({ length: streams }, (_, index) => server.publishUrl(`bench${index}`)))
  const load = await publishAll(file, urls, { core: options.loaderCore })
  try {
    // Memory counts with a full 30 s window where the bench is about it.
    await sleep((options.warmUpSeconds ?? warmUpSeconds) * 1000)
    const from = measureTree(server.pid)
    const started = performance.now()
    await sleep(windowSeconds * 1000)
    const elapsed = (performance.now() - started) / 1000
    const to = measureTree(server.pid)
    const cpu = to.cpuSeconds - from.cpuSeconds
    const result = {
      name,
      streams,
      mbpsPerStream: Number(mbps.toFixed(2)),
      cpuPercent: Number(((cpu / elapsed) * 100).toFixed(2)),
      cpuSecondsPerMinutePerMbps: Number(((cpu / elapsed) * 60) / (streams * mbps)).toFixed(4),
      memoryMb: Number(to.memoryMb.toFixed(0)),
      memoryMbPerStream: Number(((to.memoryMb - idleMb) / streams).toFixed(2)),
      publishersLost: load.state().lost,
    }
    print(
      `${name.padEnd(34)} ${String(result.cpuPercent).padStart(6)} % cpu   ${result.cpuSecondsPerMinutePerMbps} s/min/Mbps   ` +
        `${String(result.memoryMb).padStart(5)} MB (${result.memoryMbPerStream} MB per stream)` +
        `${result.publishersLost > 0 ? `   ${result.publishersLost} PUBLISHERS LOST` : ''}`,
    )
    if (options.after) Object.assign(result, await options.after(server, load))
    return result
  } finally {
    await load.stop()
    await server.stop()
  }
}

/** CPU that each RTMP player of one stream adds, ms per second. */
export async function perRtmpViewer(name, start, viewers, kbps) {
  const server = await start()
  if (!server) {
    print(`${name}: not installed, left out`)
    return undefined
  }
  const { file, mbps } = await clip(kbps)
  const load = await publishAll(file, [await server.publishUrl('bench0')])
  let players
  const cpuMsPerSecond = async () => {
    const from = measureTree(server.pid).cpuSeconds
    const started = performance.now()
    await sleep(windowSeconds * 1000)
    return ((measureTree(server.pid).cpuSeconds - from) * 1e6) / (performance.now() - started)
  }
  try {
    await sleep(5000)
    const alone = await cpuMsPerSecond()
    players = await playAll(server.playUrl('bench0'), viewers)
    await sleep(warmUpSeconds * 1000)
    const before = players.state().bytes
    const all = await cpuMsPerSecond()
    const { bytes, lost } = players.state()
    const receivedMbps = ((bytes - before) * 8) / windowSeconds / viewers / 1e6
    const result = { name, viewers, mbps, receivedMbps: Number(receivedMbps.toFixed(2)), msPerViewer: (all - alone) / viewers, lost }
    print(
      `${name.padEnd(34)} ${result.msPerViewer.toFixed(3)} ms/s per viewer   ${result.receivedMbps} of ${mbps.toFixed(2)} Mbps each` +
        `${lost > 0 ? `   ${lost} VIEWERS LOST` : ''}`,
    )
    return result
  } finally {
    await players?.stop()
    await load.stop()
    await server.stop()
  }
}

/** Percentiles of delays that were counted as `Delays` of ll-hls-viewers does: in 8 steps for each doubling, to the end of a step, ms. */
function delaysOf(counts = []) {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const percentile = (share) => {
    let [step, seen] = [0, counts[0] ?? 0]
    while (seen < total * share) seen += counts[++step]
    return Number((2 ** ((step + 1) / 8) - 1).toFixed(1))
  }
  return { count: total, p50: percentile(0.5), p99: percentile(0.99), p999: percentile(0.999) }
}

const inWords = ({ count, p50, p99, p999 }) => `p50 ${p50}, p99 ${p99}, p99.9 ${p999} ms (${count})`

/**
 * One stream to many HTTP viewers: what each costs the server beyond what the stream costs by itself. `watch(server)` is
 * the URL that viewers of `kind` start at.
 */
export async function perHttpViewer(name, start, kind, viewers, watch) {
  const server = await start()
  if (!server) {
    print(`${name}: not installed, left out`)
    return undefined
  }
  const { file, mbps } = await clip(1500)
  const load = await publishAll(file, [await server.publishUrl('bench0')])
  let audience
  const over = async (seconds) => {
    const from = { ...measureTree(server.pid), ...audience?.state(), atMs: performance.now() }
    await sleep(seconds * 1000)
    const to = { ...measureTree(server.pid), ...audience?.state() }
    const s = (performance.now() - from.atMs) / 1000
    const grown = (key) => ((to[key] ?? 0) - (from[key] ?? 0)) / s
    const counts = (key) => to[key]?.map((count, at) => count - (from[key]?.[at] ?? 0))
    return {
      cpuMs: grown('cpuSeconds') * 1000,
      memoryMb: to.memoryMb,
      answers: grown('answers'),
      mbps: (grown('bytes') * 8) / 1e6,
      grown,
      counts,
      dry: to.dry,
      s,
    }
  }
  try {
    // the first seconds compile, and playlists need their segments
    await sleep(10_000)
    // what a host still does once after its start is no viewer's gain: the window with the least of it counts
    let alone = await over(4)
    for (let window = 1; window < 3; window++) {
      const again = await over(4)
      if (again.cpuMs < alone.cpuMs) alone = again
    }
    audience = watchAll(watch(server), kind, viewers, { overMs: Math.max(2000, viewers * 3) })
    await sleep(Math.max(2000, viewers * 3) + 6000)
    const all = await over(windowSeconds)
    const count = (key) => Math.round(all.grown(key) * all.s)
    const result = {
      ...{ name, kind, viewers, mbpsPerStream: Number(mbps.toFixed(2)), windowSeconds: Number(all.s.toFixed(1)) },
      cpuPercent: Number((all.cpuMs / 10).toFixed(1)),
      aloneCpuPercent: Number((alone.cpuMs / 10).toFixed(1)),
      msPerViewer: Number(((all.cpuMs - alone.cpuMs) / viewers).toFixed(3)),
      // is valid on a busy machine too, where viewers get less than they ask for
      usPerRequest: Math.round(((all.cpuMs - alone.cpuMs) * 1000) / all.answers),
      kbPerViewer: Math.round(((all.memoryMb - alone.memoryMb) * 1024) / viewers),
      // the viewers share the processors
      audiencePercent: Number((all.grown('audienceCpuSeconds') * 100).toFixed(1)),
      requestsPerSecond: Math.round(all.answers),
      mbps: Math.round(all.mbps),
      ...{
        stalls: count('stalls'),
        late: count('late'),
        media: count('media'),
        refused: count('refused'),
        broken: count('broken'),
        dry: all.dry,
      },
      ...(kind === 'll-hls' && { reloadsMs: delaysOf(all.counts('reloadDelays')), partsMs: delaysOf(all.counts('partDelays')) }),
    }
    print(
      `${name.padEnd(36)} ${String(viewers).padStart(5)} viewers ${String(result.cpuPercent).padStart(6)} % cpu (${result.aloneCpuPercent} without them) ${result.msPerViewer.toFixed(3).padStart(7)} ms/s per viewer ` +
        `${String(result.usPerRequest).padStart(4)} us/request ${String(result.kbPerViewer).padStart(4)} KB each ${String(result.requestsPerSecond).padStart(6)} requests/s ${String(result.mbps).padStart(5)} Mbps   ` +
        `stalls ${result.stalls}, late ${result.late} of ${result.media}, rejected ${result.refused}, broken ${result.broken}, without media at the end ${result.dry}; the viewers themselves ${result.audiencePercent} % cpu`,
    )
    if (result.reloadsMs) {
      const { reloadsMs, partsMs } = result
      print(`  later than the first viewer: blocking reloads ${inWords(reloadsMs)}, parts ${inWords(partsMs)}`)
    }
    return result
  } finally {
    await audience?.stop()
    await load.stop()
    await server.stop()
  }
}
