/**
 * The players as their makers ship them, beside each other in one Chromium, on one stream: a ladder is switched on and off while they
 * play, the publisher breaks off and comes back, and all of them rewind and return. Each error event counts.
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
const shaka = join(folder, 'node_modules/shaka-player/dist/shaka-player.compiled.js')
const playShaka = (settings = '{}') => `const player = new shaka.Player()
  player.configure(${settings})
  const words = (error) => error.code === undefined ? error.stack : error.code + ' ' + error.data
  player.addEventListener('error', ({ detail }) => report(words(detail), detail.severity === 2))
  player.attach(video).then(() => player.load(url)).catch((error) => report(words(error), true))
  shownAt = async () => player.getPlayheadTimeAsDate()`

/** Rewind window of the stream, s. */
const dvrS = 120

/** What hls.js reports when it waits: counted as stalls, as with the others. */
const waits = ['bufferStalledError', 'bufferNudgeOnStall', 'bufferSeekOverHole']

/** Each player: its script, the playlist or manifest that it plays, what starts it in the page, and the date of what it shows. */
const players = {
  'hls.js': {
    script: join(root, 'node_modules/hls.js/dist/hls.min.js'),
    file: 'index.m3u8',
    play: `const hls = new Hls({ lowLatencyMode: true })
      hls.on(Hls.Events.ERROR, (_, data) => report(data.details, data.fatal))
      hls.loadSource(url)
      hls.attachMedia(video)
      shownAt = async () => hls.playingDate`,
  },
  'dash.js': {
    script: join(root, 'node_modules/dashjs/dist/modern/umd/dash.all.min.js'),
    file: 'manifest.mpd',
    play: `const player = dashjs.MediaPlayer().create()
      player.on('error', ({ error }) => report(error.code + ' ' + error.message, true))
      player.initialize(video, url, true)
      shownAt = async () => new Date(Date.now() - player.getCurrentLiveLatency() * 1000)`,
  },
  // without this setting its rewind window closes when a publisher was away: docs/playback.md
  'Shaka, HLS': { script: shaka, file: 'index.m3u8', play: playShaka(`{ manifest: { availabilityWindowOverride: ${dvrS} } }`) },
  'Shaka, DASH': { script: shaka, file: 'manifest.mpd', play: playShaka() },
  'video.js': {
    script: join(folder, 'node_modules/video.js/dist/video.min.js'),
    file: 'index.m3u8',
    play: `const player = videojs(video, { autoplay: 'muted', html5: { vhs: { overrideNative: true, llhls: true } } })
      player.on('error', () => report(player.error().code + ' ' + player.error().message, true))
      player.src({ src: url, type: 'application/x-mpegURL' })
      // it puts the element into one of its own
      watched = () => player.el().querySelector('video')
      shownAt = () => new Promise((resolve) =>
        player.tech(true).vhs.convertToProgramTime(watched().currentTime, (error, time) => resolve(error ? undefined : time.programDateTime)))`,
  },
}

/** Runs in the page: what a viewer sees of the player, by phase of the run. */
const watching = `
const seen = { errors: [], stalls: [], jumps: [], latenciesMs: [], heights: [], playedS: 0 }
let [phase, from, time, stillMs, lookedMs, seeks] = ['start', performance.now(), 0, 0, performance.now(), 0]
const atS = () => Math.round((performance.now() - from) / 1000)
const report = (what, fatal) => {
  const error = { atS: atS(), phase, what: String(what).slice(0, 300), fatal: !!fatal, times: 1 }
  const before = seen.errors.find((each) => each.what === error.what && each.phase === phase)
  if (before) before.times++
  else seen.errors.push(error)
}
const endStill = () => {
  if (stillMs > 250) seen.stalls.push({ atS: atS(), phase, ms: Math.round(stillMs) })
  stillMs = 0
}
setInterval(() => {
  const now = performance.now()
  const element = watched()
  if (element.paused && element.readyState > 1) element.play().catch(() => {})
  const step = element.currentTime - time
  const tookS = (now - lookedMs) / 1000
  // while the page itself is stopped nobody can say that video stalls
  if (step === 0 && time > 0) stillMs += Math.min(now - lookedMs, 200)
  else endStill()
  if (time > 0 && step > 1.5 * tookS + 0.3 && now > seeks) seen.jumps.push({ atS: atS(), phase, s: Math.round(step * 10) / 10 })
  if (step > 0 && step < 5) seen.playedS += step
  const height = element.videoHeight
  if (height > 0 && seen.heights.at(-1) !== height) seen.heights.push(height)
  time = element.currentTime
  lookedMs = now
}, 50)
setInterval(async () => {
  const date = await Promise.resolve().then(() => shownAt()).catch(() => undefined)
  if (date && !phase.includes('rewound')) seen.latenciesMs.push(Date.now() - date.getTime())
}, 1000)
const seek = (to) => {
  seeks = performance.now() + 1500
  stillMs = 0
  watched().currentTime = to
}
window.bench = {
  enter: (next) => {
    endStill()
    phase = next
  },
  look: () => ({ ...seen, now: { stillMs, time } }),
  back: (seconds) => {
    const { seekable, currentTime } = watched()
    if (seekable.length > 0) seek(Math.max(seekable.start(0) + 1, currentTime - seconds))
  },
  live: () => {
    const { seekable } = watched()
    if (seekable.length > 0) seek(seekable.end(seekable.length - 1) - 1)
  },
}`

