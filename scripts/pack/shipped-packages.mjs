/** Which packages of the registry the built program needs, and which of their files: what a package of ours ships. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Needed by parts of other packages that the program does not use: node-av's own WebRTC. */
const leftOut = new Set(['werift'])
/** An option of the program that a package cannot hold: its worker is compiled on the machine. */
export const notShipped = new Set(['mediasoup', 'electron'])

/** Of `@a/b/c` it is `@a/b`. */
export const packageNameOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Packages that the built program names in its imports. */
function namedByProgram(root) {
  const folder = join(root, 'dist/host')
  const names = new Set()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, specifier] of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\b(?:__)?require\(\s*)["']([^"'./][^"']*)["']/g)) {
      const name = packageNameOf(specifier)
      if (!specifier.startsWith('node:') && !notShipped.has(name) && existsSync(join(root, 'node_modules', name))) names.add(name)
    }
  }
  return names
}

/** Where Node finds `name` for a package in `from`, as a path below the root; undefined where it is not installed. */
export function findPackage(root, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') {
      const path = join(folder, 'node_modules', name)
      if (existsSync(join(root, path, 'package.json'))) return path
    }
    if (folder === '.' || folder === '') return undefined
  }
}

/**
 * Packages that the program and its dependencies load: `{ name, version, license, path, manifest }`, sorted by path, which is below `root`.
 * @param {string} root a checkout that is installed and built
 */
export function shippedPackages(root) {
  const found = new Map()
  const add = (path) => {
    if (found.has(path)) return
    const manifest = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
    found.set(path, { name: manifest.name, version: manifest.version, license: manifest.license, path, manifest })
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      const next = leftOut.has(name) ? undefined : findPackage(root, path, name)
      // A package for another system is not installed; nothing else may be missing.
      if (next !== undefined) add(next)
      else if (name in (manifest.dependencies ?? {}) && !leftOut.has(name))
        throw new Error(`${name}, which ${manifest.name} needs, is not installed`)
    }
  }
  for (const name of namedByProgram(root)) add(join('node_modules', name))
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** Addons that a package has for other systems, other C libraries and other versions of Node: nobody loads them, and they link with what is not here. */
const isOfThisSystem = (path) => {
  const folder = /\/prebuilds\/([^/]+)(?:\/|$)/.exec(path)?.[1]
  if (folder === undefined) return true
  const abi = /\.abi(\d+)\./.exec(basename(path))?.[1]
  return (
    folder === `${process.platform}-${process.arch}` &&
    (abi === undefined || abi === process.versions.modules) &&
    !path.endsWith('.musl.node')
  )
}

/** Files that nobody runs: typings, sources of addons, source maps, tests, prose other than licences. */
const isNeeded = (path) => {
  const name = basename(path)
  if (/^(?:licen[cs]e|copying|notice)/i.test(name)) return true
  if (!isOfThisSystem(path)) return false
  // Settings of their makers' tools.
  if (name.startsWith('.')) return false
  if (/\.(?:d\.[cm]?ts|[cm]?ts|map|md|markdown|c|cc|cpp|h|hpp|gyp|gypi|tsbuildinfo|tgz)$/i.test(name)) return false
  return !/\/(?:test|tests|__tests__|example|examples|benchmarks?|\.github)$/.test(path)
}

/** Copies packages below `target`/node_modules, without what is not needed at run time. */
export function copyPackages(root, packages, target) {
  for (const { path } of packages) {
    const nested = join(root, path, 'node_modules')
    cpSync(join(root, path), join(target, path), {
      recursive: true,
      dereference: true,
      filter: (source) => source !== nested && isNeeded(source),
    })
  }
}
