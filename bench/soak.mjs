/**
 * Many small streams for a long time, with streams, publishers and viewers that come and go. Samples the host and its workers, and
 * compares what they take in the last third with the first third, and after the end of all streams with an idle host.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { clip, publishAll } from './load.mjs'
import { startOurs } from './servers.mjs'
import { protocols, watch } from './soak-viewers.mjs'

const groups = 4
const sampleMs = 10_000
const endless = 2 ** 31 - 1
/** The last third may be larger than the first by this share. */
const maxGrowth = 0.1
/** Windows fill, and Node compiles what is hot: minutes that no third has. */
const warmUpMinutes = (minutes) => Math.min(5, minutes / 5)
/** Memory of ended streams is returned within this time: they stay playable for their rewind window and some seconds. */
const returnMs = 300_000
/** Resident memory after the end of all streams, as a multiple of the idle host's at the start. */
const maxReturned = 1.5

/** Processes below and with `root`: what each runs, its resident bytes, open file descriptors and how many of them are sockets. */
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
      let descriptors = 0
      let sockets = 0
      for (const each of readdirSync(`/proc/${pid}/fd`)) {
        descriptors++
        try {
          if (readlinkSync(`/proc/${pid}/fd/${each}`).startsWith('socket:')) sockets++
        } catch {
          // Closed since it was listed.
        }
      }
      const mb = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0) / 1024
      rows.push({ pid, role, rssMb: mb('VmRSS'), ownMb: mb('RssAnon'), descriptors, sockets })
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
    delayMs: read('nodejs_eventloop_lag_max_seconds') * 1000,
  }
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

const pause = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined)
const between = (from, to) => from + Math.random() * (to - from)

/**
 * `minutes` of `streams` streams. The first of four groups of them stays; in the others publishers are killed now and then, and
 * each of their rounds has a stream of its own that is deleted afterwards. Prints a line each minute and the verdict.
 */
export async function soak(print, { minutes = 60, streams = 20, viewers = streams * 2, kbps = 350 } = {}) {
  const server = await startOurs({
    args: [
      ...['--window-ms', '15000', '--reconnect-window-ms', '4000', '--dvr-ms', '120000', '--srt-port', '0', '--webrtc-port', '0'],
      ...['--delivery-processes', '1'],
    ],
  })
  const stop = new AbortController()
  const running = []
  const troubles = new Map()
  const trouble = (error) => {
    const what = error.message.slice(0, 120)
    troubles.set(what, (troubles.get(what) ?? 0) + 1)
  }
  const request = (...args) => api(server.http, ...args).catch(trouble)
  let guests = 0
  /** A stream that nobody had before: published for a while, ended, deleted with its key. */
  const guest = async () => {
    const name = `guest${++guests}`
    const made = await request('POST', '/live/keys', { stream: name })
    return (
      made && {
        url: server.playUrl(made.secret),
        async remove() {
          await request('POST', `/live/streams/${name}/end`)
          await request('DELETE', `/live/keys/${made.key.id}`)
          await request('DELETE', `/live/streams/${name}`)
        },
      }
    )
  }
  const publishing = async (file, urls, group) => {
    const own = urls.filter((_, index) => index % groups === group)
    while (own.length > 0 && !stop.signal.aborted) {
      const one = group === 0 ? undefined : await guest()
      const load = await publishAll(file, one === undefined ? own : [...own, one.url]).catch(trouble)
      if (load !== undefined) {
        await pause(group === 0 ? endless : between(40_000, 120_000), stop.signal)
        await load.stop()
      }
      if (!stop.signal.aborted) await one?.remove()
      await pause(between(1000, 10_000), stop.signal)
    }
  }
  const watching = async () => {
    while (!stop.signal.aborted) {
      const name = `soak${Math.floor(Math.random() * streams)}`
      const protocol = protocols[Math.floor(Math.random() * protocols.length)]
      const brief = AbortSignal.any([stop.signal, AbortSignal.timeout(Math.round(between(5000, 45_000)))])
      await watch(server, protocol, name, brief).catch((error) => trouble(new Error(`${protocol}: ${error.message}`)))
      await pause(between(500, 3000), stop.signal)
    }
  }
  try {
    await pause(5000, stop.signal)
    const idle = await sample(server)
    const { file } = await clip(kbps, '640x360')
    const urls = []
    for (let index = 0; index < streams; index++) urls.push(await server.publishUrl(`soak${index}`))
    await request('PUT', '/live/recording-retention', { maxAgeDays: null, maxTotalMegabytes: 150, minFreeMegabytes: 200 })
    for (let group = 0; group < groups; group++) running.push(publishing(file, urls, group))
    await pause(4000, stop.signal)
    await addWork(server, request, streams)
    for (let index = 0; index < viewers; index++) running.push(watching())
    const samples = await sampleUntil(print, server, performance.now() + minutes * 60_000)

    stop.abort()
    await Promise.all(running)
    const returned = await settle(server, idle)
    return verdict(print, { samples, minutes, troubles, idle, returned })
  } finally {
    stop.abort()
    await Promise.all(running)
    await server.stop()
  }
}

/** A ladder and a recording on two of the streams, and another that is sent to ourselves. */
async function addWork(server, request, streams) {
  for (const index of new Set([0, 1 % streams])) {
    await request('PUT', `/live/streams/soak${index}/renditions`, { mode: 'preset', preset: 'talk' })
    await request('PUT', `/live/streams/soak${index}/recording-rule`, {
      enabled: true,
      container: 'mp4',
      splitMinutes: 1,
      splitMegabytes: null,
      tracks: [],
      fileName: '{stream}-{date}-{time}-{number}',
    })
  }
  const [url, key] = (await server.publishUrl('relayed')).replace(/\/([^/]+)$/, ' $1').split(' ')
  await request('POST', `/live/streams/soak${2 % streams}/destinations`, { template: 'custom', label: 'ourselves', url, key })
}

