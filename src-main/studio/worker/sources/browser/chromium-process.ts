import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { browserNames } from '../../../../platform/config/installed-browsers.ts'
import { maskUrlsIn } from '../../../../platform/outbound/url-secrets.ts'
import { findProgram } from '../../../../platform/programs/find-program.ts'
import { waitedForProcessorMs } from '../../../../platform/workers/watchdog.ts'
import { networkArguments, type PageNetwork } from './page-network.ts'

export interface ChromiumOptions {
  readonly width: number
  readonly height: number
  /** Where it keeps what it must; of nobody else. */
  readonly profile: string
  /** For what it writes elsewhere, and leaves where it is killed; undefined: the system's temporary folder. */
  readonly temporary: string | undefined
  /** Folder with the socket of an audio server, `pulse/native`; undefined: the page is silent. */
  readonly audioFolder: string | undefined
  readonly network: PageNetwork
}

export interface ChromiumProcess {
  readonly to: Writable
  readonly from: Readable
  /** False where Chromium cannot shut its pages in. */
  readonly sandbox: boolean
  /** Resolves when it is gone, with the last words that it said. */
  readonly gone: Promise<string>
  /** Bytes that it and its children hold; 0 where the system does not tell. */
  memoryBytes(): number
  /** How long the main threads of it and its children have waited for a processor, ms; 0 where the system does not tell. */
  waitedForProcessorMs(): number
  /** Ends it and all its children at once. */
  kill(): void
}

/** Builds without windows are smaller if there is one. */
const headlessShells = ['chromium-headless-shell', 'chrome-headless-shell']

/** The installed browser; undefined if no browser is found. */
export function findChromium(): string | undefined {
  const path = process.env.PATH ?? ''
  for (const name of [...headlessShells, ...browserNames(process.platform)]) {
    const found = findProgram(name, path)
    if (found !== undefined) return found
  }
  return undefined
}

/** Shared memory of a container may be too small for screenshots of pages, bytes. */
const enoughSharedMemory = 512 << 20

function argumentsFor(wish: ChromiumOptions, sandbox: boolean): string[] {
  return [
    '--headless=new',
    '--remote-debugging-pipe',
    `--user-data-dir=${wish.profile}`,
    `--window-size=${wish.width},${wish.height}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,GlobalMediaControls,SpareRendererForSitePerProcess',
    '--password-store=basic',
    '--use-mock-keychain',
    '--deny-permission-prompts',
    '--block-new-web-contents',
    '--noerrdialogs',
    '--hide-scrollbars',
    '--force-color-profile=srgb',
    // Letters with coloured edges look wrong over anything but the page's own background.
    '--disable-lcd-text',
    '--autoplay-policy=no-user-gesture-required',
    // Nobody looks at a window, yet the page is on air.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    ...(hasGraphics() ? [] : ['--disable-gpu', '--enable-unsafe-swiftshader']),
    ...(hasSharedMemory() ? [] : ['--disable-dev-shm-usage']),
    ...(sandbox ? [] : ['--no-sandbox']),
    ...(wish.audioFolder === undefined ? ['--mute-audio'] : []),
    ...networkArguments(wish.network),
    'about:blank',
  ]
}

function hasGraphics(): boolean {
  return process.platform !== 'linux' || existsSync('/dev/dri')
}

function hasSharedMemory(): boolean {
  if (process.platform !== 'linux') return true
  try {
    const { bsize, blocks } = statfsSync('/dev/shm')
    return bsize * blocks >= enoughSharedMemory
  } catch {
    return false
  }
}

/** How much of what it says is kept, characters. */
const lastWordsLength = 500

/** Starts a browser without a window, that listens to its two pipes. */
export function startChromium(file: string, wish: ChromiumOptions): ChromiumProcess {
  // What a browser that was killed left: it would take itself for the second one.
  for (const lock of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) rmSync(join(wish.profile, lock), { force: true })
  const sandbox = process.platform !== 'linux' || process.getuid?.() !== 0
  const child: ChildProcess = spawn(file, argumentsFor(wish, sandbox), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: all of it is ended at once, whatever its parts started.
    detached: process.platform !== 'win32',
    env: {
      ...process.env,
      // A page that no person uses gets neither the desktop's key ring nor its audio server.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      ...(wish.temporary !== undefined && { TMPDIR: wish.temporary }),
      ...(wish.audioFolder !== undefined && {
        XDG_RUNTIME_DIR: wish.audioFolder,
        PULSE_SERVER: `unix:${wish.audioFolder}/pulse/native`,
      }),
    },
  })
  let lastWords = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + maskUrlsIn(bytes.toString())).slice(-lastWordsLength)
  })
  const kill = (): void => {
    if (child.pid === undefined) return
    try {
      if (process.platform === 'win32') child.kill('SIGKILL')
      else process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  // Whatever ends this process ends the browser with it.
  process.once('exit', kill)
  const gone = new Promise<string>((resolve) => {
    const ended = (): void => {
      process.off('exit', kill)
      // Children of a browser that crashed may linger.
      kill()
      resolve(lastWords.trim())
    }
    child.once('exit', ended)
    child.once('error', (error) => {
      lastWords += error.message
      if (child.pid === undefined) ended()
    })
  })
  return {
    to: child.stdio[3] as Writable,
    from: child.stdio[4] as Readable,
    sandbox,
    gone,
    memoryBytes: () => sumOf(tree(child.pid), memoryOf),
    waitedForProcessorMs: () => sumOf(tree(child.pid), waitedForProcessorMs),
    kill,
  }
}

/** A process and all below it; none where the system does not tell. */
function tree(root: number | undefined): number[] {
  if (root === undefined || process.platform !== 'linux') return []
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      // After the name in brackets: state, then the parent.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while we looked.
    }
  }
  return [...parents.keys()].filter((pid) => {
    let at: number | undefined = pid
    while (at !== undefined && at !== root && at > 1) at = parents.get(at)
    return at === root
  })
}

const sumOf = (pids: readonly number[], of: (pid: number) => number): number => pids.reduce((sum, pid) => sum + of(pid), 0)

/** Proportional memory of a process, bytes; 0 where it has ended. */
function memoryOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
