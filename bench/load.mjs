/** Publishers for the benches: a prepared clip, sent in real time without encoding. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { hostCompiler } from '../scripts/native-compiler.mjs'
import { filesBelow, hashOf, isFresh, writeStamp } from '../scripts/stamp.mjs'
import { measureProcess } from './process-tree.mjs'
import { pinned, root } from './servers.mjs'

const seconds = 20

/** A clip of video and a tone at `kbps`, kept up by noise and a tight buffer; made once, kept in artifacts/bench. */
export async function clip(kbps, size = '1280x720') {
  const folder = join(root, 'artifacts/bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, size === '1280x720' ? `clip-${kbps}.flv` : `clip-${kbps}-${size}.flv`)
  if (!existsSync(file)) {
    const rate = `${kbps - 128}k`
    const input = [
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${size}:rate=30,noise=alls=24:allf=t`,
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440:sample_rate=48000',
    ]
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '60']
    const bitrate = ['-b:v', rate, '-maxrate', rate, '-bufsize', rate, '-x264-params', 'nal-hrd=cbr']
    const audio = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2']
    const all = [
      '-hide_banner',
      '-loglevel',
      'error',
      '-y',
      ...input,
      ...video,
      ...bitrate,
      ...audio,
      '-t',
      String(seconds),
      '-f',
      'flv',
      file,
    ]
    await new Promise((resolve, reject) => {
      spawn('ffmpeg', all, { stdio: ['ignore', 'ignore', 'inherit'] })
        .on('error', reject)
        .on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with code ${code}`))))
    })
  }
  return { file, mbps: (statSync(file).size * 8) / seconds / 1e6 }
}

/**
 * Publishes the clip to every URL until `stop()`, from one process (`core` pins it). Resolves when all of them publish. `state()` is the
 * loader's latest report: publishers lost, bytes that wait to be sent, and how late its own timers were.
 */
export async function publishAll(file, urls, { core } = {}) {
  const argument = JSON.stringify({ file, urls })
  const program = join(root, 'bench/publishers.mjs')
  const [command, args] = pinned(core, process.execPath, [program, argument])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let state = { lost: 0, queuedBytes: 0, latestMs: 0 }
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.started) resolve()
      else state = message
    })
    gone.then((code) => reject(new Error(`the publishers ended with code ${code}`)))
  })
  return {
    state: () => state,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Plays one URL `viewers` times from one process (`core` pins it). `state()` has the bytes received and the players lost. */
export async function playAll(url, viewers, { core } = {}) {
  const program = join(root, 'bench/rtmp-viewers.mjs')
  const [command, args] = pinned(core, process.execPath, [program, JSON.stringify({ url, viewers })])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let state = { bytes: 0, lost: 0 }
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.on('message', (message) => {
    state = message
  })
  return {
    state: () => state,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Compiles the program of LL-HLS viewers where it changed, and returns its path. */
function buildLowLatencyViewers() {
  const folder = join(root, 'bench/ll-hls-viewers')
  const program = join(root, 'artifacts/bench/ll-hls-viewers')
  const flags = ['-std=c++17', '-O2', '-Wall', '-Wextra', '-Werror']
  const hash = hashOf(filesBelow(folder), flags.join(' '))
  if (existsSync(program) && isFresh(`${program}.stamp`, hash)) return program
  mkdirSync(dirname(program), { recursive: true })
  execFileSync(hostCompiler.program, [...flags, join(folder, 'main.cc'), '-o', program], { stdio: ['ignore', 'ignore', 'inherit'] })
  writeStamp(`${program}.stamp`, hash)
  return program
}

/** How one process of viewers is started, and where it says how they do. `first` numbers the viewers. */
function startViewers({ base, kind, viewers, first, overMs }) {
  if (kind === 'll-hls') {
    const { hostname, port, pathname } = new URL(base)
    const child = spawn(buildLowLatencyViewers(), [hostname, port, pathname, viewers, overMs].map(String), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return { child, onState: (take) => createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line))) }
  }
  const argument = JSON.stringify({ base, kind, viewers, first, overMs })
  const child = spawn(process.execPath, [join(root, 'bench/http-viewers.mjs'), argument], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return { child, onState: (take) => child.on('message', take) }
}

const sumOf = (one, other) => (Array.isArray(other) ? other.map((each, at) => each + (one?.[at] ?? 0)) : (one ?? 0) + other)

/**
 * Watches one stream `viewers` times over HTTP (`kind` as in http-viewers.mjs, or `ll-hls`). `state()` sums what its processes say:
 * answers, bytes, media, and what went wrong; `audienceCpuSeconds` is what they took themselves.
 */
export function watchAll(base, kind, viewers, { overMs = 4000 } = {}) {
  const states = []
  const children = []
  const processes = kind === 'll-hls' ? 1 : Math.ceil(viewers / 1500)
  for (let index = 0; index < processes; index++) {
    const share = Math.floor(viewers / processes) + (index < viewers % processes ? 1 : 0)
    const { child, onState } = startViewers({ base, kind, viewers: share, first: index * 100_000, overMs })
    child.once('exit', (code) => {
      if (code !== null) process.stderr.write(`viewers ended with code ${code}\n`)
    })
    onState((state) => {
      states[index] = state
    })
    children.push(child)
  }
  return {
    state: () => {
      const sum = { audienceCpuSeconds: children.reduce((seconds, { pid }) => seconds + measureProcess(pid).cpuSeconds, 0) }
      for (const state of states) for (const [name, value] of Object.entries(state ?? {})) sum[name] = sumOf(sum[name], value)
      return sum
    },
    async stop() {
      await Promise.all(
        children.map((child) => {
          if (child.exitCode !== null) return undefined
          child.kill('SIGKILL')
          return new Promise((resolve) => child.once('exit', resolve))
        }),
      )
    },
  }
}
