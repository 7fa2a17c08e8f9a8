/**
 * The four players as their makers ship them, in one Chromium, on one stream: a ladder is switched on and off while they play, the
 * publisher breaks off and comes back, and half of them rewind. Each error event counts.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { executablePath } from './latency.mjs'
import { clip, publishAll } from './load.mjs'
import { root, startOurs } from './servers.mjs'

/** Fetched where the bench runs: the product uses neither. */
const fetched = { 'shaka-player': '5.2.12', 'video.js': '8.24.1' }
const folder = join(root, 'artifacts', 'bench', 'players')

/** What hls.js reports while a publisher is away, and mends by itself. */
const waits = new Set(['bufferStalledError', 'bufferNudgeOnStall', 'bufferSeekOverHole'])

/** Each player: its script, the playlist or manifest that it plays, and what starts it in the page. */
const players = {
  'hls.js': {
    script: join(root, 'node_modules/hls.js/dist/hls.min.js'),
    file: 'index.m3u8',
    play: `const hls = new Hls({ lowLatencyMode: true })
      hls.on(Hls.Events.ERROR, (_, data) => report(data.details, data.fatal))
      hls.loadSource(url)
      hls.attachMedia(video)`,
  },
  'dash.js': {
    script: join(root, 'node_modules/dashjs/dist/modern/umd/dash.all.min.js'),
    file: 'manifest.mpd',
    play: `const player = dashjs.MediaPlayer().create()
      player.on('error', ({ error }) => report(error.code + ' ' + error.message, true))
      player.initialize(video, url, true)`,
  },
  'Shaka, HLS': {
    script: join(folder, 'node_modules/shaka-player/dist/shaka-player.compiled.js'),
    file: 'index.m3u8',
    play: `const player = new shaka.Player()
      player.addEventListener('error', ({ detail }) => report(detail.code + ' ' + detail.data, detail.severity === 2))
      player.attach(video).then(() => player.load(url)).catch((error) => report(error.code + ' ' + error.data, true))`,
  },
  'Shaka, DASH': {
    script: join(folder, 'node_modules/shaka-player/dist/shaka-player.compiled.js'),
    file: 'manifest.mpd',
    play: `const player = new shaka.Player()
      player.addEventListener('error', ({ detail }) => report(detail.code + ' ' + detail.data, detail.severity === 2))
      player.attach(video).then(() => player.load(url)).catch((error) => report(error.code + ' ' + error.data, true))`,
  },
  'video.js': {
    script: join(folder, 'node_modules/video.js/dist/video.min.js'),
    file: 'index.m3u8',
    play: `const player = videojs(video, { autoplay: 'muted', html5: { vhs: { overrideNative: true, llhls: true } } })
      player.on('error', () => report(player.error().code + ' ' + player.error().message, true))
      player.src({ src: url, type: 'application/x-mpegURL' })
      // it puts the element into one of its own
      watched = () => player.el().querySelector('video')`,
  },
}

const html = ({ play }, url) => `<!doctype html><meta charset="utf-8"><script src="script.js"></script>
<video id="video" muted autoplay playsinline width="320" height="180"></video><script>
const errors = []
const video = document.getElementById('video')
const url = ${JSON.stringify(url)}
let watched = () => video
const report = (what, fatal) => errors.push({ atS: Math.round(performance.now() / 1000), what: String(what).slice(0, 200), fatal: !!fatal })
${play}
let [time, stillMs, maxStillMs, playedS, lookedMs] = [0, 0, 0, 0, performance.now()]
setInterval(() => {
  const now = performance.now()
  const element = watched()
  if (element.paused && element.readyState > 1) element.play().catch(() => {})
  const step = element.currentTime - time
  stillMs = step === 0 ? stillMs + Math.min(now - lookedMs, 200) : 0
  if (time > 0) maxStillMs = Math.max(maxStillMs, stillMs)
  if (step > 0 && step < 5) playedS += step
  time = element.currentTime
  lookedMs = now
}, 50)
window.bench = {
  look: () => ({ errors, playedS, maxStillMs, height: watched().videoHeight }),
  back: (seconds) => {
    const element = watched()
    const { seekable } = element
    if (seekable.length > 0) element.currentTime = Math.max(seekable.start(0) + 1, element.currentTime - seconds)
  },
}
</script>`

