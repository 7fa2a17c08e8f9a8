/**
 * The running studio beside ffmpeg's filters and OBS Studio on the same scene in one run:
 *
 *   node bench/studio.mjs [--seconds 15] [--busy 14] [ours] [ffmpeg] [obs] [load]
 *
 * The scene at 1080p60: a moving 1080p screen (Xvfb), a looping 720p video at 640x360, a PNG with alpha, a text; x264 ultrafast,
 * 6 Mbps. Ours also: a program of five layers at 720p30, how long a scene cut takes, and how old a captured frame is when its packet
 * leaves the host (over HTTP-FLV on loopback). `load`: what is left of audio and video beside processes that never rest.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readFrames } from '../e2e/helpers/decode.ts'
import { XClient } from '../e2e/helpers/x-client.ts'
import { showFilm } from '../e2e/helpers/x-film.ts'
import { startXvfb } from '../e2e/helpers/xvfb.ts'
import { measureTree } from './process-tree.mjs'
import { root, startOurs } from './servers.mjs'
import { measureUnderLoad } from './studio-load.mjs'
import { measureObs } from './studio-obs.mjs'

const { values, positionals } = parseArgs({ options: { seconds: { type: 'string' }, busy: { type: 'string' } }, allowPositionals: true })
const seconds = Number(values.seconds ?? 15)
const busy = Number(values.busy ?? 14)
const wants = (name) => positionals.length === 0 || positionals.includes(name)
const folder = join(root, 'artifacts/bench')
const print = (line) => process.stdout.write(`${line}\n`)
const fixed = (value, digits = 2) => Number(value.toFixed(digits))
const percentile = (sorted, share) => fixed(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN, 1)

function run(args) {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function makeFiles() {
  mkdirSync(folder, { recursive: true })
  const video = join(folder, 'studio-720p.mp4')
  const logo = join(folder, 'studio-logo.png')
  if (!existsSync(video))
    run(['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30', '-t', '10', '-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '3M', video])
  const ring = "format=rgba,geq=r='255':g='X/2':b='Y':a='255*between(hypot(X-200,Y-150),60,140)'"
  if (!existsSync(logo)) run(['-f', 'lavfi', '-i', `color=black:size=400x300,${ring}`, '-frames:v', '1', logo])
  return { video, logo }
}

/** CPU and memory of a process tree over the window; pages that processes share count once. */
async function watched(pid) {
  const from = measureTree(pid)
  const started = performance.now()
  await sleep(seconds * 1000)
  const to = measureTree(pid)
  return {
    cores: fixed(((to.cpuSeconds - from.cpuSeconds) * 1000) / (performance.now() - started)),
    memoryMb: Math.round(to.proportionalMb),
  }
}

const encoding = (bitrateKbps) => ({ encoder: 'libx264', preset: 'ultrafast', rateControl: 'cbr', bitrateKbps, keyframeMs: 2000 })

function fourSources({ video, logo }) {
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Bench',
    frameRate: { numerator: 60, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', width: 1920, height: 1080 }],
    sources: [
      { id: 'screen', name: 'Screen', kind: 'display' },
      { id: 'video', name: 'Video', kind: 'media', settings: { file: video, loop: true } },
      { id: 'logo', name: 'Logo', kind: 'image', settings: { file: logo } },
      { id: 'text', name: 'Text', kind: 'text', settings: { text: 'Now live from the studio', fontSize: 36 } },
    ],
    scenes: [
      {
        id: 'all',
        name: 'All',
        items: [
          { source: 'screen' },
          { source: 'video', position: { x: 1240, y: 140 }, scale: { x: 0.5, y: 0.5 } },
          { source: 'logo', position: { x: 60, y: 600 } },
          { source: 'text', position: { x: 60, y: 960 } },
        ],
      },
      { id: 'screen', name: 'Screen', items: [{ source: 'screen' }] },
    ],
    outputs: [{ id: 'out', name: 'Out', kind: 'host', settings: { stream: 'bench' }, video: encoding(6000) }],
  }
}

