import { type ChildProcess, fork, spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { artifacts, root } from './paths.ts'

/** What the test stream's process is given; see src-main/live/relay/demo/messages.ts. */
export interface TestStream {
  readonly url: string
  readonly width?: number
  readonly height?: number
  readonly fps?: number
  readonly videoKbps?: number
  readonly video?: 'h264' | 'hevc' | 'av1'
  readonly audio?: 'aac' | 'opus'
  readonly frames?: number
  readonly paced?: boolean
}

export interface Publisher {
  readonly process: ChildProcess
  /** Rejects when the publisher fails; resolves when it ends by itself or by `stop`. */
  readonly ended: Promise<void>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Publishes drawn frames, encoded by node-av; resolves with the first frame sent. */
export async function publishTestStream(options: TestStream): Promise<Publisher> {
  const child = fork(join(root, 'dist/host/demo-worker.js'), [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000)
  })
  const full = { width: 1280, height: 720, fps: 30, videoKbps: 1500, video: 'h264', audio: 'aac', paced: true, ...options }
  let wasStopped = false
  let onStarted: () => void = () => undefined
  const started = new Promise<void>((resolve) => {
    onStarted = resolve
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('message', (envelope: any) => {
      if (envelope.kind === 'ready') child.send({ kind: 'message', body: { type: 'start', options: full } })
      if (envelope.kind !== 'message') return
      if (envelope.body.type === 'started') onStarted()
      else if (envelope.body.type === 'finished') {
        child.send({ kind: 'stop' })
        resolve()
      } else if (envelope.body.type === 'failed') reject(new Error(`${envelope.body.reason}: ${envelope.body.message}\n${errors}`))
    })
    child.on('exit', (code, signal) => {
      if (wasStopped || code === 0) resolve()
      else reject(new Error(`publisher ended: ${signal ?? code}\n${errors}`))
    })
  })
  ended.catch(() => undefined)
  await Promise.race([started, ended])
  return {
    process: child,
    ended,
    async stop(signal) {
      wasStopped = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      if (signal) child.kill(signal)
      else child.send({ kind: 'stop' })
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await exited
      clearTimeout(timer)
    },
  }
}

/** A clip of the test card, made once for each set of options: what ffmpeg publishes without encoding. */
export async function testClip(name: string, options: Omit<TestStream, 'url' | 'paced'> & { frames: number }): Promise<string> {
  mkdirSync(artifacts, { recursive: true })
  const file = join(artifacts, `${name}.flv`)
  if (existsSync(file)) return file
  // Tests run side by side: a clip is there whole or not at all.
  const half = join(artifacts, `${process.pid}-${name}.flv`)
  const making = await publishTestStream({ ...options, url: half, paced: false })
  await making.ended
  await making.stop()
  renameSync(half, file)
  return file
}

/** Publishes a file as ffmpeg does it, in real time and without encoding. */
export function publishFile(
  file: string,
  url: string,
  options: { loop?: boolean; args?: readonly string[]; format?: 'flv' | 'mpegts' } = {},
): Publisher {
  const args = ['-hide_banner', '-loglevel', 'warning', ...(options.loop ? ['-stream_loop', '-1'] : []), '-re', '-i', file]
  const child = spawn('ffmpeg', [...args, '-c', 'copy', ...(options.args ?? []), '-f', options.format ?? 'flv', url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000)
  })
  let wasStopped = false
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => {
      if (wasStopped || code === 0) resolve()
      else reject(new Error(`ffmpeg ended with ${code}: ${errors}`))
    })
  })
  ended.catch(() => undefined)
  return {
    process: child,
    ended,
    async stop(signal = 'SIGKILL') {
      wasStopped = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await exited
    },
  }
}
