/**
 * Builds what changed: the host (dist/host), the page (dist/renderer) and the native addons (dist/native).
 * Each is made beside its old version and swapped in whole, so a running host never sees half a build.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip, constants as zlib } from 'node:zlib'
import { workers } from '../src-main/platform/workers/manifest.ts'
import { buildNative } from './build-native.mjs'
import { buildSessionsHelper } from './build-sessions-helper.mjs'
import { lineMappings } from './line-mappings.mjs'
import { say, timed } from './progress.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const isTest = (path) => path.endsWith('.test.ts') || path.endsWith('.test.tsx')
const shared = ['package-lock.json', 'scripts/build.mjs', 'scripts/line-mappings.mjs']

/** Runs `make(folder)` into a fresh folder and puts it in the place of `target`. */
async function swapIn(target, make) {
  const fresh = `${target}.${process.pid}.new`
  const old = `${target}.${process.pid}.old`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  try {
    await make(fresh)
    if (existsSync(target)) renameSync(target, old)
    renameSync(fresh, target)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/** Packages of hundreds of small modules, of which little is used: as modules of their own they would take the host 10 MB and half its start. */
const bundled = /^(?:typebox|kysely|jose|uqr|prom-client|@opentelemetry\/api|tdigest|bintrees)(?:\/|$)/

/**
 * What the host keeps of a bundle in memory: a single letter beyond Latin 1 makes the engine keep a whole chunk with two bytes a letter, so
 * such letters become escapes. Source maps give lines, not names, and contain no sources, which are beside them.
 */
function slim(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    if (name.endsWith('.map')) {
      const { sourcesContent: _, ...map } = JSON.parse(text)
      writeFileSync(path, JSON.stringify({ ...map, names: [], mappings: lineMappings(map.mappings) }))
    } else {
      writeFileSync(
        path,
        text.replace(/[^\0-\xff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
      )
    }
  }
}

const isFile = (id) => id.startsWith('.') || id.startsWith('/') || /^[A-Za-z]:/.test(id)

/**
 * Node's module of HTTP, as an import, has every name of its looked up, WebSocket's among them, for which Node loads its whole HTTP client:
 * 40 ms of each process. Here it has the others alone.
 */
const httpWithoutClient = {
  name: 'http-without-client',
  resolveId: { filter: { id: /^node:http$/ }, handler: () => '\0node-http' },
  load: {
    filter: { id: /^\0node-http$/ },
    handler: () => {
      const names = Object.keys(http).filter((name) => !['WebSocket', 'CloseEvent', 'MessageEvent'].includes(name))
      return `export const { ${names.join(', ')} } = process.getBuiltinModule('node:http')\n`
    },
  },
}

/**
 * @param target folder
 * @param input files by name
 * @param options `external`: what is loaded as a package at run time
 */
async function bundle(target, input, { format = 'esm', external, plugins = [] } = {}) {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input,
    platform: 'node',
    plugins,
    // Other packages stay packages: they are installed, some hold native code, and a stack trace names them.
    external,
    onLog: (level, log, handle) => handle(level === 'warn' && log.code === 'CIRCULAR_DEPENDENCY' ? 'error' : level, log),
  })
  try {
    await build.write({
      dir: target,
      format,
      sourcemap: true,
      comments: { legal: true, annotation: false, jsdoc: false },
      entryFileNames: format === 'esm' ? '[name].js' : '[name].cjs',
      chunkFileNames: '[name]-[hash].js',
    })
  } finally {
    await build.close()
  }
  slim(target)
}

async function buildHost() {
  const input = {
    main: 'src-main/host/main.ts',
    supervisor: 'src-main/host/supervisor/host-supervisor.ts',
    ...Object.fromEntries(Object.entries(workers).map(([name, { source }]) => [`${name}-worker`, `src-main/${source}`])),
  }
  const missing = Object.values(input).filter((path) => !existsSync(path))
  if (missing.length > 0) throw new Error(`The host cannot be built: ${missing.join(', ')} is missing.`)
  const hash = hashOf([...filesBelow('src-main', isTest), ...shared])
  if (isFresh('dist/host.stamp', hash) && existsSync('dist/host/main.js')) return
  const external = (id) => id !== 'node:http' && !isFile(id) && !bundled.test(id)
  await timed('host built', () => swapIn('dist/host', (folder) => bundle(folder, input, { external, plugins: [httpWithoutClient] })))
  writeStamp('dist/host.stamp', hash)
}

/** What Electron gives, Node has, and a WebSocket does without. */
const ofElectron = /^(?:electron|node:.*|bufferutil|utf-8-validate)$/

/** The desktop shell with Electron: without packages beside it, and `electron` is given by the binary that runs it. */
async function buildShell() {
  const hash = hashOf([
    ...['shell', 'platform', 'formats'].flatMap((part) => filesBelow(`src-main/${part}`, isTest)),
    ...filesBelow('src-preload'),
    ...shared,
  ])
  if (isFresh('dist/shell.stamp', hash) && existsSync('dist/shell/main.js')) return
  const external = (id) => ofElectron.test(id) || isBuiltin(id)
  await timed('window shell built', () =>
    swapIn('dist/shell', async (folder) => {
      await bundle(folder, { main: 'src-main/shell/main.ts' }, { external })
      // A sandbox loads one file of CommonJS.
      await bundle(folder, { preload: 'src-preload/preload.ts' }, { external, format: 'cjs' })
    }),
  )
  writeStamp('dist/shell.stamp', hash)
}

const compressible = /\.(?:html|js|css|svg|json|webmanifest|map|txt)$/

/** Writes FILE.br and FILE.gz beside every text asset worth it: the host sends them as they are. */
async function compressAssets(folder) {
  const brotli = promisify(brotliCompress)
  const zip = promisify(gzip)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => compressible.test(name))
  await Promise.all(
    files.map(async (name) => {
      const path = join(folder, name)
      if (statSync(path).size < 1024) return
      const bytes = readFileSync(path)
      const [br, gz] = await Promise.all([
        // Quality 9 is a tenth of 11's time for 3 % more bytes.
        brotli(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: 9, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
        zip(bytes, { level: 9 }),
      ])
      writeFileSync(`${path}.br`, br)
      writeFileSync(`${path}.gz`, gz)
    }),
  )
}

async function buildRenderer() {
  const configFile = ['vite.config.ts', 'src-renderer/vite.config.ts'].find((path) => existsSync(path))
  if (configFile === undefined) {
    say('no page yet: src-renderer has no vite.config.ts')
    return
  }
  const hash = hashOf([
    ...filesBelow('src-renderer', isTest),
    ...filesBelow('src-client', isTest),
    ...filesBelow('resources'),
    configFile,
    ...shared,
  ])
  if (isFresh('dist/renderer.stamp', hash) && existsSync('dist/renderer/index.html')) return
  const { build, loadConfigFromFile } = await import('vite')
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'production' }, join(root, configFile))
  const config = loaded?.config ?? {}
  // The page's own compressor looks into dist/renderer, which is not where this build is made.
  const plugins = (config.plugins ?? []).flat().filter((plugin) => plugin && plugin.name !== 'precompress')
  await timed('page built', () =>
    swapIn('dist/renderer', async (folder) => {
      await build({
        ...config,
        configFile: false,
        plugins,
        logLevel: 'warn',
        build: { ...config.build, outDir: join(root, folder), emptyOutDir: true },
      })
      await compressAssets(folder)
    }),
  )
  writeStamp('dist/renderer.stamp', hash)
}