function fiveLayers(files) {
  const four = fourSources(files)
  const half = (item) => ({ ...item, ...(item.position ? { position: { x: item.position.x / 1.5, y: item.position.y / 1.5 } } : {}) })
  return {
    ...four,
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', width: 1280, height: 720 }],
    sources: [...four.sources, { id: 'clock', name: 'Clock', kind: 'clock' }],
    scenes: [
      {
        id: 'all',
        name: 'All',
        items: [
          { source: 'screen', bounds: { fit: 'contain', width: 1280, height: 720 } },
          ...four.scenes[0].items.slice(1).map(half),
          { source: 'clock', position: { x: 40, y: 100 } },
        ],
      },
    ],
    outputs: [{ ...four.outputs[0], video: encoding(2500) }],
  }
}

async function startStudio(collection, env) {
  const before = { ...process.env }
  Object.assign(process.env, env)
  const host = await startOurs()
  for (const name of Object.keys(env)) process.env[name] = before[name]
  const api = async (method, path, body) => {
    const reply = await fetch(`${host.http}/api/v1${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })
    const answer = await reply.json()
    if (!reply.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  const file = join(folder, 'studio-bench.json')
  writeFileSync(file, JSON.stringify(collection))
  await api('POST', '/studio/open', { file })
  // Encoders are measured when the first show of a machine starts: not while it is looked at.
  await sleep(12_000)
  await api('POST', '/studio/outputs/out/start', {})
  await sleep(3000)
  return { host, api }
}

/** Age of captured frames when their packets arrive, ms. */
async function captureAge(url) {
  const reply = await fetch(url)
  const chunks = []
  const arrivals = new Map()
  const ended = Date.now() + 6000
  let kept = Buffer.alloc(0)
  let at = 13
  for await (const bytes of reply.body) {
    chunks.push(Buffer.from(bytes))
    kept = Buffer.concat([kept, bytes])
    const now = Date.now()
    for (; kept.length - at >= 11; ) {
      const size = kept.readUIntBE(at + 1, 3)
      if (kept.length - at < 15 + size) break
      if (kept[at] === 9) arrivals.set(kept.readUIntBE(at + 4, 3) | (kept[at + 7] << 24), now)
      at += 15 + size
    }
    if (now > ended) break
  }
  const file = join(folder, 'studio-latency.flv')
  writeFileSync(file, Buffer.concat(chunks))
  const ages = []
  // The first second is what the host kept for players that come.
  for (const { time, code } of (await readFrames(file)).slice(180)) {
    const arrived = arrivals.get(Math.round(time * 1000))
    if (code !== undefined && arrived !== undefined) ages.push(arrived - code.wallMs)
  }
  return ages.sort((a, b) => a - b)
}

async function ours(env, files) {
  const { host, api } = await startStudio(fourSources(files), env)
  try {
    const first = await api('GET', '/studio/statistics')
    const tree = await watched(host.pid)
    const last = await api('GET', '/studio/statistics')
    const [before, after] = [first.encodings[0], last.encodings[0]]
    const studioMb = Math.round(last.memoryBytes / 1048576)
    print(
      `ours    ${fixed((after.frames - before.frames) / seconds)} fps, ${after.skipped - before.skipped} skipped, ${last.dropped - first.dropped} dropped; ` +
        `${tree.cores} cores and ${tree.memoryMb} MB in all, the studio's process ${fixed(last.cpu)} cores and ${studioMb} MB; ` +
        `composing ${fixed(last.renderMs)} ms a frame, frame to packet ${fixed(after.lagMs, 1)} ms`,
    )
    await api('POST', '/studio/program', { scene: 'screen', transition: 'cut' })
    const ages = await captureAge(`${host.http}/live/bench.flv`)
    print(
      `ours    screen to packet at the player's socket: p50 ${percentile(ages, 0.5)} ms, p95 ${percentile(ages, 0.95)} ms (${ages.length} frames)`,
    )
    const cuts = []
    const requests = []
    for (let number = 0; number < 200; number++) {
      const asked = performance.now()
      const { tookMs } = await api('POST', '/studio/program', { scene: number % 2 ? 'screen' : 'all', transition: 'cut' })
      requests.push(performance.now() - asked)
      cuts.push(tookMs)
      await sleep(20 + ((number * 7) % 17))
    }
    cuts.sort((a, b) => a - b)
    requests.sort((a, b) => a - b)
    print(
      `ours    scene cut, request to first frame: p50 ${percentile(cuts, 0.5)} ms, p95 ${percentile(cuts, 0.95)} ms; to the answer p50 ${percentile(requests, 0.5)} ms, p95 ${percentile(requests, 0.95)} ms (a frame is 16.7 ms)`,
    )
  } finally {
    await host.stop()
  }
  const small = await startStudio(fiveLayers(files), env)
  try {
    const tree = await watched(small.host.pid)
    const { encodings, renderMs } = await small.api('GET', '/studio/statistics')
    print(
      `ours    five layers at 720p30: ${tree.cores} cores and ${tree.memoryMb} MB in all with x264, composing ${fixed(renderMs)} ms a frame, ${encodings[0].skipped} skipped`,
    )
  } finally {
    await small.host.stop()
  }
}

