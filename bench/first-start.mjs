/**
 * A first start by step: a fresh clone of this checkout's commit, an empty cache of npm, `npm start`; from its first moment until the page
 * answers and until the studio composes its first frame. `node bench/first-start.mjs` beside nothing else; only when named. Debian's
 * packages must be installed already, and the network of the machine counts.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const maxSeconds = 600
const show = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'First',
  canvases: [{ id: 'main', width: 1280, height: 720 }],
  sources: [{ id: 'red', kind: 'color', settings: { color: '#ff0000' } }],
  scenes: [{ id: 'one', items: [{ id: 'a', source: 'red' }] }],
}

const folder = mkdtempSync(join(tmpdir(), 'ami-first-start-'))
const clone = join(folder, 'clone')
execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
const env = { ...process.env, CI: '1', npm_config_cache: join(folder, 'cache') }
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address()
    server.close(() => resolve(free))
  })
})
const url = `http://127.0.0.1:${port}`
const others = ['rtmp', 'srt', 'webrtc', 'desktop-webrtc'].flatMap((name) => [`--${name}-port`, '0'])
const options = ['--http-port', String(port), ...others, '--data', join(folder, 'host')]
const startedMs = performance.now()
const sinceStart = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
const child = spawn('npm', ['start', '--', ...options], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding('utf8').on('data', (text) => {
    for (const line of text.split('\n').filter((each) => each.trim() !== '')) process.stdout.write(`${sinceStart().padStart(8)}  ${line}\n`)
  })
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until the answer is there. */
async function until(what, ask) {
  while (performance.now() - startedMs < maxSeconds * 1000) {
    const answer = await ask().catch(() => undefined)
    if (answer) return answer
    await pause(200)
  }
  throw new Error(`${what} did not come within ${maxSeconds} s`)
}

try {
  await until('the page', async () => (await fetch(url)).ok)
  process.stdout.write(`${sinceStart().padStart(8)}  THE PAGE ANSWERS\n`)
  const post = (path, body) =>
    fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const made = await post('/studio/collections', { name: 'First', collection: show })
  if (!made.ok) throw new Error(await made.text())
  const opened = await post('/studio/collections/First/open', {})
  if (!opened.ok) throw new Error(await opened.text())
  await until('the first frame', async () => (await fetch(`${url}/api/v1/studio/screenshot?program=main`)).ok)
  process.stdout.write(`${sinceStart().padStart(8)}  THE FIRST FRAME OF THE STUDIO\n`)
} finally {
  process.kill(-child.pid, 'SIGTERM')
  await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve()))
  rmSync(folder, { recursive: true, force: true })
}
