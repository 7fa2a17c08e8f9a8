/**
 * `npm run pack`: a Debian package and an archive with everything that the program needs but the system's libraries: dist/packages.
 *   --out FOLDER   where to write them
 *   --version V    the version that the package says, e.g. of a test
 *   --only KIND    `deb` or `tar.gz`
 *   --fast         compresses little: for tests
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { completionScript } from '../src-main/host/command-line/completion.ts'
import { manualPage } from '../src-main/host/command-line/manual.ts'
import { createProgram } from '../src-main/host/program.ts'
import { unitFile } from '../src-main/host/service/unit-file.ts'
import { sessionsHelper } from './build-sessions-helper.mjs'
import { nodePackage } from './node24.mjs'
import { writeDebianPackage } from './pack/debian-package.mjs'
import { billOfMaterials, bundledPackages, components, licenceDocument } from './pack/licences.mjs'
import { writeProgram } from './pack/program-tree.mjs'
import { writeSessionsHelper } from './pack/sessions-units.mjs'
import { shippedPackages } from './pack/shipped-packages.mjs'
import { say, timed } from './progress.mjs'
import { filesBelow } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const kinds = ['tar.gz', 'deb']
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/packages' },
    version: { type: 'string' },
    only: { type: 'string' },
    fast: { type: 'boolean', default: false },
  },
})
if (values.only !== undefined && !kinds.includes(values.only)) throw new Error(`--only ${values.only}: one of ${kinds.join(', ')}`)
const wanted = kinds.filter((kind) => values.only === undefined || values.only === kind)
const { version: ownVersion } = JSON.parse(readFileSync('package.json', 'utf8'))
const version = values.version ?? ownVersion
if (!/^\d[0-9A-Za-z.+~-]*$/.test(version)) throw new Error(`--version ${version}: digits, letters and .+~-, e.g. ${ownVersion}`)
const out = resolve(values.out)

/** When the release was made: every file has this time, so that the same sources make the same package. Seconds since 1970. */
function releaseTime() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH)
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : Math.floor(Date.now() / 1000)
}

const program = () =>
  createProgram({
    environment: {},
    stdout: process.stdout,
    stderr: process.stderr,
    untilStopped: () => new Promise(() => undefined),
    exit: () => undefined,
  })

/** What desktops show: entry, description, icons. */
async function writeDesktopFiles(share) {
  const put = (from, to) => {
    mkdirSync(dirname(join(share, to)), { recursive: true })
    cpSync(from, join(share, to))
  }
  put('resources/ami-streams.desktop', 'applications/ami-streams.desktop')
  put('resources/ami-streams-mime.xml', 'mime/packages/ami-streams.xml')
  put('resources/ami-streams.metainfo.xml', 'metainfo/ami-streams.metainfo.xml')
  put('src-renderer/theme/icon.svg', 'icons/hicolor/scalable/apps/ami-streams.svg')
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
    const folder = join(share, `icons/hicolor/${size}x${size}/apps`)
    mkdirSync(folder, { recursive: true })
    await sharp('src-renderer/theme/icon.svg', { density: (72 * size) / 32 })
      .resize(size, size)
      .png({ compressionLevel: 9 })
      .toFile(join(folder, 'ami-streams.png'))
  }
}

function writeTexts(share, epoch) {
  const write = (path, content) => {
    mkdirSync(dirname(join(share, path)), { recursive: true })
    writeFileSync(join(share, path), content)
  }
  const date = new Date(epoch * 1000).toISOString()
  write('man/man1/streams.1.gz', gzipSync(manualPage(program(), version, date.slice(0, 10)), { level: 9 }))
  write('bash-completion/completions/streams', completionScript(program(), 'bash'))
  write('zsh/vendor-completions/_streams', completionScript(program(), 'zsh'))
  write('fish/vendor_completions.d/streams.fish', completionScript(program(), 'fish'))
  const packages = shippedPackages(root)
  const ffmpegVersion = JSON.parse(readFileSync('node_modules/node-av/package.json', 'utf8')).version
  const nodeFolder = join('.runtime/node_modules', nodePackage().name)
  const found = components({
    root,
    packages,
    bundled: bundledPackages(root, packages),
    nodeFolder,
    ffmpegVersion: `of node-av ${ffmpegVersion}`,
  })
  const bill = billOfMaterials(found, { version, time: date })
  write('doc/ami-streams/ami-streams.cdx.json', `${JSON.stringify(bill, null, 1)}\n`)
  write('doc/ami-streams/copyright', licenceDocument(found, readFileSync('LICENSE', 'utf8')))
  write('doc/ami-streams/changelog.gz', gzipSync(readFileSync('CHANGELOG.md'), { level: 9 }))
  for (const name of readdirSync('docs').filter((each) => each.endsWith('.md')))
    cpSync(join('docs', name), join(share, 'doc/ami-streams', name))
  return { packages, count: found.length }
}