/** Serves the page of each player, on a port of its own as foreign pages are. */
function pages(base) {
  const names = Object.keys(players)
  const server = createServer(({ url = '' }, response) => {
    const [, index, file] = url.split('/')
    const player = players[names[Number(index)]]
    if (player === undefined) response.writeHead(404).end()
    else if (file === 'script.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(player.script))
    else response.writeHead(200, { 'content-type': 'text/html' }).end(html(player, `${base}/${player.file}`))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function fetchPlayers() {
  const missing = Object.entries(fetched).filter(([name, version]) => {
    const manifest = join(folder, 'node_modules', name, 'package.json')
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== version
  })
  if (missing.length === 0) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const wanted = Object.entries(fetched).map(([name, version]) => `${name}@${version}`)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], { cwd: folder, stdio: 'ignore' })
}

async function api(http, method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const reply = await fetch(`${http}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return reply.json()
}

/** Runs `minutes` and prints what each player saw. @returns what it measured; `clean` where no player reported an error or stopped */
export async function playersRun(print, { minutes = 10 } = {}) {
  fetchPlayers()
  const ours = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0', '--dvr-ms', '120000'] })
  const { file } = await clip(800, '640x360')
  const target = await ours.publishUrl('bench')
  let load = await publishAll(file, [target])
  const server = await pages(`${ours.http}/live/bench`)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] })
  const viewers = []
  try {
    await sleep(30_000)
    for (const [index, name] of Object.keys(players).entries()) {
      for (const rewinds of [false, true]) {
        const page = await browser.newPage({ viewport: { width: 400, height: 300 } })
        await page.goto(`http://127.0.0.1:${server.address().port}/${index}/`)
        viewers.push({ name: rewinds ? `${name}, rewinding` : name, page, rewinds })
      }
    }
    const rewind = () => Promise.all(viewers.filter(({ rewinds }) => rewinds).map(({ page }) => page.evaluate(() => window.bench.back(20))))
    const ladder = async (rungs) => {
      if (rungs.length === 0) return api(ours.http, 'PUT', '/live/streams/bench/renditions', { mode: 'off' })
      const preset = await api(ours.http, 'POST', '/live/presets', { name: 'Bench', codec: 'h264', speed: 'fastest', bFrames: 0, rungs })
      return api(ours.http, 'PUT', '/live/streams/bench/renditions', { mode: 'preset', preset: preset.id })
    }
    const reconnect = async () => {
      await load.stop()
      await sleep(5000)
      load = await publishAll(file, [target])
    }
    const tenthMs = minutes * 6000
    /** What happens at each tenth of the run. */
    const course = [
      ['rewind', rewind],
      ['ladder on', () => ladder([{ height: 180, kbps: 200 }])],
      ['rewind', rewind],
      ['nothing', async () => {}],
      ['publisher reconnects', reconnect],
      ['rewind', rewind],
      ['nothing', async () => {}],
      ['ladder off', () => ladder([])],
      ['rewind', rewind],
    ]
    await sleep(tenthMs)
    for (const [what, happen] of course) {
      if (what !== 'nothing') print(`  ${what}`)
      await happen()
      await sleep(tenthMs)
    }
    const before = await Promise.all(viewers.map(({ page }) => page.evaluate(() => window.bench.look().playedS)))
    await sleep(10_000)
    const result = []
    for (const [index, { name, page }] of viewers.entries()) {
      const seen = await page.evaluate(() => window.bench.look())
      const errors = seen.errors.filter(({ what }) => !waits.has(what))
      const plays = seen.playedS > before[index] + 3
      result.push({ name, ...seen, errors, waits: seen.errors.length - errors.length, plays })
      print(
        `${name.padEnd(24)} played ${Math.round(seen.playedS)} s, longest still ${(seen.maxStillMs / 1000).toFixed(1)} s, ` +
          `${errors.length} errors${plays ? '' : ', STANDS STILL'}${errors.map(({ atS, what, fatal }) => `\n    ${atS} s: ${what}${fatal ? ' (fatal)' : ''}`).join('')}`,
      )
    }
    return { minutes, clean: result.every(({ errors, plays }) => errors.length === 0 && plays), players: result }
  } finally {
    await browser.close()
    server.close()
    await load.stop()
    await ours.stop()
  }
}
