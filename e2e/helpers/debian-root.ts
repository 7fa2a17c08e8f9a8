import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** systemd with sessions of users, and what the Debian package of the program depends on: nothing that it only recommends. */
const usualPackages = ['systemd', 'systemd-sysv', 'dbus', 'dbus-user-session', 'libpam-systemd', 'passwd', 'libstdc++6', 'libgcc-s1']

/** After so long a root is made again from the mirror: packages of Debian change. */
const maxAgeMs = 30 * 24 * 3600 * 1000
/** A mirror that answers nothing is given up after so long. */
const maxMakingMs = 180_000

const cache = join(homedir(), '.cache/ami-streams/tests/debian')

/** The Debian release of this machine. */
function release(): string | undefined {
  try {
    const about = readFileSync('/etc/os-release', 'utf8')
    return /^ID=debian$/m.test(about) ? /^VERSION_CODENAME=(\w+)$/m.exec(about)?.[1] : undefined
  } catch {
    return undefined
  }
}

/** The mirror that this machine's own apt takes the release from. */
function mirrorOf(codename: string): string | undefined {
  const args = ['indextargets', '--format', '$(CODENAME) $(REPO_URI)', 'Created-By: Packages', 'Component: main']
  const { stdout, status } = spawnSync('apt-get', args, { encoding: 'utf8' })
  if (status !== 0) return undefined
  const line = stdout.split('\n').find((each) => each.startsWith(`${codename} `))
  return line?.split(' ')[1]
}

/** Why no Debian root can be made here; undefined where one can. */
export function noDebianRoot(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a machine in namespaces needs root on Linux'
  if (spawnSync('mmdebstrap', ['--version']).error !== undefined)
    return 'a machine in namespaces needs mmdebstrap: apt-get install mmdebstrap'
  const codename = release()
  if (codename === undefined) return 'a machine in namespaces is made of the Debian that runs here: this system is not Debian'
  return mirrorOf(codename) === undefined ? `apt has no mirror of ${codename} here` : undefined
}

/**
 * The root folder of a small Debian, made once and kept in the tests' cache by release, processor and packages: half a minute the first time.
 * Nobody writes into it: see `machine.ts`. Throws what mmdebstrap says.
 * @param more Debian packages besides those that every machine has
 */
export function debianRoot(more: readonly string[] = []): string {
  return keptRoot(release() ?? '', [...usualPackages, ...more], ['--variant=minbase'])
}

/**
 * Files of packages of another Debian release, from the same mirror, with all that they depend on: extracted and not installed, as its
 * programs run here by their own loader. Kept as other roots; mmdebstrap compares the signatures of the archive. Throws what it says.
 */
export function debianFiles(codename: string, packages: readonly string[]): string {
  return keptRoot(codename, packages, ['--variant=extract'])
}

function keptRoot(codename: string, packages: readonly string[], variant: readonly string[]): string {
  const key = createHash('sha256')
    .update([codename, process.arch, ...packages].join(' '))
    .digest('hex')
    .slice(0, 12)
  mkdirSync(cache, { recursive: true })
  const isGood = (name: string): boolean => name.startsWith(`${key}-`) && Date.now() - madeAtMs(name) < maxAgeMs
  const present = readdirSync(cache).find(isGood)
  if (present !== undefined) return join(cache, present)
  // Whole or not at all; one that a running machine uses stays until the next is made.
  const stale = readdirSync(cache)
  const name = `${key}-${Date.now()}`
  const fresh = join(cache, `new-${name}`)
  const options = [...variant, `--include=${packages.join(',')}`, '--aptopt=Acquire::Languages "none"', '--quiet']
  const mirror = mirrorOf(release() ?? '') ?? ''
  const { status, stderr } = spawnSync('mmdebstrap', [...options, codename, fresh, mirror], { encoding: 'utf8', timeout: maxMakingMs })
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(`mmdebstrap failed: ${stderr.slice(-2000)}`)
  }
  renameSync(fresh, join(cache, name))
  for (const old of stale) if (Date.now() - madeAtMs(old) > maxAgeMs) rmSync(join(cache, old), { recursive: true, force: true })
  return join(cache, name)
}

/** When a folder of the cache was made, by its name. */
function madeAtMs(name: string): number {
  const inName = Number(/-(\d+)$/.exec(name)?.[1])
  if (inName > 0) return inName
  const path = join(cache, name)
  return existsSync(path) ? statSync(path).mtimeMs : 0
}
