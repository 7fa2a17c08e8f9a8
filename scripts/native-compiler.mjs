/** Compiles native addons: for the machine that this runs on, and with mingw-w64 for Windows. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { headersOf } from './native-headers.mjs'
import { hashOf, isFresh, writeStamp } from './stamp.mjs'

const run = promisify(execFile)

/** For the system that this runs on. */
export const hostCompiler = {
  program: process.env.CXX ?? 'g++',
  system: process.platform,
  ...(process.platform === 'win32' && { dlltool: 'dlltool' }),
}

/** Debian's cross compiler (g++-mingw-w64-x86-64). What it makes is not run here: it is not made fast, either. */
export const windowsCompiler = {
  program: 'x86_64-w64-mingw32-g++-posix',
  system: 'win32',
  dlltool: 'x86_64-w64-mingw32-dlltool',
  flags: ['-O0', '-g0'],
}

const flagsOfSystem = {
  // Windows 10, version 1903.
  win32: ['-D_WIN32_WINNT=0x0A00', '-DNTDDI_VERSION=0x0A000007', '-DUNICODE', '-D_UNICODE', '-DNOMINMAX'],
  darwin: ['-fobjc-arc'],
}
const linkOfSystem = {
  // Its own copy of the compiler's libraries: nobody else brings them along.
  win32: ['-shared', '-static'],
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
}

function flagsOf(packages) {
  if (!packages?.length) return { cflags: [], libs: [] }
  const ask = (what) => {
    const answer = spawnSync('pkg-config', [what, ...packages], { encoding: 'utf8' })
    if (answer.status !== 0) throw new Error((answer.stderr || String(answer.error ?? 'pkg-config failed')).trim())
    return answer.stdout.split(/\s+/).filter(Boolean)
  }
  return { cflags: ask('--cflags'), libs: ask('--libs') }
}

/** Compiles a source unless it and all that it includes are what they were. */
async function compileSource(compiler, flags, source, object) {
  const stamp = `${object}.stamp`
  const dependencies = () => readFileSync(`${object}.d`, 'utf8').replaceAll('\\\n', ' ').split(/\s+/).slice(1).filter(Boolean)
  // System headers are not among the dependencies: those of Node's packages change with the lock file.
  const hash = () => hashOf([...dependencies(), 'package-lock.json'], `${compiler} ${flags.join(' ')}`)
  if (existsSync(object) && existsSync(`${object}.d`) && dependencies().every((file) => existsSync(file)) && isFresh(stamp, hash())) return
  rmSync(stamp, { force: true })
  await run(compiler, [...flags, '-MMD', '-c', source, '-o', object, '-MF', `${object}.d`], { maxBuffer: 1 << 26 })
  writeStamp(stamp, hash())
}

/** Import libraries for what the Node.js program offers, which addons of Windows must be linked with. */
async function importLibraries(dlltool, folder) {
  return Promise.all(
    ['js_native_api', 'node_api'].map(async (name) => {
      const library = join(folder, `${name}.a`)
      await run(dlltool, ['-d', `${headersOf('node-api-headers')}/def/${name}.def`, '-l', library])
      return library
    }),
  )
}

/**
 * What is compiled at once: each source by itself, those of a list as one translation unit, and the bindings as one that is not optimised
 * much. Most of the time goes into templates of Node's headers and of the standard library, which are read and made once for each unit.
 */
export function unitsOf({ sources, bindings = [] }) {
  const lists = sources.map((each) => ({ sources: [each].flat(), flags: [] }))
  // The compiler takes the last of several levels.
  return bindings.length === 0 ? lists : [...lists, { sources: bindings, flags: ['-O1'] }]
}

/** The file to compile for a unit: its source, or one in `objects` that includes them all. */
function fileOf({ sources }, folder, objects) {
  if (sources.length === 1) return join(folder, sources[0])
  const file = join(objects, `${nameOf(sources)}-unit.cc`)
  const lines = sources.map((source) => `#include "${relative(objects, join(folder, source)).replaceAll('\\', '/')}"\n`)
  const text = lines.join('')
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
  return file
}

const nameOf = ([first]) => first.replaceAll('/', '-')

/** Makes TARGET/NAME.node of an addon: its `name`, `folder` and what addon.json says. Objects of units that did not change are kept. */
export async function compileAddon(addon, { program, system, dlltool, flags: further = [] }, target) {
  const { cflags, libs } = flagsOf(addon.packages)
  const includes = [headersOf('node-addon-api'), `${headersOf('node-api-headers')}/include`]
  const flags = [
    ...[
      '-std=c++17',
      '-O3',
      '-g1',
      '-fPIC',
      '-pthread',
      '-fvisibility=hidden',
      '-Wall',
      '-Wextra',
      '-Wno-unused-parameter',
      '-fno-math-errno',
      '-fno-trapping-math',
    ],
    ...(flagsOfSystem[system] ?? []),
    ...['-DNAPI_VERSION=9', '-DNODE_ADDON_API_DISABLE_DEPRECATED', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
    ...includes.flatMap((folder) => ['-isystem', folder]),
    '-Inative',
    ...cflags,
    ...further,
  ]
  const objects = join(target, 'objects', addon.name)
  const fresh = join(target, `${addon.name}.node.${process.pid}.new`)
  mkdirSync(objects, { recursive: true })
  try {
    const units = unitsOf(addon)
    const queue = [...units]
    // Not the name of its first source: an object of that source alone may be there, and would be taken for the unit's.
    const objectOf = ({ sources }) => join(objects, `${nameOf(sources)}${sources.length > 1 ? '-unit' : ''}.o`)
    const work = async () => {
      for (let unit = queue.shift(); unit; unit = queue.shift()) {
        await compileSource(program, [...flags, ...unit.flags], fileOf(unit, addon.folder, objects), objectOf(unit))
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    const outputs = units.map(objectOf)
    const link = linkOfSystem[system] ?? ['-shared']
    const ofNode = dlltool === undefined ? [] : await importLibraries(dlltool, objects)
    const libraries = (addon.libraries ?? []).map((name) => `-l${name}`)
    const frameworks = (addon.frameworks ?? []).flatMap((name) => ['-framework', name])
    await run(program, [...link, '-pthread', ...outputs, ...ofNode, ...libraries, ...frameworks, ...libs, '-o', fresh], {
      maxBuffer: 1 << 26,
    })
    // Whole or not at all: a running program keeps the file that it has loaded.
    renameSync(fresh, join(target, `${addon.name}.node`))
  } finally {
    rmSync(fresh, { force: true })
  }
}
