/** The program as it is shipped: a folder that runs by itself, with its own Node and its addons, without compiler, npm and sources. */

import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { copyPackages } from './shipped-packages.mjs'

/** Finds itself through links, such as that of /usr/bin, so that it runs wherever it was unpacked. */
const launcher = `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/node" "$here/streams.mjs" "$@"
`

const plainFiles = ['bin/streams.mjs', 'scripts/node24.mjs', 'scripts/progress.mjs', 'LICENSE', 'CHANGELOG.md']

/**
 * Writes the program to `target`.
 * @param {{ root: string, node: string, packages: readonly object[], target: string }} options `node`: the binary that is shipped
 */
export function writeProgram({ root, node, packages, target }) {
  const copy = (from, to = from) => {
    mkdirSync(dirname(join(target, to)), { recursive: true })
    copyFileSync(join(root, from), join(target, to))
  }
  for (const file of plainFiles) copy(file)
  // Compiled code that Node keeps beside the program is of whoever ran it here.
  const shipped = (source) => source !== join(root, 'dist/host/cache')
  for (const folder of ['dist/host', 'dist/renderer', 'dist/shell'])
    cpSync(join(root, folder), join(target, folder), { recursive: true, filter: shipped })
  // A system for which none is compiled has none: the studio says so.
  const addons = existsSync(join(root, 'dist/native')) ? readdirSync(join(root, 'dist/native')) : []
  for (const name of addons.filter((file) => file.endsWith('.node'))) {
    copy(`dist/native/${name}`)
    strip(join(target, 'dist/native', name))
    copy(`native/${name.slice(0, -'.node'.length)}/addon.json`)
  }
  copyPackages(root, packages, target)
  const { name, version, description, license, type, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify({ name, version, description, license, type, private: true, engines }, null, 2)}\n`,
  )
  const binary = join(target, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  copyFileSync(node, binary)
  strip(binary)
  chmodSync(binary, 0o755)
  writeFileSync(join(target, 'bin/streams'), launcher, { mode: 0o755 })
}

/** Symbols that only a debugger reads are a seventh of Node. Without the tool the file stays as it is. */
function strip(file) {
  spawnSync('strip', ['--strip-unneeded', '--enable-deterministic-archives', file])
}
