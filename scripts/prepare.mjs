/** What `npm start` and `npm test` share: Node 24, the locked dependencies, an up-to-date build. Plain JavaScript for Node 20. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureNode24, runNpm } from './node24.mjs'
import { say, timed } from './progress.mjs'
import { hashOf, isFresh, writeStamp } from './stamp.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

const [major] = process.versions.node.split('.').map(Number)
if (major < 20) {
  process.stderr.write(`AMI Streams needs Node 20 or newer to set itself up; this is ${process.versions.node}.\n`)
  process.exit(1)
}

/** Environment for children: Node 24 is the `node` that they find. */
export function environment(node) {
  return { ...process.env, SKIP_FFMPEG: 'true', PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
}

/** Installs what package-lock.json says, when that is not what was installed last. */
export async function installDependencies(node) {
  const stamp = join(root, 'node_modules', '.ami-streams-lock')
  const hash = hashOf([], `${process.platform}-${process.arch}\n${readFileSync(join(root, 'package-lock.json'), 'utf8')}`)
  if (isFresh(stamp, hash)) return
  await timed('dependencies installed', () => {
    say('installing dependencies ...')
    const result = runNpm(node, ['ci', '--no-audit', '--no-fund'], { env: environment(node) })
    if (result.status !== 0) throw new Error(`npm ci failed.\n${(result.stderr || result.stdout || String(result.error)).trim()}`)
  })
  writeStamp(stamp, hash)
}

/**
 * Starts to build the native addons in a process of its own, which takes longest on a new machine: beside everything else, and after it
 * where the CPU is needed; `signal` stops it. Resolves to `{ stale, done }` when it is known what must be built: the names, and a promise
 * of the exit code.
 */
export function startNativeBuild(node, signal) {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc']
    const child = spawn(node, ['scripts/build.mjs', 'native'], { cwd: root, env: environment(node), stdio, signal })
    const done = new Promise((ended) => child.once('exit', (code) => ended(code ?? 1)))
    try {
      setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It runs as fast as everything else.
    }
    child.once('message', ({ stale }) => {
      child.disconnect()
      resolve({ stale, done })
    })
    // It did not start, or was stopped: the product goes without the studio, and says so.
    child.once('error', () => resolve({ stale: [], done }))
    void done.then(() => resolve({ stale: [], done }))
  })
}

/** Runs a Node 24 script of the project; resolves to its exit code. */
export function runNode(node, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, env: environment(node), stdio: 'inherit', ...options })
    // Ctrl-C reaches the child by itself, as a member of the terminal's process group; the rest is passed on.
    const ignore = () => undefined
    const terminate = () => child.kill('SIGTERM')
    process.on('SIGINT', ignore)
    process.on('SIGTERM', terminate)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', terminate)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

/** Node 24 and the dependencies; returns the path of Node 24. */
export async function prepare() {
  const node = await ensureNode24()
  await installDependencies(node)
  return node
}

/** Builds these parts, or all. */
export async function build(node, parts = []) {
  const code = await runNode(node, ['scripts/build.mjs', ...parts], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (code !== 0) throw new Error('The build failed.')
}
