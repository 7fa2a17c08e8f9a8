/** Finds Node 24, or brings it as a package: the machine's own Node may be as old as 20, everything of ours runs on 24. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { timed } from './progress.mjs'

/** The one version that everything is tested with. */
export const nodeVersion = '24.21.0'

const root = fileURLToPath(new URL('..', import.meta.url))
const runtime = join(root, '.runtime')

/** The registry package that holds Node's binary for this machine; the `node` package would choose the same in its install script. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  const system = platform === 'win32' ? 'win' : platform
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${system}-${arch}`
}

/** Path of a Node 24 that is there already: the running one, or the one brought before; else undefined. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const folder = join(runtime, 'node_modules', nodePackage())
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return version === nodeVersion && existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** The JavaScript file of the npm that called us, or of the one that stands beside this Node. */
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

/** Path of Node 24; installs it under .runtime when the machine's Node is older. */
export async function ensureNode24() {
  const present = findNode24()
  if (present) return present
  return timed(`Node ${nodeVersion} fetched (this machine has ${process.versions.node})`, () => {
    mkdirSync(runtime, { recursive: true })
    // A package.json of its own, so that npm does not take the project's for it.
    writeFileSync(join(runtime, 'package.json'), '{ "name": "ami-streams-runtime", "private": true }\n')
    const name = nodePackage()
    // Beside, then renamed: a broken download leaves nothing that looks whole.
    const fresh = join(runtime, `fetch-${process.pid}`)
    mkdirSync(fresh, { recursive: true })
    writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n')
    try {
      const result = runNpm(
        process.execPath,
        ['install', '--prefix', fresh, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${nodeVersion}`],
        { cwd: fresh },
      )
      if (result.status !== 0) {
        throw new Error(
          `Node ${nodeVersion} could not be fetched as ${name}.\n${(result.stderr || String(result.error)).trim()}\n` +
            `Install Node ${nodeVersion.split('.')[0]} yourself and run this again with it.`,
        )
      }
      mkdirSync(join(runtime, 'node_modules'), { recursive: true })
      rmSync(join(runtime, 'node_modules', name), { recursive: true, force: true })
      renameSync(join(fresh, 'node_modules', name), join(runtime, 'node_modules', name))
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
    const node = findNode24()
    if (!node) throw new Error(`${name}@${nodeVersion} holds no Node for this machine.`)
    return node
  })
}