/** The package that other pages play with, `@ami-streams/client`: one small file and its types. */
async function buildClient() {
  const hash = hashOf([...filesBelow('src-client', isTest), ...shared])
  if (isFresh('dist/client.stamp', hash) && existsSync('dist/client/index.js')) return
  await timed('client package built', () =>
    swapIn('dist/client', async (folder) => {
      const { rolldown } = await import('rolldown')
      const build = await rolldown({ input: 'src-client/index.ts', platform: 'browser' })
      await build.write({ file: join(folder, 'index.js'), format: 'esm', minify: true })
      await build.close()
      const args = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', join(folder, 'types')]
      const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'src-client/tsconfig.build.json', ...args])
      if (tsc.status !== 0) throw new Error(`The types of the client package: ${tsc.stdout}`)
      const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
      const described = JSON.parse(readFileSync('src-client/package.json', 'utf8'))
      writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...described, version }, undefined, 2)}\n`)
      cpSync('src-client/README.md', join(folder, 'README.md'))
      cpSync('LICENSE', join(folder, 'LICENSE'))
    }),
  )
  writeStamp('dist/client.stamp', hash)
}

/** An addon that cannot be built leaves the rest of the product whole; asked for by name, it is a failure. */
async function buildAddons() {
  // A waiter for this process may go on when it is known what must be built: see prepare.mjs.
  await buildSessionsHelper()
  const failed = await buildNative((stale) => process.send?.({ stale }))
  if (failed.length > 0 && wanted.includes('native')) throw new Error(`Not built: ${failed.join(', ')}.`)
}

const wanted = process.argv.slice(2)
const steps = { host: buildHost, shell: buildShell, renderer: buildRenderer, client: buildClient, native: buildAddons }
const unknown = wanted.filter((name) => !(name in steps))
if (unknown.length > 0) {
  process.stderr.write(`Unknown part ${unknown.join(', ')}: any of ${Object.keys(steps).join(', ')}, or none for all.\n`)
  process.exit(2)
}
try {
  for (const [name, step] of Object.entries(steps)) if (wanted.length === 0 || wanted.includes(name)) await step()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : error}\n`)
  process.exit(1)
}
