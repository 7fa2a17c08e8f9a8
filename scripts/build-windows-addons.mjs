/**
 * Compiles and links for Windows, with Debian's mingw-w64, what is written for it: dist/native-win32/NAME.node. Nothing here can run
 * them; that they compile against the system's headers and link against its libraries and Node's is what this shows.
 * Prints the files; ends with code 3 if there is no compiler for Windows.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileAddon, windowsCompiler } from './native-compiler.mjs'
import { ensureHeaders } from './native-headers.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from './stamp.mjs'

const target = 'dist/native-win32'
const names = ['windows']

if (spawnSync(windowsCompiler.program, ['--version']).error) {
  process.stderr.write('There is no compiler for Windows here. On Debian: apt-get install g++-mingw-w64-x86-64\n')
  process.exit(3)
}
mkdirSync(target, { recursive: true })
try {
  await ensureHeaders()
  for (const name of names) {
    const folder = join('native', name)
    const addon = { name, folder, ...JSON.parse(readFileSync(join(folder, 'addon.json'), 'utf8')) }
    const shared = [
      ...filesBelow('native/capture'),
      ...filesBelow('native/javascript'),
      ...filesBelow('native/media-store'),
      'scripts/native-compiler.mjs',
      'package-lock.json',
    ]
    const hash = hashOf([...filesBelow(folder), ...shared])
    const file = join(target, `${name}.node`)
    const stamp = join(target, `${name}.stamp`)
    if (!isFresh(stamp, hash) || !existsSync(file)) {
      await compileAddon(addon, windowsCompiler, target)
      writeStamp(stamp, hash)
    }
    process.stdout.write(`${file}\n`)
  }
} catch (error) {
  process.stderr.write(`${error.stderr || error.stack}\n`)
  process.exit(1)
}
