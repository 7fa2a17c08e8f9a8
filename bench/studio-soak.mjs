/**
 * The studio for a long time under edits that never end: `node bench/studio-soak.mjs --minutes 30 [--seed 1]`. Ends with 1 when memory
 * grows, the studio's process was lost, an edit met an internal error, or audio and video of the recording drift apart.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { flashTimes, readBeeps } from '../e2e/helpers/decode.ts'
import { measureProcess, measureTree } from './process-tree.mjs'
import { startOurs } from './servers.mjs'
import { collectionOf, editAtRandom, randomOf } from './studio-soak-edits.mjs'

const sampleMs = 10_000
const maxGrowth = 0.2
const maxDriftMs = 20
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } })
const minutes = Number(values.minutes)
const print = (line) => process.stdout.write(`${line}\n`)
const folder = mkdtempSync(join(tmpdir(), 'ami-studio-soak-'))

function ffmpeg(...args) {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-hide_banner', '-nostdin', '-y', ...args], { maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${String(stderr).slice(-600)}`)
  return { data: stdout, errors: String(stderr) }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

/** How far flashes come after beeps in a stretch of the recording, ms, median; and how many were compared. */
async function offset(file, fromSeconds, toSeconds) {
  const piece = join(folder, 'piece.mkv')
  ffmpeg(...['-v', 'error', '-ss', String(fromSeconds), '-to', String(toSeconds), '-i', file, '-c', 'copy', '-copyts', piece])
  const filter = 'crop=4:4:in_w*0.89-2:in_h*0.86-2,scale=1:1:flags=area,format=gray,showinfo'
  const { data, errors } = ffmpeg(...['-copyts', '-i', piece, '-an', '-vf', filter, '-vsync', '0', '-f', 'rawvideo', '-'])
  const times = [...errors.matchAll(/pts_time:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]))
  const flashes = flashTimes([...data].map((luma, index) => ({ flash: luma > 126, time: times[index] })))
  const beeps = await readBeeps(piece)
  const apart = flashes
    .map((flash) =>
      beeps.map((beep) => (flash - beep) * 1000).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), Number.POSITIVE_INFINITY),
    )
    .filter((each) => Math.abs(each) < 250)
  return { ms: median(apart), count: apart.length }
}

const server = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
let failed = false
const verdict = (good, line) => {
  if (!good) failed = true
  print(`${good ? 'good' : 'BAD '}  ${line}`)
}

