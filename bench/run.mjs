/** `npm run bench [-- NAME ...]`: see bench/README.md. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { perHttpViewer, perRtmpViewer, print, underLoad, windowSeconds } from './server-load.mjs'
import { root, startNginx, startNodeMediaServer, startOurs } from './servers.mjs'

const ratio = (one, other) => (one && other ? Number(one.cpuSecondsPerMinutePerMbps / other.cpuSecondsPerMinutePerMbps) : undefined)

function printRatio(label, value, aim) {
  if (value === undefined) return
  const verdict = aim === Number.POSITIVE_INFINITY ? '' : ` (aim: at most ${aim})${value <= aim ? '' : '   MISSED'}`
  print(`${label}: ${value.toFixed(2)}${verdict}`)
}

/**
 * Requests a second of one viewer of video and audio: parts of 0.3 s and a playlist for each; segments of 2 s and a playlist or manifest
 * for each.
 */
const requestsOf = { 'll-hls': 2 * 2 * (1000 / 300), 'dash': 2, 'hls': 2 }

const benches = {
  /** One stream to many viewers over HTTP, with one process and with two. */
  async viewers() {
    const sizes = (process.env.BENCH_VIEWERS ?? '250,500,1000,2000').split(',').map(Number)
    const max = sizes.at(-1) ?? 500
    const stream = (server) => `${server.http}/live/bench0/`
    // Two connections each, and as many again that come back.
    const connections = ['--max-connections', String(Math.max(4096, max * 4))]
    const ours = (processes, ...args) => startOurs({ args: ['--delivery-processes', String(processes), ...connections, ...args] })
    const results = []
    const run = async (...args) => {
      const result = await perHttpViewer(...args)
      if (result) results.push(result)
      return result
    }
    for (const processes of ['off', 1]) {
      const name = processes === 'off' ? 'ours, one process' : 'ours, host and one delivery process'
      for (const size of sizes) await run(`${name}, LL-HLS`, () => ours(processes), 'll-hls', size, stream)
    }
    await run('ours, DASH', () => ours('off'), 'dash', Math.min(500, max), stream)
    await run('ours, HLS', () => ours('off'), 'hls', Math.min(500, max), stream)
    const nginx = await run(
      'nginx, HLS (MPEG-TS files)',
      () => startNginx({ output: 'hls' }),
      'files',
      Math.min(500, max),
      (server) => server.filesUrl('bench0'),
    )
    const muxed = await run('ours, HLS (MPEG-TS)', () => ours('off', '--container', 'mpegts'), 'hls', Math.min(500, max), stream)
    if (nginx && muxed) print(`ours / nginx, HLS of MPEG-TS, per viewer: ${(muxed.msPerViewer / nginx.msPerViewer).toFixed(2)}`)
    for (const [kind, requests] of Object.entries(requestsOf)) {
      const one = results.findLast((each) => each.kind === kind && each.name.startsWith('ours') && !each.name.includes('TS'))
      if (one === undefined) continue
      const cores = (one.usPerRequest * requests * 10_000) / 1e6
      print(
        `10,000 viewers of ${kind}: ${cores.toFixed(1)} cores (${requests.toFixed(1)} requests/s each at ${one.usPerRequest} us), ${(one.mbpsPerStream * 10).toFixed(0)} Gbps`,
      )
    }
    return results
  },

  /** One stream to many RTMP players. */
  async 'rtmp-viewers'() {
    const viewers = Number(process.env.BENCH_VIEWERS ?? 50)
    const nginx = await perRtmpViewer('nginx-rtmp, RTMP viewers', () => startNginx({ output: 'none' }), viewers, 1000)
    const ours = await perRtmpViewer('ours, RTMP viewers', () => startOurs({ args: ['--packaging', 'off'] }), viewers, 1000)
    printRatio('ours / nginx-rtmp, per viewer', nginx && ours ? ours.msPerViewer / nginx.msPerViewer : undefined, 0.4)
    return { ours, nginx }
  },

  /** Ingest alone: `--packaging off` where our host knows it. */
  async ingest() {
    const ours = await underLoad('ours, ingest alone', () => startOurs({ args: ['--packaging', 'off'] }), 20, 1000).catch((error) => {
      print(`ours, ingest alone: left out (${error.message})`)
      return undefined
    })
    const nginx = await underLoad('nginx-rtmp, ingest alone', () => startNginx({ output: 'none' }), 20, 1000)
    const nms = await underLoad('node-media-server, ingest alone', startNodeMediaServer, 20, 1000)
    printRatio('ours / nginx-rtmp', ratio(ours, nginx), 1.9)
    printRatio('node-media-server / nginx-rtmp', ratio(nms, nginx), Number.POSITIVE_INFINITY)
    return { ours, nginx, nms }
  },

  async packaging() {
    const ours = await underLoad('ours, LL-HLS + HLS + DASH', () => startOurs(), 20, 1000, { warmUpSeconds: 32 })
    const nginx = await underLoad('nginx-rtmp, HLS + DASH', () => startNginx({ output: 'hls+dash' }), 20, 1000)
    printRatio('ours / nginx-rtmp', ratio(ours, nginx), 1.3)
    print(`memory per stream with a full window: ${ours.memoryMbPerStream} MB (aim: at most 6)`)
    return { ours, nginx }
  },

  /** From starting the process to the line that it listens. */
  async start() {
    const times = []
    for (let run = 0; run < 5; run++) {
      const server = await startOurs()
      times.push(server.startMs)
      await server.stop()
    }
    times.sort((a, b) => a - b)
    print(`start to listening: median ${times[2].toFixed(0)} ms, worst ${times[4].toFixed(0)} ms (aim: under 1000)`)
    return { medianMs: Math.round(times[2]), worstMs: Math.round(times[4]) }
  },

  /** 200 publishers of 5 Mbps with our host on one processor, the publishers on another. */
  async hold() {
    const after = async (server, load) => {
      const from = await streamStates(server)
      const queues = []
      let loaderLateMs = 0
      for (let second = 0; second < 6; second++) {
        queues.push(load.state().queuedBytes)
        loaderLateMs = Math.max(loaderLateMs, load.state().latestMs)
        await sleep(1000)
      }
      const to = await streamStates(server)
      const late = to.reduce((sum, stream, index) => sum + ((stream.health?.lateFrames ?? 0) - (from[index]?.health?.lateFrames ?? 0)), 0)
      const active = to.filter((stream) => stream.state === 'active' && !stream.reconnecting).length
      const kilobytes = queues.map((bytes) => Math.round(bytes / 1024))
      print(`  active: ${active} of 200, frames late in 6 s: ${late}, KB waiting at the publishers each second: ${kilobytes.join(' ')}`)
      print(`  the publishers' own timers were up to ${loaderLateMs} ms late; over 200 ms makes late frames by itself`)
      return { active, late, publisherQueuesKb: kilobytes, loaderLateMs }
    }
    const run = (name, args) => underLoad(name, () => startOurs({ core: 0, args }), 200, 5000, { loaderCore: 1, warmUpSeconds: 10, after })
    return {
      packaging: await run('ours, 200 x 5 Mbps, LL-HLS + HLS + DASH', ['--window-ms', '6000']),
      ingest: await run('ours, 200 x 5 Mbps, ingest alone', ['--packaging', 'off']),
    }
  },

  /** Many streams for long, with churn: `npm run bench -- soak --minutes 60 --streams 20`. Only when it is named. */
  async soak() {
    const { soak } = await import('./soak.mjs')
    const result = await soak(print, options)
    if (!result.flat) process.exitCode = 1
    return result
  },

  /** The four players with a ladder, a reconnect and a rewind: `npm run bench -- players --minutes 10`. Only when it is named. */
  async players() {
    const { playersRun } = await import('./players.mjs')
    const result = await playersRun(print, options)
    if (!result.clean) process.exitCode = 1
    return result
  },

  /** WHIP and RTMP to WHEP, both engines: delay, and CPU per Mbps of 40 viewers. */
  async webrtc() {
    const { measureWebrtc } = await import('./webrtc.mjs')
    return measureWebrtc(print, { viewers: Number(process.env.BENCH_VIEWERS ?? 40), windowSeconds: Math.min(windowSeconds, 10) })
  },

  /** The studio's mixer: its cost beside ffmpeg's filters, and an hour of drifting clocks. `--minutes` for less. */
  async mixer() {
    const { measureMixer } = await import('./mixer.mjs')
    return measureMixer(print, options)
  },

  /** The studio's compositor beside ffmpeg's filters: CPU of a scene of four sources. */
  async compositor() {
    const { measureCompositor } = await import('./compositor.mjs')
    return measureCompositor(print)
  },

  /** What pages that look at the studio cost the host, and how far behind it they are. */
  async 'studio-page'() {
    const { measureStudioPage } = await import('./studio-page.mjs')
    return measureStudioPage(print, Math.min(windowSeconds, 10))
  },

  /** How smooth dragging is among 200 sources, in the page and in OBS. */
  async 'studio-drag'() {
    const { measureStudioDrag } = await import('./studio-drag.mjs')
    return measureStudioDrag(print, Math.min(windowSeconds, 10))
  },

  /** What OBS shows of its collections against what we make of them. */
  async 'obs-import'() {
    const { compareObsImport } = await import('./obs-import.mjs')
    return compareObsImport(print)
  },

  /** What the control of an OBS costs: a change of scene through us, and a mirror of an OBS that rests. */
  async 'obs-control'() {
    const { measureObsControl } = await import('./obs-control.mjs')
    return measureObsControl(print, Math.max(windowSeconds, 30))
  },

  /** What our source in an OBS costs it. */
  async 'obs-plugin'() {
    const { measureObsPlugin } = await import('./obs-plugin.mjs')
    return measureObsPlugin(print, Math.max(windowSeconds, 20))
  },

  /** The remote desktop in Chromium beside noVNC, and what a display costs. */
  async desktop() {
    const { measureDesktop } = await import('./desktop.mjs')
    return measureDesktop(print, { seconds: Math.min(windowSeconds, 10) })
  },

  /** The same presses over a line with delay and loss. */
  async 'desktop-link'() {
    const { measureDesktopLink } = await import('./desktop-link.mjs')
    return measureDesktopLink(print)
  },

  /** How many desktops these processors carry, with people who type at each. */
  async 'desktop-sessions'() {
    const { measureDesktopSessions } = await import('./desktop-sessions.mjs')
    return measureDesktopSessions(print, { seconds: windowSeconds })
  },

  /** This checkout beside another one, in turns: `npm run bench -- compare --other FOLDER --rounds 5`. Only when it is named. */
  async compare() {
    const { compareCheckouts } = await import('./compare.mjs')
    const result = await compareCheckouts(options)
    if (result.worse.length > 0) process.exitCode = 1
    return result
  },

  /** A node's cache beside a bare one of the same nginx. */
  async edge() {
    const { measureEdge } = await import('./edge.mjs')
    return measureEdge(print)
  },

  /** Many objects, nodes and connections. */
  async 'edge-scale'() {
    const { measureEdgeScale } = await import('./edge-scale.mjs')
    return measureEdgeScale(print)
  },

  /** The same blocking reloads at the origin and at a node. */
  async 'edge-live'() {
    const { measureEdgeLive } = await import('./edge-live.mjs')
    return measureEdgeLive()
  },

  /** Live parts from memory beside a small file from the cache of a bare nginx. */
  async 'live-parts'() {
    const { measureLiveParts } = await import('./live-parts.mjs')
    return measureLiveParts(print)
  },

  /** Setting nodes up, losing one, and what they cost their controller. */
  async network() {
    const { measureNetwork } = await import('./network.mjs')
    return measureNetwork(print)
  },

  /** LL-HLS in Chromium against the clock in the frame. */
  async latency() {
    const { measureLatency } = await import('./latency.mjs')
    return measureLatency(print)
  },
}

