/**
 * `npm run build:obs-plugin`: the plugin of OBS Studio that shows what AMI Streams has, for the OBS that is installed here.
 *
 *   node scripts/build-obs-plugin.mjs [--out FOLDER]
 *
 * FOLDER (dist/obs-plugin where left out) then has `ami-streams`, the folder that goes under ~/.config/obs-studio/plugins, and an
 * archive of it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { obsPluginPackages } from './debian-packages.mjs'
import { say, timed } from './progress.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from './stamp.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/obs-plugin' } } })
const source = 'native/obs-plugin'
const out = resolve(values.out)
const plugin = join(out, 'ami-streams')
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const archive = join(out, `ami-streams-obs-plugin-${version}-linux-${process.arch}.tar.gz`)

/** Runs a step; what it said is the error where it fails. */
function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (error?.code === 'ENOENT') throw new Error(`${program} is missing. On Debian: apt-get install ${obsPluginPackages.join(' ')}`)
  if (status !== 0) throw new Error(stderr.trim().split('\n').slice(0, 40).join('\n'))
}

function compile() {
  const objects = join(out, 'objects')
  mkdirSync(objects, { recursive: true })
  mkdirSync(join(plugin, 'bin/64bit'), { recursive: true })
  const flags = ['-O2', '-g1', '-fPIC', '-pthread', '-fvisibility=hidden', '-Wall', '-Wextra', '-Inative', '-isystem', '/usr/include/obs']
  const sources = readdirSync(source).filter((name) => /\.(?:c|cc)$/.test(name) && !name.endsWith('-windows.c'))
  for (const name of sources) {
    const language = name.endsWith('.cc') ? ['g++', '-std=c++17'] : ['gcc', '-std=gnu11']
    run(language[0], [...language.slice(1), ...flags, '-c', join(source, name), '-o', join(objects, `${name}.o`)])
  }
  const library = join(plugin, 'bin/64bit/ami-streams.so')
  const outputs = sources.map((name) => join(objects, `${name}.o`))
  // OBS brings C alone: the plugin has its own copy of the library of C++.
  run('g++', [
    '-shared',
    '-pthread',
    '-static-libstdc++',
    '-static-libgcc',
    '-Wl,--no-undefined',
    ...outputs,
    '-lobs',
    '-o',
    `${library}.new`,
  ])
  // Whole or not at all: a running OBS keeps the file that it has loaded.
  renameSync(`${library}.new`, library)
  rmSync(join(plugin, 'data'), { recursive: true, force: true })
  cpSync(join(source, 'data'), join(plugin, 'data'), { recursive: true })
}

function pack() {
  const sameEverywhere = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX']
  execFileSync('tar', ['--create', '--gzip', ...sameEverywhere, '--file', `${archive}.new`, '-C', out, 'ami-streams'])
  renameSync(`${archive}.new`, archive)
}

if (process.platform !== 'linux')
  throw new Error('This builds the plugin for Linux; .github/workflows/obs-plugin.yml has the build for Windows')
if (!existsSync('/usr/include/obs/obs-module.h')) {
  throw new Error(`The headers of OBS are missing. On Debian: apt-get install ${obsPluginPackages.join(' ')}`)
}
const inputs = [...filesBelow(source), ...filesBelow('native/media-store'), 'scripts/build-obs-plugin.mjs', 'package.json']
const hash = hashOf(inputs, process.arch)
const stamp = join(out, 'plugin.stamp')
if (isFresh(stamp, hash) && existsSync(archive)) {
  say('the plugin for OBS is up to date')
} else {
  rmSync(stamp, { force: true })
  await timed('plugin for OBS built', compile)
  pack()
  writeStamp(stamp, hash)
}
process.stdout.write(`${plugin}\n${archive}\n`)
