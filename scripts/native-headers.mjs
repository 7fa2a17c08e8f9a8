/** Headers of Node-API that addons are compiled with: there before the dependencies are, so that compiling does not wait for them. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fetchPackage } from './node24.mjs'
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
  for (const name of names) {
    const { version, integrity } = packages[`node_modules/${name}`]
    if (versionOf(headersOf(name)) === version) continue
    const fresh = join('.runtime', `headers-${process.pid}`)
    try {
      mkdirSync(fresh, { recursive: true })
      const installed = join('node_modules', name)
      if (versionOf(installed) === version) cpSync(installed, join(fresh, 'node_modules', name), { recursive: true })
      else {
        await timed(`${name} ${version} fetched`, () => {
          const result = fetchPackage({ name, version, integrity }, join(process.cwd(), fresh))
          if (result.status !== 0) throw new Error(`${name} could not be fetched.\n${(result.stderr || String(result.error)).trim()}`)
        })
      }
      // Beside, then renamed: a broken copy leaves nothing that looks whole.
      mkdirSync(folder, { recursive: true })
      rmSync(headersOf(name), { recursive: true, force: true })
      renameSync(join(fresh, 'node_modules', name), headersOf(name))
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
    if (!existsSync(headersOf(name))) throw new Error(`${name}@${version} is empty.`)
  }
}