const onlyWhenNamed = ['soak', 'players', 'compare']

async function streamStates(server) {
  const items = []
  let cursor = ''
  do {
    const page = await (await fetch(`${server.http}/api/v1/live/streams?limit=200${cursor}`)).json()
    items.push(...page.items)
    cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : ''
  } while (cursor)
  return items.sort((a, b) => a.name.localeCompare(b.name))
}

/** Names of benches, and what some of them take. */
function readArguments() {
  const { values, positionals } = parseArgs({
    options: Object.fromEntries(['minutes', 'streams', 'viewers', 'rounds', 'other', 'only'].map((name) => [name, { type: 'string' }])),
    allowPositionals: true,
  })
  const { other, only, ...numbers } = values
  return {
    values: { other, only, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)])) },
    positionals,
  }
}

if (!existsSync(join(root, 'dist/host/main.js'))) {
  process.stderr.write('Build first: npm run build\n')
  process.exit(1)
}
const { values: options, positionals: wanted } = readArguments()
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. There are ${Object.keys(benches).join(', ')}.\n`)
  process.exit(2)
}
print(`${availableParallelism()} x ${cpus()[0]?.model}, Node ${process.versions.node}, windows of ${windowSeconds} s`)
const report = { machine: cpus()[0]?.model, processors: availableParallelism(), node: process.versions.node, windowSeconds, results: {} }
for (const name of wanted.length > 0 ? wanted : Object.keys(benches).filter((each) => !onlyWhenNamed.includes(each))) {
  print(`\n# ${name}`)
  try {
    report.results[name] = await benches[name]()
  } catch (error) {
    print(`${name} failed: ${error.message}`)
    process.exitCode = 1
  }
}
mkdirSync(join(root, 'artifacts/bench'), { recursive: true })
writeFileSync(join(root, 'artifacts/bench/report.json'), JSON.stringify(report, null, 2))
