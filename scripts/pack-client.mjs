/** `npm run pack:client`: `@ami-streams/client` as a package for npm, in dist/packages. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
mkdirSync('dist/packages', { recursive: true })
const { status } = spawnSync('npm', ['pack', './dist/client', '--pack-destination', 'dist/packages'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