/** The plugin for OBS Studio is packed where it can be built. */
function writeObsPlugin(target) {
  if (!existsSync('/usr/include/obs/obs-module.h')) return say('the plugin for OBS is left out: its headers are not installed (libobs-dev)')
  const [plugin, built] = execFileSync(process.execPath, ['scripts/build-obs-plugin.mjs'], { encoding: 'utf8' }).split('\n')
  cpSync(plugin, join(target, 'obs-plugin/ami-streams'), { recursive: true })
  mkdirSync(out, { recursive: true })
  cpSync(built, join(out, basename(built)))
}

/** Modes and times that do not depend on the machine that packs. */
function settle(folder, epoch) {
  const { status, stderr } = spawnSync('chmod', ['-R', 'u=rwX,go=rX', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  for (const file of filesBelow(folder)) utimesSync(file, epoch, epoch)
}

/** An archive that runs wherever it is unpacked. */
function archive(usr) {
  return {
    file: join(out, `ami-streams-${version}-linux-${process.arch}.tar.gz`),
    write(file) {
      const sameEverywhere = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner']
      const inFolder = `--transform=s,^\\./,ami-streams-${version}/,S`
      const compress = `--use-compress-program=gzip --no-name -${values.fast ? 1 : 9}`
      const result = spawnSync('tar', ['--create', ...sameEverywhere, inFolder, compress, '--file', file, '-C', usr, '.'], {
        encoding: 'utf8',
      })
      if (result.status !== 0) throw new Error(result.stderr || result.error?.message)
    },
  }
}

function debianPackage(target) {
  const addons = join(target, 'dist/native')
  const ofPackages = filesBelow(join(target, 'node_modules')).filter((file) => /\.node$|\.so(?:\.\d+)*$/.test(file))
  return {
    file: join(out, `ami-streams_${version}_${process.arch === 'x64' ? 'amd64' : process.arch}.deb`),
    write: (file) =>
      writeDebianPackage({
        tree: join(staging, 'tree'),
        file,
        version,
        needed: [join(target, 'bin/node'), ...['compositor', 'memory'].map((name) => join(addons, `${name}.node`)), ...ofPackages],
        wanted: filesBelow(addons),
        libraryFolders: [...new Set(ofPackages.map((each) => dirname(each)))],
        compression: ['-Zzstd', `-z${values.fast ? 1 : 15}`],
        epoch,
      }),
  }
}

if (process.platform !== 'linux') throw new Error('Packages are made on Linux')
if (!existsSync('dist/native/compositor.node')) throw new Error('The addons are not built: npm run build')
const node = join(root, '.runtime/node_modules', nodePackage().name, 'bin/node')
if (!existsSync(node)) throw new Error('The Node that is shipped is the one that `npm run setup` fetches on a machine with an older Node')
const epoch = releaseTime()
const staging = mkdtempSync(join(tmpdir(), 'ami-streams-pack-'))
try {
  const usr = join(staging, 'tree/usr')
  const { packages } = await timed('texts, licences and icons written', async () => {
    await writeDesktopFiles(join(usr, 'share'))
    return writeTexts(join(usr, 'share'), epoch)
  })
  const target = join(usr, 'lib/ami-streams')
  await timed(`program with ${packages.length} packages copied`, () => writeProgram({ root, node, packages, target }))
  writeObsPlugin(target)
  mkdirSync(join(usr, 'bin'))
  symlinkSync('../lib/ami-streams/bin/streams', join(usr, 'bin/streams'))
  for (const scope of ['system', 'user']) {
    const folder = join(usr, 'lib/systemd', scope)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ami-streams.service'), unitFile({ scope, program: ['/usr/bin/streams'], notifies: true }))
  }
  writeSessionsHelper({ root, tree: join(staging, 'tree'), program: sessionsHelper })
  settle(staging, epoch)
  mkdirSync(out, { recursive: true })
  for (const kind of wanted) {
    const { file, write } = kind === 'deb' ? debianPackage(target) : archive(usr)
    const fresh = `${file}.new`
    try {
      await timed(`${kind} written`, () => write(fresh))
      renameSync(fresh, file)
    } finally {
      rmSync(fresh, { force: true })
    }
    say(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`)
  }
} finally {
  rmSync(staging, { recursive: true, force: true })
}
