/**
 * Many small streams for a long time, with publishers and viewers that come and go. Samples the host and its workers and says whether
 * what they hold stays flat.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { clip, publishAll } from './load.mjs'
import { startOurs } from './servers.mjs'
import { protocols, watch } from './soak-viewers.mjs'

const groups = 4
const sampleMs = 10_000
const endless = 2 ** 31 - 1

/** Processes below and with `root`: what each runs, its resident bytes, open handles and sockets. */
function processes(root) {
  const found = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')
      const file = words.find((word) => /dist\/host\/|mediasoup-worker$/.test(word)) ?? words[0] ?? ''
      found.set(Number(name), { parent, role: file.replace(/.*\//, '').replace(/\.js$/, '') })
    } catch {
      // Gone since it was listed.
    }
  }
  const inTree = (pid) => {
    for (let at = pid; at > 1; at = found.get(at)?.parent ?? 0) if (at === root) return true
    return false
  }
  const rows = []
  for (const [pid, { role }] of found) {
    if (!inTree(pid)) continue
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      let handles = 0
      let sockets = 0
      for (const each of readdirSync(`/proc/${pid}/fd`)) {
        handles++
        try {
          if (readlinkSync(`/proc/${pid}/fd/${each}`).startsWith('socket:')) sockets++
        } catch {
          // Closed since it was listed.
        }
      }
      rows.push({ pid, role, rssMb: Number(status.match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024, handles, sockets })
    } catch {
      // It ended meanwhile.
    }
  }
  return rows
}

async function metrics(http) {
  const text = await (await fetch(`${http}/metrics`)).text()
  const read = (name) => Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1] ?? Number.NaN)
  return {
    heapMb: read('nodejs_heap_size_used_bytes') / 1048576,
    externalMb: read('nodejs_external_memory_bytes') / 1048576,
    // The histogram's resolution is part of every sample.
    delayMs: Math.max(0, (read('nodejs_eventloop_lag_max_seconds') - read('nodejs_eventloop_lag_min_seconds')) * 1000),
  }
}

/** Least squares: units per hour of `value` over the samples' minutes. */
function slopePerHour(samples, value) {
  const points = samples.map((sample) => [sample.minute, value(sample)]).filter(([, y]) => Number.isFinite(y))
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  let above = 0
  let below = 0
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY)
    below += (x - meanX) ** 2
  }
  return { slope: below === 0 ? 0 : (above / below) * 60, mean: meanY }
}

