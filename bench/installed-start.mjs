/**
 * From starting the installed program to a page that is drawn in its window: the archive of `npm run pack` is unpacked, and `streams` runs
 * from there as an ordinary user (root needed for that; else as this one), in Chromium under Xvfb. The first start has an empty data folder and profile; those behind it
 * are what an everyday start is. `node bench/installed-start.mjs [OTHER...]`; needs `npm run pack`, chromium, xvfb, xauth. OTHER: `streams`
 * of other versions, unpacked, that take turns with it, as a busy machine allows no other comparison.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startXvfb } from '../e2e/helpers/xvfb.ts'
import { measureTree } from './process-tree.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const starts = Number(process.env.BENCH_STARTS ?? 6)
const maxSeconds = 30
const packages = join(root, 'dist/packages')
const archive = existsSync(packages) && readdirSync(packages).find((name) => name.endsWith('-linux-x64.tar.gz'))
if (!archive) throw new Error('there is no archive in dist/packages: run `npm run pack`')
const chromium = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file))
if (chromium === undefined) throw new Error('chromium is missing: apt-get install chromium')

const folder = mkdtempSync(join(tmpdir(), 'ami-installed-start-'))
const user = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {}
const give = (path) => user.uid !== undefined && chownSync(path, user.uid, user.gid)
const home = join(folder, 'home')
const bin = join(folder, 'bin')
for (const path of [home, bin]) {
  mkdirSync(path)
  give(path)
}
chmodSync(folder, 0o755)
execFileSync('tar', ['--extract', '--gzip', '--no-same-owner', '--file', join(packages, archive), '--directory', folder])
const program = join(folder, archive.replace('-linux-x64.tar.gz', ''), 'bin/streams')
const streams = existsSync(program) ? program : execFileSync('find', [folder, '-path', '*/bin/streams'], { encoding: 'utf8' }).trim()
const programs = [...process.argv.slice(2), streams].map((file, number) => ({ file, data: join(home, `data-${number}`), starts: [] }))
for (const { data } of programs) {
  mkdirSync(data)
  give(data)
}
// The browser as it is, with a port by which it says when it drew.
writeFileSync(join(bin, 'chromium'), `#!/bin/sh\nexec ${chromium} --remote-debugging-port=0 "$@"\n`, { mode: 0o755 })

const xvfb = await startXvfb({ width: 1280, height: 800 })
const runtime = join(home, 'runtime')
mkdirSync(runtime, { mode: 0o700 })
give(runtime)
// The cookie of the X server is readable by whoever made it alone.
const authority = join(home, '.Xauthority')
copyFileSync(xvfb.authority, authority)
give(authority)
const env = {
  PATH: `${bin}:/usr/bin:/bin`,
  HOME: home,
  XDG_RUNTIME_DIR: runtime,
  LANG: 'C.UTF-8',
  ...xvfb.env,
  XAUTHORITY: authority,
}
const off = ['--http-port', '0', '--rtmp-port', '0', '--srt-port', '0', '--webrtc-port', 'off', '--desktop-webrtc-port', 'off']

async function until(what, ask) {
  const endMs = performance.now() + maxSeconds * 1000
  while (performance.now() < endMs) {
    const answer = await Promise.resolve(ask()).catch(() => undefined)
    if (answer) return answer
    await sleep(20)
  }
  throw new Error(`${what} did not come within ${maxSeconds} s`)
}

/** What the page says of itself, by the browser's own protocol. */
async function pageOf(port) {
  const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  return pages.find(({ type, url }) => type === 'page' && url.startsWith('http'))?.webSocketDebuggerUrl
}
function evaluate(url, expression) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }))
    socket.onerror = reject
    socket.onmessage = ({ data: text }) => {
      socket.close()
      resolve(JSON.parse(text).result?.result?.value)
    }
  })
}
const filesBelow = (path) => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))

/** Ms from the start of the program until it listens, and until its page is drawn; processor seconds of all its processes until then. */
async function startOnce({ file: streams, data }) {
  for (const file of filesBelow(data).filter((each) => each.endsWith('DevToolsActivePort'))) rmSync(file)
  rmSync(join(data, 'host.json'), { force: true })
  const startedMs = Date.now()
  const child = spawn(streams, ['--data', data, 'start', ...off], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'], ...user })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await until('the host', () => existsSync(join(data, 'host.json')))
    const listeningMs = Date.now() - startedMs
    const file = await until('the window', () => filesBelow(data).find((each) => each.endsWith('DevToolsActivePort')))
    const port = Number(readFileSync(file, 'utf8').split('\n')[0])
    const url = await until('the page', () => pageOf(port))
    const drawn = await until('its first paint', () =>
      evaluate(
        url,
        `(() => { const at = performance.getEntriesByName('first-contentful-paint')[0]?.startTime; const main = document.querySelector('main'); return at && main && main.innerText.length > 20 ? { paint: performance.timeOrigin + at, origin: performance.timeOrigin, text: main.innerText.slice(0, 40) } : undefined })()`,
      ),
    )
    const { cpuSeconds } = measureTree(child.pid)
    return { cpuSeconds, listeningMs, navigationMs: drawn.origin - startedMs, drawnMs: drawn.paint - startedMs, text: drawn.text }
  } catch (error) {
    throw new Error(`${error.message}\n${said}`)
  } finally {
    child.kill('SIGTERM')
    await ended
    await sleep(1500)
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ms = (value) => `${Math.round(value)} ms`

try {
  for (let number = 0; number < starts; number++) {
    for (const program of programs) {
      const one = await startOnce(program)
      program.starts.push(one)
      process.stdout.write(
        `${programs.length === 1 ? '' : `${program.file}: `}${number === 0 ? 'first start' : 'start'}: listens after ${ms(one.listeningMs)}, the window asks for the page after ${ms(one.navigationMs)}, drawn after ${ms(one.drawnMs)}, ${one.cpuSeconds.toFixed(2)} CPU s (${JSON.stringify(one.text)})\n`,
      )
    }
  }
  const [{ starts: base }] = programs
  for (const { file, starts: all } of programs) {
    const later = all.slice(1)
    const figure = (name) => median(later.map((one) => one[name]))
    const ratio = (name) => (figure(name) / median(base.slice(1).map((one) => one[name]))).toFixed(2)
    process.stdout.write(
      `${file}\n  drawn: first ${ms(all[0].drawnMs)}, then median ${ms(figure('drawnMs'))}, worst ${ms(Math.max(...later.map((one) => one.drawnMs)))}; ${figure('cpuSeconds').toFixed(2)} CPU s${all === base ? '' : `; times the first program's: drawn ${ratio('drawnMs')}, first start ${(all[0].drawnMs / base[0].drawnMs).toFixed(2)}, CPU ${ratio('cpuSeconds')}`}\n`,
    )
  }
} finally {
  await xvfb.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