const html = ({ play }, url) => `<!doctype html><meta charset="utf-8"><script src="script.js"></script>
<video id="video" muted autoplay playsinline width="320" height="180"></video><script>
const video = document.getElementById('video')
const url = ${JSON.stringify(url)}
let watched = () => video
let shownAt = async () => undefined
${watching}
${play}
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

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
const sum = (list) => list.reduce((total, { times }) => total + times, 0)
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function line({ name, playedS, plays, errors, stalls, jumps, latenciesMs, heights }) {
  const longest = stalls.toSorted((a, b) => b.ms - a.ms)[0]
  const details = [
    ...errors.map(
      ({ atS, phase, what, fatal, times }) => `${atS} s, ${phase}: ${what}${fatal ? ' (fatal)' : ''}${times > 1 ? `, ${times} times` : ''}`,
    ),
    ...stalls.filter(({ ms }) => ms > 1000).map(({ atS, phase, ms }) => `${atS} s, ${phase}: stalled ${seconds(ms)}`),
    ...jumps.map(({ atS, phase, s }) => `${atS} s, ${phase}: jumped ${s} s forward`),
  ]
  return (
    `${name.padEnd(12)} ${Math.round(playedS)} s played, ${sum(errors)} errors, ${stalls.length} stalls` +
    `${longest ? ` (longest ${seconds(longest.ms)})` : ''}, ${jumps.length} jumps forward, ` +
    `${latenciesMs.length === 0 ? 'delay unknown' : `${seconds(median(latenciesMs))} behind (at most ${seconds(Math.max(...latenciesMs))})`}, heights ${heights.join(' ')}${plays ? '' : ', PLAYS NO MORE'}` +
    details.map((detail) => `\n    ${detail}`).join('')
  )
}

/** Runs `minutes` and prints what each player saw. @returns what it measured; `clean` where no player reported an error or stopped */
export async function playersRun(print, { minutes = 10 } = {}) {
  fetchPlayers()
  const ours = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0', '--dvr-ms', String(dvrS * 1000)] })
  const { file } = await clip(800, '640x360')
  const target = await ours.publishUrl('bench')
  let load = await publishAll(file, [target])
  const server = await pages(`${ours.http}/live/bench`)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] })
  try {
    // something to go back to
    await sleep(30_000)
    const viewers = []
    for (const [index, name] of Object.keys(players).entries()) {
      const page = await browser.newPage({ viewport: { width: 400, height: 300 } })
      await page.goto(`http://127.0.0.1:${server.address().port}/${index}/`)
      viewers.push({ name, page })
    }
    const all = (work, argument) => Promise.all(viewers.map(({ page }) => page.evaluate(work, argument)))
    const back = () => all(() => window.bench.back(25))
    const live = () => all(() => window.bench.live())
    const ladder = async (rungs) => {
      if (rungs.length === 0) {
        await api(ours.http, 'PUT', '/live/streams/bench/renditions', { mode: 'off' })
        return
      }
      const preset = await api(ours.http, 'POST', '/live/presets', { name: 'Bench', codec: 'h264', speed: 'fastest', bFrames: 0, rungs })
      await api(ours.http, 'PUT', '/live/streams/bench/renditions', { mode: 'preset', preset: preset.id })
      const qualities = async () =>
        (await (await fetch(`${ours.http}/live/bench/index.m3u8`)).text()).match(/#EXT-X-STREAM-INF/g)?.length ?? 0
      for (let tries = 0; tries < 120 && (await qualities()) < 2; tries++) await sleep(500)
      print(`    ${await qualities()} qualities`)
    }
    const reconnect = async () => {
      await load.stop()
      await sleep(5000)
      load = await publishAll(file, [target])
    }
    /** What happens at each tenth of the run. */
    const course = [
      ['live', async () => {}],
      ['rewound', back],
      ['rewound, ladder on', () => ladder([{ height: 180, kbps: 200 }])],
      ['live again with the ladder', live],
      ['publisher reconnects', reconnect],
      ['live after the reconnect', async () => {}],
      ['rewound across the reconnect', back],
      ['live again', live],
      ['ladder off', () => ladder([])],
      ['live to the end', async () => {}],
    ]
    for (const [phase, happen] of course) {
      print(`  ${phase}`)
      await all((name) => window.bench.enter(name), phase)
      await happen()
      await sleep(minutes * 6000)
    }
    const before = await all(() => window.bench.look().playedS)
    await sleep(5000)
    const result = []
    for (const [index, { name, page }] of viewers.entries()) {
      const { now, ...seen } = await page.evaluate(() => window.bench.look())
      const errors = seen.errors.filter(({ what }) => !waits.includes(what))
      const viewer = { name, ...seen, errors, plays: seen.playedS > before[index] + 2, now }
      result.push(viewer)
      print(line(viewer))
    }
    return { minutes, clean: result.every(({ errors, plays }) => errors.length === 0 && plays), players: result }
  } finally {
    await browser.close()
    server.close()
    await load.stop()
    await ours.stop()
  }
}
