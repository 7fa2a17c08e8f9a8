/** Headers of Node-API that addons are compiled with: there before the dependencies are, so that compiling does not wait for them. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fetchPackages } from './node24.mjs'
import { timed } from './progress.mjs'

const folder = join('.runtime', 'headers')
const names = ['node-addon-api', 'node-api-headers']

/** Folder of a package of headers. */
export const headersOf = (name) => join(folder, name)

function versionOf(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

/** Brings the headers in the versions of package-lock.json: from the installed dependencies, or from the registry. */
export async function ensureHeaders() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const missing = names
    .map((name) => ({ name, version: packages[`node_modules/${name}`].version, integrity: packages[`node_modules/${name}`].integrity }))
    .filter(({ name, version }) => versionOf(headersOf(name)) !== version)
  if (missing.length === 0) return
  const fresh = join('.runtime', `headers-${process.pid}`)
  const unpacked = (name) => join(fresh, 'node_modules', name)
  try {
    mkdirSync(fresh, { recursive: true })
    const installed = ({ name, version }) => versionOf(join('node_modules', name)) === version
    if (missing.every(installed)) {
      for (const { name } of missing) cpSync(join('node_modules', name), unpacked(name), { recursive: true })
    } else {
      // In one run: npm itself takes longer than what it fetches here.
      await timed('headers of Node fetched', () => {
        const result = fetchPackages(missing, join(process.cwd(), fresh))
        if (result.status !== 0)
          throw new Error(
            `${missing.map(({ name }) => name).join(' and ')} could not be fetched.\n${(result.stderr || String(result.error)).trim()}`,
          )
      })
    }
    // Beside, then renamed: a broken copy leaves nothing that looks whole.
    mkdirSync(folder, { recursive: true })
    for (const { name, version } of missing) {
      if (!existsSync(unpacked(name))) throw new Error(`${name}@${version} is empty.`)
      rmSync(headersOf(name), { recursive: true, force: true })
      renameSync(unpacked(name), headersOf(name))
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