/** What the host takes now, and its workers by role. */
async function sample(server) {
  const all = processes(server.pid)
  const host = all.find(({ pid }) => pid === server.pid)
  if (host === undefined) throw new Error('the host ended')
  const figures = await metrics(server.http).catch(() => ({ heapMb: Number.NaN, externalMb: Number.NaN, delayMs: Number.NaN }))
  const workers = {}
  for (const each of all) {
    if (each.pid === server.pid) continue
    workers[each.role] ??= { count: 0, rssMb: 0, descriptors: 0 }
    const role = workers[each.role]
    role.count++
    role.rssMb += each.rssMb
    role.descriptors += each.descriptors
  }
  return { rssMb: host.rssMb, ownMb: host.ownMb, descriptors: host.descriptors, sockets: host.sockets, ...figures, workers }
}

/** Samples each 10 s until a time, and prints a line each minute. */
async function sampleUntil(print, server, endAt) {
  const samples = []
  const startedAt = performance.now()
  print('minute   host MB   heap   external   descriptors   sockets   delay ms   workers: MB (descriptors)')
  while (performance.now() < endAt) {
    await sleep(sampleMs)
    const now = { minute: (performance.now() - startedAt) / 60_000, ...(await sample(server)) }
    samples.push(now)
    if (samples.length % 6 !== 0) continue
    const workers = Object.entries(now.workers).map(
      ([role, { count, rssMb, descriptors }]) => `${role} ${count > 1 ? `x${count} ` : ''}${rssMb.toFixed(0)} (${descriptors})`,
    )
    const cells = [now.minute, now.rssMb, now.heapMb, now.externalMb, now.descriptors, now.sockets, now.delayMs]
    const widths = [6, 10, 7, 11, 14, 10, 11]
    print(`${cells.map((cell, at) => cell.toFixed(0).padStart(widths[at])).join('')}   ${workers.join(', ')}`)
  }
  return samples
}

/** Waits until the host has returned the memory of its streams; resolves with what it has then, or after `returnMs`. */
async function settle(server, idle) {
  const endAt = performance.now() + returnMs
  for (;;) {
    const now = await sample(server)
    if (now.rssMb <= idle.rssMb * maxReturned || performance.now() >= endAt) return now
    await sleep(sampleMs)
  }
}

const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

/** Compares the thirds. What has few samples is printed without a verdict, such as workers that hardly ran. */
function verdict(print, { samples, minutes, troubles, idle, returned }) {
  const settled = samples.filter(({ minute }) => minute >= warmUpMinutes(minutes))
  const third = Math.floor(settled.length / 3)
  const roles = [...new Set(settled.flatMap(({ workers }) => Object.keys(workers)))]
  const ofRole = (role, key) => (each) =>
    each.workers[role] === undefined ? Number.NaN : each.workers[role][key] / each.workers[role].count
  /** By name: the figure of a sample, and growth that is noise whatever the share. */
  const values = {
    'host resident MB': [({ rssMb }) => rssMb, 0],
    'host heap MB': [({ heapMb }) => heapMb, 6],
    'host external MB': [({ externalMb }) => externalMb, 12],
    'host descriptors': [({ descriptors }) => descriptors, 12],
    'host sockets': [({ sockets }) => sockets, 12],
    ...Object.fromEntries(
      roles.flatMap((role) => [
        [`${role} MB each`, [ofRole(role, 'rssMb'), 10]],
        [`${role} descriptors each`, [ofRole(role, 'descriptors'), 6]],
      ]),
    ),
  }
  const result = { minutes, idle, returned, figures: {}, flat: true, samples }
  const judge = (good, line) => {
    if (!good) result.flat = false
    print(`${line}${good ? '' : '   TOO MUCH'}`)
  }
  for (const [name, [value, noise]] of Object.entries(values)) {
    const [first, last] = [settled.slice(0, third), settled.slice(-third)].map((some) => some.map(value).filter(Number.isFinite))
    if (first.length < third / 2 || last.length < third / 2) continue
    const [from, to] = [mean(first), mean(last)]
    result.figures[name] = { firstThird: Number(from.toFixed(1)), lastThird: Number(to.toFixed(1)) }
    const growth = `${to >= from ? '+' : ''}${((to / from - 1) * 100).toFixed(1)} %`
    const line = `${name.padEnd(34)} first third ${from.toFixed(1).padStart(7)}   last third ${to.toFixed(1).padStart(7)}   ${growth}`
    judge(to - from <= Math.max(noise, from * maxGrowth), line)
  }
  const parts = ({ rssMb, ownMb, heapMb, externalMb }) =>
    `${rssMb.toFixed(0)} (${ownMb.toFixed(0)} not of files; heap ${heapMb.toFixed(0)}, external ${externalMb.toFixed(0)})`
  judge(
    returned.rssMb <= idle.rssMb * maxReturned,
    `host resident MB: idle ${parts(idle)}, after the end of all streams ${parts(returned)}`,
  )
  const delays = settled
    .map(({ delayMs }) => delayMs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  print(`event loop delay, worst of 10 s: median ${delays[delays.length >> 1]?.toFixed(0)} ms, worst ${delays.at(-1)?.toFixed(0)} ms`)
  for (const [what, count] of troubles) print(`  ${count} x ${what}`)
  print(result.flat ? 'flat' : 'NOT FLAT')
  return result
}
