/**
 * `npm run build:mediasoup`: builds mediasoup's worker from the sources in its npm package with CMake and the libraries of
 * the system, and keeps it in a cache folder by version and architecture, where the host finds it by itself.
 *
 *   node scripts/build-mediasoup-worker.mjs [--cache FOLDER] [--force] [--jobs N]
 *
 * AMI_MEDIASOUP_CACHE names the cache folder too. The path of the worker is the one line on standard output.
 * One that was built by another compiler or from other build files, or whose libraries are gone, is built again.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism, homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { mediasoupPackages } from './debian-packages.mjs'
import { say, timed } from './progress.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from './stamp.mjs'

const root = resolve(import.meta.dirname, '..')
const packages = mediasoupPackages.join(' ')

const { values } = parseArgs({
  options: { cache: { type: 'string' }, force: { type: 'boolean', default: false }, jobs: { type: 'string' } },
})

/** Runs a step of the build; its output is shown when it fails. */
function run(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.error?.code === 'ENOENT') {
    throw new Error(`${command} is missing. On Debian: apt-get install ${packages}`)
  }
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-60).join('\n')
    throw new Error(`${output}\n${command} failed. The build needs on Debian: ${packages}`)
  }
}

async function main() {
  const source = join(root, 'node_modules/mediasoup')
  if (!existsSync(join(source, 'worker/meson.build'))) throw new Error('The package mediasoup is not installed: run npm install first.')
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const cache = resolve(values.cache ?? process.env.AMI_MEDIASOUP_CACHE ?? join(homedir(), '.cache/ami-streams/mediasoup-worker'))
  const target = join(cache, `${version}-${process.arch}`, 'mediasoup-worker')
  const stamp = `${target}.stamp`
  const compiler = spawnSync(process.env.CXX ?? 'c++', ['--version'], { encoding: 'utf8' }).stdout ?? ''
  const hash = hashOf(filesBelow(join(root, 'native/mediasoup-worker')), compiler)
  // Without its channels it ends at once; with 127 where a library is gone.
  const starts = () => spawnSync(target, { stdio: 'ignore', timeout: 10_000 }).status !== 127
  if (existsSync(target) && isFresh(stamp, hash) && starts() && !values.force) {
    say(`mediasoup worker ${version} is in the cache`)
    process.stdout.write(`${target}\n`)
    return
  }
  const build = mkdtempSync(join(tmpdir(), 'mediasoup-worker-'))
  try {
    await timed('build configured', () =>
      run('cmake', [
        ...['-G', 'Ninja', '-S', join(root, 'native/mediasoup-worker'), '-B', build],
        `-DWORKER_SOURCE=${join(source, 'worker')}`,
      ]),
    )
    say('compiling the mediasoup worker: one to three minutes ...')
    await timed('mediasoup worker built', () =>
      run('cmake', ['--build', build, '--parallel', values.jobs ?? String(availableParallelism())]),
    )
    const built = join(build, 'mediasoup-worker')
    run('strip', [built])
    // Whole or not at all: a host may look into the cache meanwhile.
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(built, `${target}.new`)
    chmodSync(`${target}.new`, 0o755)
    renameSync(`${target}.new`, target)
    writeStamp(stamp, hash)
  } finally {
    rmSync(build, { recursive: true, force: true })
  }
  process.stdout.write(`${target}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