async function api(method, path, body) {
  const reply = await fetch(`${server.http}/api/v1/studio${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
}
async function done(method, path, body) {
  const answer = await api(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
async function until(holds, what) {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(100)) if (Date.now() > end) throw new Error(what)
}
const outputs = async () => (await done('GET', '')).outputs

/** Edits until it is stopped; counts what was done and rejected. */
async function edit(random, stop, counts) {
  while (!stop.aborted) {
    const { what, status, problem } = await editAtRandom(api, random)
    const key = status < 400 ? what : `${what}: ${status} ${problem}`.slice(0, 140)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (status >= 500) failed = true
    await sleep(40 + random() * 400)
  }
}

/** A line each ten seconds. */
async function watch(samples) {
  const startedAt = performance.now()
  print('minute  studio MB  cpu    sources MB  cpu  count   host MB  cpu     frames  dropped  late  skipped')
  let before
  while (performance.now() - startedAt < minutes * 60_000 - 1000) {
    await sleep(Math.min(sampleMs, startedAt + minutes * 60_000 - performance.now()))
    const statistics = await done('GET', '/statistics')
    const at = performance.now()
    const host = measureProcess(server.pid)
    const studio = statistics.pid === null ? { cpuSeconds: 0, memoryMb: 0 } : measureProcess(statistics.pid)
    const tree = statistics.pid === null ? { cpuSeconds: 0, memoryMb: 0, processes: 1 } : measureTree(statistics.pid)
    const sources = {
      cpuSeconds: tree.cpuSeconds - studio.cpuSeconds,
      memoryMb: tree.memoryMb - studio.memoryMb,
      processes: tree.processes - 1,
    }
    const sample = { minute: (at - startedAt) / 60_000, at, host, studio, sources, statistics }
    const cpu = (role) => {
      if (before === undefined) return '-'.padStart(5)
      // Sources that ended took their time along.
      const share = Math.max(0, (sample[role].cpuSeconds - before[role].cpuSeconds) / ((at - before.at) / 1000))
      return `${(share * 100).toFixed(0)} %`.padStart(5)
    }
    const skipped = statistics.encodings.reduce((sum, each) => sum + each.skipped, 0)
    print(
      `${sample.minute.toFixed(1).padStart(6)} ${studio.memoryMb.toFixed(0).padStart(10)} ${cpu('studio')} ${sources.memoryMb.toFixed(0).padStart(12)} ${cpu('sources')} ` +
        `${String(sources.processes).padStart(5)} ${host.memoryMb.toFixed(0).padStart(9)} ${cpu('host')} ${String(statistics.frames).padStart(10)} ` +
        `${String(statistics.dropped).padStart(8)} ${String(statistics.late).padStart(5)} ${String(skipped).padStart(8)}`,
    )
    samples.push(sample)
    before = sample
  }
}

/** Growth of a role's memory from the end of the first third on. */
function judgeMemory(samples, name, memoryMb) {
  const part = (from, to) => samples.filter(({ minute }) => minute >= minutes * from && minute <= minutes * to + 0.1).map(memoryMb)
  const [early, late] = [median(part(1 / 3, 1 / 2)), median(part(5 / 6, 1))]
  const growth = late / early - 1
  verdict(
    growth <= maxGrowth,
    `${name}: ${early.toFixed(0)} MB after the first third, ${late.toFixed(0)} MB at the end (${(growth * 100).toFixed(0)} %)`,
  )
}

async function judgeDrift(file) {
  const seconds = Number(
    spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file], { encoding: 'utf8' }).stdout,
  )
  const span = Math.min(60, seconds / 3)
  const first = await offset(file, 0, span)
  const last = await offset(file, seconds - span, seconds)
  const drift = Math.abs(last.ms - first.ms)
  verdict(
    drift <= maxDriftMs,
    `drift ${drift.toFixed(1)} ms in ${(seconds / 60).toFixed(1)} minutes: flash after beep ${first.ms.toFixed(1)} ms at first (${first.count} compared), ${last.ms.toFixed(1)} at last (${last.count})`,
  )
}

const stop = new AbortController()
try {
  const film = join(folder, 'film.mp4')
  const still = join(folder, 'still.png')
  ffmpeg(
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=30', '-f', 'lavfi', '-i', 'sine=330', '-t', '7'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', film],
  )
  ffmpeg(...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=200x200', '-frames:v', '1', still])
  const file = join(folder, 'soak.json')
  writeFileSync(file, JSON.stringify(collectionOf({ film, still, folder })))
  await done('POST', '/open', { file })
  await until(async () => (await done('GET', '')).state === 'running', 'the studio does not run')
  for (const { id } of await outputs()) await done('POST', `/outputs/${id}/start`, {})
  await until(async () => (await outputs()).every(({ state }) => state === 'live'), 'the outputs do not start')
  const { pid, restarts } = await done('GET', '/statistics')
  print(`seed ${values.seed}, ${minutes} minutes, studio ${pid}, host ${server.pid}`)
  const samples = []
  const counts = new Map()
  const editing = edit(randomOf(Number(values.seed)), stop.signal, counts)
  await Promise.race([watch(samples), editing])
  stop.abort()
  await editing
  const states = (await outputs()).map(({ id, state }) => `${id} ${state}`)
  const end = await done('GET', '/statistics')
  await done('POST', '/outputs/file/stop', {})
  await until(async () => (await outputs()).find(({ id }) => id === 'file').state === 'off', 'the recording does not end')
  const files = (await done('GET', '/files')).items.map(({ path }) => path)
  for (const [what, count] of [...counts].sort((a, b) => b[1] - a[1])) print(`      ${count} x ${what}`)
  verdict(end.pid === pid && end.restarts === restarts, `the studio's process was lost ${end.restarts - restarts} times`)
  verdict(
    states.every((each) => each.endsWith(' live')),
    `outputs at the end: ${states.join(', ')}`,
  )
  verdict(![...counts.keys()].some((key) => /: 5\d\d /.test(key)), 'no edit met an internal error')
  judgeMemory(samples, 'studio', ({ studio }) => studio.memoryMb)
  judgeMemory(samples, 'host', ({ host }) => host.memoryMb)
  judgeMemory(samples, 'sources, each', ({ sources }) => sources.memoryMb / Math.max(1, sources.processes))
  verdict(files.length === 1, `files of the recording: ${files.length}`)
  if (files.length === 1) await judgeDrift(files[0])
} finally {
  stop.abort()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0