async function api(http, method, path, body) {
  const reply = await fetch(`${http}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** `minutes` of `streams` streams. Prints a line each minute and the verdict; resolves with the samples. */
export async function soak(print, { minutes = 60, streams = 20, viewers = streams * 2, kbps = 350 } = {}) {
  const server = await startOurs({
    args: ['--window-ms', '15000', '--reconnect-window-ms', '4000', '--dvr-ms', '120000', '--srt-port', '0', '--webrtc-port', '0'],
  })
  const endAt = performance.now() + minutes * 60_000
  const stop = new AbortController()
  const running = []
  const troubles = new Map()
  const trouble = (what) => troubles.set(what, (troubles.get(what) ?? 0) + 1)
  const samples = []
  try {
    const { file } = await clip(kbps, '640x360')
    const urls = []
    for (let index = 0; index < streams; index++) urls.push(await server.publishUrl(`soak${index}`))
    const relay = (await server.publishUrl('relayed')).replace(/\/([^/]+)$/, ' $1').split(' ')
    await api(server.http, 'PUT', '/live/recording-retention', { maxAgeDays: null, maxTotalMegabytes: 150, minFreeMegabytes: 200 }).catch(
      (error) => trouble(error.message),
    )
    /** Publishers of every fourth stream; the first group stays, the others are killed now and then. */
    const publishing = async (group) => {
      const own = urls.filter((_, index) => index % groups === group)
      if (own.length === 0) return
      while (!stop.signal.aborted) {
        const load = await publishAll(file, own).catch((error) => trouble(`publish: ${error.message}`))
        if (load !== undefined) {
          await sleep(group === 0 ? endless : 40_000 + Math.random() * 80_000, undefined, { signal: stop.signal }).catch(() => undefined)
          await load.stop()
        }
        await sleep(1000 + Math.random() * 9000, undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
    const watching = async () => {
      while (!stop.signal.aborted) {
        const name = `soak${Math.floor(Math.random() * streams)}`
        const protocol = protocols[Math.floor(Math.random() * protocols.length)]
        const brief = AbortSignal.any([stop.signal, AbortSignal.timeout(Math.round(5000 + Math.random() * 40_000))])
        await watch(server, protocol, name, brief).catch((error) => trouble(`${protocol}: ${error.message}`.slice(0, 120)))
        await sleep(500 + Math.random() * 2500, undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
    for (let group = 0; group < groups; group++) running.push(publishing(group))
    await sleep(4000)
    const some = [...new Set([0, 1 % streams])]
    for (const index of some) {
      await api(server.http, 'PUT', `/live/streams/soak${index}/renditions`, { mode: 'preset', preset: 'talk' }).catch((error) =>
        trouble(error.message),
      )
      await api(server.http, 'PUT', `/live/streams/soak${index}/recording-rule`, {
        enabled: true,
        container: 'mp4',
        splitMinutes: 1,
        splitMegabytes: null,
        tracks: [],
        fileName: '{stream}-{date}-{time}-{number}',
      }).catch((error) => trouble(error.message))
    }
    await api(server.http, 'POST', `/live/streams/soak${2 % streams}/destinations`, {
      template: 'custom',
      label: 'ourselves',
      url: relay[0],
      key: relay[1],
    }).catch((error) => trouble(error.message))
    for (let index = 0; index < viewers; index++) running.push(watching())

    const startedAt = performance.now()
    print('minute   host MB   heap   external   handles   sockets   delay ms   workers')
    for (let count = 0; performance.now() < endAt; count++) {
      await sleep(sampleMs)
      const all = processes(server.pid)
      const host = all.find(({ pid }) => pid === server.pid)
      if (host === undefined) throw new Error('the host ended')
      const figures = await metrics(server.http).catch(() => ({ heapMb: Number.NaN, externalMb: Number.NaN, delayMs: Number.NaN }))
      const workers = {}
      for (const each of all) {
        if (each.pid === server.pid) continue
        workers[each.role] ??= { count: 0, rssMb: 0, handles: 0 }
        const role = workers[each.role]
        role.count++
        role.rssMb += each.rssMb
        role.handles += each.handles
      }
      const minute = (performance.now() - startedAt) / 60_000
      samples.push({ minute, rssMb: host.rssMb, handles: host.handles, sockets: host.sockets, ...figures, workers })
      if (count % 6 !== 5) continue
      const told = Object.entries(workers).map(
        ([role, { count: many, rssMb }]) => `${role} ${many > 1 ? `x${many} ` : ''}${rssMb.toFixed(0)}`,
      )
      const { heapMb, externalMb, delayMs } = figures
      print(
        `${minute.toFixed(0).padStart(6)} ${host.rssMb.toFixed(0).padStart(9)} ${heapMb.toFixed(0).padStart(6)} ${externalMb.toFixed(0).padStart(10)} ` +
          `${String(host.handles).padStart(9)} ${String(host.sockets).padStart(9)} ${delayMs.toFixed(0).padStart(10)}   ${told.join(', ')}`,
      )
    }
    return verdict(print, samples, minutes, troubles)
  } finally {
    stop.abort()
    await Promise.all(running)
    await server.stop()
  }
}

/** What must stay: after a warm-up, no more growth over the run than noise has. */
function verdict(print, samples, minutes, troubles) {
  const warmUp = Math.min(10, minutes / 3)
  const settled = samples.filter(({ minute }) => minute >= warmUp)
  const result = { minutes, samples: samples.length, slopes: {}, flat: true }
  const roles = [...new Set(settled.flatMap(({ workers }) => Object.keys(workers)))]
  const values = {
    'host resident MB': [(sample) => sample.rssMb, 0.08, 12],
    'host heap MB': [(sample) => sample.heapMb, 0.1, 6],
    'host external MB': [(sample) => sample.externalMb, 0.1, 8],
    'host handles': [(sample) => sample.handles, 0.1, 12],
    ...Object.fromEntries(
      roles.flatMap((role) => {
        const each = (sample) => (sample.workers[role] === undefined ? Number.NaN : sample.workers[role].rssMb / sample.workers[role].count)
        return settled.filter((sample) => Number.isFinite(each(sample))).length > 12 ? [[`${role} MB each`, [each, 0.15, 10]]] : []
      }),
    ),
  }
  const hours = (settled.at(-1).minute - settled[0].minute) / 60
  for (const [name, [value, share, least]] of Object.entries(values)) {
    const { slope, mean } = slopePerHour(settled, value)
    const flat = slope * hours <= Math.max(least, mean * share)
    if (!flat) result.flat = false
    result.slopes[name] = { mean: Number(mean.toFixed(1)), perHour: Number(slope.toFixed(1)) }
    print(
      `${name.padEnd(28)} mean ${mean.toFixed(1).padStart(7)}   ${slope >= 0 ? '+' : ''}${slope.toFixed(1)} an hour${flat ? '' : '   GROWS'}`,
    )
  }
  const delays = settled
    .map(({ delayMs }) => delayMs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  print(`event loop delay, worst of 10 s: median ${delays[delays.length >> 1]?.toFixed(0)} ms, worst ${delays.at(-1)?.toFixed(0)} ms`)
  for (const [what, count] of troubles) print(`  ${count} x ${what}`)
  print(result.flat ? 'flat after warm-up' : 'NOT FLAT')
  return result
}
