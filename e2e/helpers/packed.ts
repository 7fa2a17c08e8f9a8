import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { artifacts, root } from './paths.ts'

/** Why no Debian package can be made here; undefined where one can. */
export function noPackage(): string | undefined {
  const missing = ['dpkg-deb', 'dpkg-shlibdeps', 'strip', 'flock'].filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  )
  return missing.length === 0 ? undefined : `no package is made without ${missing.join(', ')}: apt-get install dpkg-dev binutils`
}

/** The version that a package of a test says, unless it is about another. */
export const packedVersion = '0.0.1~test'

/** What a package is made of: when none of it has changed, the one that was made is the same. */
const inputs = ['dist', 'docs', 'resources', 'scripts', 'src-main/host', 'CHANGELOG.md', 'LICENSE', 'package.json', 'package-lock.json']

function stateOfInputs(): string {
  const hash = createHash('sha256')
  const take = (path: string): void => {
    const state = statSync(join(root, path))
    if (state.isDirectory()) {
      // Compiled code that Node keeps, and packages: no part of a package.
      if (path !== 'dist/packages' && path !== 'dist/host/cache')
        for (const name of readdirSync(join(root, path)).sort()) take(`${path}/${name}`)
    } else hash.update(`${path} ${state.size} ${state.mtimeMs}\n`)
  }
  for (const path of inputs) take(path)
  return hash.digest('hex').slice(0, 12)
}

/** The Debian package of this checkout that says it is `version`: made once for all tests of a build. Blocks until it is there. */
export function packedDeb(version = packedVersion): string {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch
  return packed('deb', version, `ami-streams_${version}_${architecture}.deb`)
}

/** The archive of this checkout, with a Node of its own, that says it is `version`. As `packedDeb`. */
export function packedArchive(version = packedVersion): string {
  return packed('tar.gz', version, `ami-streams-${version}-linux-${process.arch}.tar.gz`)
}

function packed(kind: 'deb' | 'tar.gz', version: string, fileName: string): string {
  const name = `packages-${stateOfInputs()}`
  const folder = join(artifacts, name)
  mkdirSync(folder, { recursive: true })
  for (const other of readdirSync(artifacts))
    if (other.startsWith('packages-') && other !== name) rmSync(join(artifacts, other), { recursive: true, force: true })
  const file = join(folder, fileName)
  // Whoever comes second waits, and finds it.
  const script = '[ -e "$1" ] || exec "$2" scripts/pack.mjs --fast --only "$5" --version "$3" --out "$4"'
  const args = [`${file}.lock`, 'sh', '-c', script, 'sh', file, process.execPath, version, folder, kind]
  const { status, stderr } = spawnSync('flock', args, { cwd: root, encoding: 'utf8', timeout: 900_000 })
  if (status !== 0) throw new Error(`the package was not made: ${stderr.slice(-2000)}`)
  return file
}
