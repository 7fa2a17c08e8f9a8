/**
 * Builds the native addons: every native/NAME with an addon.json becomes dist/native/NAME.node, when its sources changed.
 *
 *   addon.json: { "sources": ["a.cc", ["b.cc", "c.cc"]], "bindings": ["addon.cc"], "packages": ["x11"], "libraries": ["yuv"],
 *                 "systems": ["linux"], "debian": ["libx11-dev"] }
 *
 * Sources in a list of their own are compiled as one, which takes a third of the time: names in their anonymous namespaces differ.
 * `bindings` are compiled as one, too, with little optimisation: what reads and makes values of JavaScript, without loops over pixels.
 * `packages` are names for pkg-config, `libraries` (on macOS `frameworks`, too) are linked as they are, `debian` says what to install
 * for both. A machine without them still gets the rest of the product: what needs the addon then tells which packages are missing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { canInstall, installDebianPackages } from './debian-packages.mjs'
import { compileAddon, hostCompiler } from './native-compiler.mjs'
import { ensureHeaders } from './native-headers.mjs'
import { say, timed } from './progress.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from './stamp.mjs'

const target = 'dist/native'
/** Every addon needs these; Debian's names, as in addon.json. */
const tools = ['g++', 'pkg-config']
/** What a first start needs soonest; the others follow by name. */
const firstAddons = ['memory', 'compositor', 'x11']
/** While addons are being built: by which process, and which are left. A host that runs meanwhile reads it. */
const progressFile = join(target, 'building.json')

/** Addons of this system, each with what addon.json says. */
function addons() {
  if (!existsSync('native')) return []
  return readdirSync('native')
    .filter((name) => existsSync(join('native', name, 'addon.json')))
    .map((name) => ({ name, folder: join('native', name), ...JSON.parse(readFileSync(join('native', name, 'addon.json'), 'utf8')) }))
    .filter((addon) => addon.systems === undefined || addon.systems.includes(process.platform))
}

/** Folders of native that have a build of their own. */
const builtElsewhere = ['mediasoup-worker', 'obs-plugin', 'sessions-helper']

/** What is in folders of native that are not addons: headers that addons have in common. */
function sharedFiles() {
  return readdirSync('native')
    .filter((name) => !builtElsewhere.includes(name) && !existsSync(join('native', name, 'addon.json')))
    .flatMap((name) => filesBelow(join('native', name)))
}

function hashOfAddon(addon) {
  const shared = [...sharedFiles(), 'scripts/native-compiler.mjs', 'package-lock.json']
  return hashOf([...filesBelow(addon.folder), ...shared], `${process.platform}-${process.arch} ${process.env.CXX ?? ''}`)
}

/** Which of these Debian packages are not installed; none are known to be missing if there is no dpkg. */
function missingPackages(packages) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are dpkg's own placeholders
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...packages], { encoding: 'utf8' })
  if (query.error) return []
  const installed = new Set()
  for (const line of query.stdout.split('\n')) if (line.endsWith(' installed')) installed.add(line.split(' ')[0])
  return packages.filter((name) => !installed.has(name))
}

/** Installs what is missing where that is possible, once for each list: a machine without network is not delayed at every start. */
async function missingAfterInstall(packages) {
  const missing = missingPackages(packages)
  if (missing.length === 0 || !canInstall()) return missing
  const tried = join(target, 'install-tried')
  const list = missing.join(' ')
  if (isFresh(tried, list)) return missing
  writeStamp(tried, list)
  await installDebianPackages(missing)
  return missingPackages(missing)
}

function firstLines(error) {
  const text = String(error.stderr || error.message).trim()
  return text.split('\n').slice(0, 30).join('\n')
}

function byUrgency(one, other) {
  const rank = ({ name }) => (firstAddons.includes(name) ? firstAddons.indexOf(name) : firstAddons.length)
  return rank(one) - rank(other) || one.name.localeCompare(other.name)
}

function writeProgress(left, total) {
  const fresh = `${progressFile}.${process.pid}.new`
  writeFileSync(fresh, JSON.stringify({ pid: process.pid, total, left }))
  renameSync(fresh, progressFile)
}

/**
 * Builds what changed. `onKnown` is called when it is known what that is: with the names, and before anything is built.
 * Returns the names of the addons that could not be built; standard error says why, for each.
 */
export async function buildNative(onKnown = () => undefined) {
  const stale = addons()
    .map((addon) => ({ addon, hash: hashOfAddon(addon), stamp: join(target, `${addon.name}.stamp`) }))
    .filter(({ addon, hash, stamp }) => !(isFresh(stamp, hash) && existsSync(join(target, `${addon.name}.node`))))
    .sort((one, other) => byUrgency(one.addon, other.addon))
  const names = stale.map(({ addon }) => addon.name)
  if (stale.length > 0) {
    mkdirSync(target, { recursive: true })
    writeProgress(names, names.length)
  }
  onKnown(names)
  if (stale.length === 0) return []
  try {
    return await buildStale(stale)
  } finally {
    rmSync(progressFile, { force: true })
  }
}

async function buildStale(stale) {
  await ensureHeaders()
  const missing = new Set(await missingAfterInstall([...new Set([...tools, ...stale.flatMap(({ addon }) => addon.debian ?? [])])]))
  const failed = []
  for (const [index, { addon, hash, stamp }] of stale.entries()) {
    const left = stale.slice(index).map((each) => each.addon.name)
    writeProgress(left, stale.length)
    const wanting = [...tools, ...(addon.debian ?? [])].filter((name) => missing.has(name))
    if (wanting.length > 0) {
      say(`native addon ${addon.name} is left out. It needs: sudo apt-get install ${wanting.join(' ')}`)
      failed.push(addon.name)
      continue
    }
    try {
      await timed(`native addon ${basename(addon.folder)} built`, () => compileAddon(addon, hostCompiler, target))
      writeStamp(stamp, hash)
    } catch (error) {
      say(`native addon ${addon.name} could not be built (on Debian it needs ${[...tools, ...(addon.debian ?? [])].join(' ')}):`)
      process.stderr.write(`${firstLines(error)}\n`)
      failed.push(addon.name)
    }
  }
  return failed
}