async function ffmpegFilters(env, { video, logo }) {
  const graph =
    '[1:v]scale=640:360[v];[0:v][v]overlay=1240:140[a];[a][2:v]overlay=60:600[b];' +
    "[b]drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:text='Now live from the studio':fontsize=36:fontcolor=white:x=60:y=960,format=yuv420p"
  const args = [
    ...['-f', 'x11grab', '-framerate', '60', '-video_size', '1920x1080', '-i', env.DISPLAY],
    ...['-stream_loop', '-1', '-re', '-i', video, '-loop', '1', '-framerate', '1', '-i', logo],
    ...[
      '-filter_complex',
      graph,
      '-r',
      '60',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-b:v',
      '6M',
      '-f',
      'null',
      '-',
    ],
  ]
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2000)
  })
  await sleep(4000)
  const frame = () => Number(said.match(/frame=\s*(\d+)(?!.*frame=)/s)?.[1])
  const from = frame()
  const tree = await watched(child.pid)
  print(`ffmpeg  ${fixed((frame() - from) / seconds)} fps; ${tree.cores} cores and ${tree.memoryMb} MB`)
  child.kill('SIGKILL')
}

async function onScreen(work) {
  const xvfb = await startXvfb({ width: 1920, height: 1080 })
  const client = await XClient.connect(xvfb)
  const window = client.createWindow({ width: 1920, height: 1080, background: 0x305070 })
  client.map(window)
  await client.sync()
  const film = showFilm(client, window, { width: 1920, height: 1080, rate: 60 })
  // Something large that moves, besides.
  let turn = 0
  const moving = setInterval(() => {
    const x = (turn++ * 12) % 1500
    client.fill(window, Math.max(0, x - 12), 400, 12, 400, 0x305070)
    client.fill(window, x, 400, 400, 400, 0xe0a020 + (turn % 64))
  }, 1000 / 60)
  try {
    await work(xvfb.env, makeFiles())
  } finally {
    clearInterval(moving)
    film.stop()
    await xvfb.stop()
  }
}

const names = ['ours', 'ffmpeg', 'obs', 'load']
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) throw new Error(`There is no measurement "${unknown}": name some of ${names.join(', ')}, or none for all`)
if (['ours', 'ffmpeg', 'obs'].some(wants)) {
  await onScreen(async (env, files) => {
    if (wants('ours')) await ours(env, files)
    if (wants('ffmpeg')) await ffmpegFilters(env, files)
    if (wants('obs')) print(await measureObs({ env, files, seconds, watched }))
  })
}
if (wants('load')) {
  mkdirSync(folder, { recursive: true })
  await measureUnderLoad({ folder, seconds, busy, print, startStudio: (collection) => startStudio(collection, {}) })
}
// Connections to the display may be left.
process.exit()
