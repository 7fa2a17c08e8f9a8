/**
 * From starting the installed program to a page that is drawn in its window: the archive of `npm run pack` is unpacked, and `streams` runs
 * from there as an ordinary user (root needed for that; else as this one), in Chromium under Xvfb. The first start has an empty data folder and profile; those behind it
 * are what an everyday start is. `node bench/installed-start.mjs`; needs `npm run pack`, chromium, xvfb, xauth.
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
const [bin, data] = [join(folder, 'bin'), join(home, 'data')]
for (const path of [home, bin, data]) {
  mkdirSync(path)
  give(path)
}
chmodSync(folder, 0o755)
execFileSync('tar', ['--extract', '--gzip', '--no-same-owner', '--file', join(packages, archive), '--directory', folder])
const program = join(folder, archive.replace('-linux-x64.tar.gz', ''), 'bin/streams')
const streams = existsSync(program) ? program : execFileSync('find', [folder, '-path', '*/bin/streams'], { encoding: 'utf8' }).trim()
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

/** Ms from the start of the program until it listens, and until its page is drawn. */
async function startOnce() {
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
    return { listeningMs, navigationMs: drawn.origin - startedMs, drawnMs: drawn.paint - startedMs, text: drawn.text }
  } catch (error) {
    throw new Error(`${error.message}\n${said}`)
  } finally {
    child.kill('SIGTERM')
    await ended
    await sleep(1500)
  }
}

try {
  const all = []
  for (let number = 0; number < starts; number++) {
    const { listeningMs, navigationMs, drawnMs, text } = await startOnce()
    all.push(drawnMs)
    process.stdout.write(
      `${number === 0 ? 'first start' : 'start'}: listens after ${Math.round(listeningMs)} ms, the window asks for the page after ${Math.round(navigationMs)}, drawn after ${Math.round(drawnMs)} (${JSON.stringify(text)})\n`,
    )
  }
  const later = all.slice(1).toSorted((a, b) => a - b)
  process.stdout.write(
    `drawn: first ${Math.round(all[0])} ms, then median ${Math.round(later[Math.floor(later.length / 2)])} ms, worst ${Math.round(later.at(-1))} ms\n`,
  )
} finally {
  await xvfb.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
