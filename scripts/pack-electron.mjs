/**
 * `npm run pack:electron`: packages of the desktop shell with Electron, by electron-builder and electron-builder.yml.
 *   --prepare              writes what is packed to dist/electron, and packs nothing
 *   --distribution FOLDER  packs with an Electron that is unpacked there, and downloads none
 *   --builder FOLDER       electron-builder's package; one that is installed here where left out
 * Other arguments are electron-builder's: `-- --dir` writes a folder that runs.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { findNode24 } from './node24.mjs'
import { writeProgram } from './pack/program-tree.mjs'
import { shippedPackages } from './pack/shipped-packages.mjs'
import { say, timed } from './progress.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const { values, positionals } = parseArgs({
  options: {
    prepare: { type: 'boolean', default: false },
    distribution: { type: 'string' },
    builder: { type: 'string', default: 'node_modules/electron-builder' },
  },
  allowPositionals: true,
})
const target = 'dist/electron'
const electronPackage = JSON.parse(readFileSync('node_modules/electron/package.json', 'utf8'))

/** What Electron runs: the main and the preload file, without packages. */
function writeApp() {
  const app = join(target, 'app')
  for (const file of ['main.js', 'preload.cjs']) cpSync(join('dist/shell', file), join(app, 'dist/shell', file))
  const { name, version, description, license } = JSON.parse(readFileSync('package.json', 'utf8'))
  const author = 'AMI Streams maintainers'
  const homepage = 'https://ami-streams.example'
  const manifest = {
    name,
    productName: 'AMI Streams',
    version,
    description,
    license,
    author,
    homepage,
    type: 'module',
    main: 'dist/shell/main.js',
  }
  writeFileSync(join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

async function writeIcons() {
  mkdirSync(join(target, 'icons'), { recursive: true })
  // electron-builder makes the icons of Windows and macOS from it.
  await sharp('src-renderer/theme/icon.svg', { density: (72 * 1024) / 32 })
    .resize(1024, 1024)
    .png()
    .toFile(join(target, 'icons/icon.png'))
}

if (!existsSync('dist/shell/main.js') || !existsSync('dist/host/main.js')) throw new Error('The program is not built: npm run build')
const distribution = values.distribution === undefined ? undefined : resolve(values.distribution)
if (distribution !== undefined && !existsSync(join(distribution, 'version')))
  throw new Error(`--distribution ${distribution}: no unpacked Electron is there, which has a file "version"`)
// Not an older one, with holes that are closed since.
const given =
  distribution === undefined ? electronPackage.version : readFileSync(join(distribution, 'version'), 'utf8').trim().replace(/^v/, '')
if (given.localeCompare(electronPackage.version, 'en', { numeric: true }) < 0)
  throw new Error(`--distribution ${distribution}: that is Electron ${given}, and ${electronPackage.version} is the oldest that is packed`)
const builder = join(resolve(values.builder), 'cli.js')
if (!values.prepare && !existsSync(builder))
  throw new Error('electron-builder is not installed: npm install --no-save electron-builder (docs/install.md)')
rmSync(target, { recursive: true, force: true })
const packages = shippedPackages(root)
await timed(`program with ${packages.length} packages copied`, async () => {
  writeProgram({ root, node: findNode24(), packages, target: join(target, 'program') })
  writeApp()
  await writeIcons()
})
if (!values.prepare) {
  const config = [`-c.electronVersion=${given}`, ...(distribution === undefined ? [] : [`-c.electronDist=${distribution}`])]
  const { status } = spawnSync(
    process.execPath,
    [builder, '--config', 'electron-builder.yml', '--publish', 'never', ...config, ...positionals],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) throw new Error('electron-builder failed.')
  say('packages are in dist/packages/electron')
}
