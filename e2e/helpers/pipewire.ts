import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../src-main/platform/programs/find-program.ts'
import { documentPortal, keepServicesOut, removeFolder } from './private-folder.ts'
import { until } from './until.ts'
import { wavFile, wavRate } from './wav.ts'

/** Why no private PipeWire can be had on this machine; undefined where one can. */
export function pipeWireMissing(): string | undefined {
  const programs = ['pipewire', 'wireplumber', 'pipewire-pulse', 'pw-play', 'pw-link', 'pactl', 'dbus-daemon', 'gst-launch-1.0']
  const missing = programs.filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return undefined
  return `${missing.join(', ')} missing: apt-get install pipewire wireplumber pipewire-pulse pipewire-bin pulseaudio-utils dbus gstreamer1.0-tools gstreamer1.0-pipewire`
}

export interface ToneOptions {
  /** Node that plays it: a sink, or a microphone of `addMicrophone`. */
  readonly on: string
  /** As which application it plays. */
  readonly application?: string
  /** 0 to 1. */
  readonly level?: number
}

export interface CameraOptions {
  /** `node.name`: stays the same when the camera is plugged in again. */
  readonly name: string
  readonly description?: string
  readonly width?: number
  readonly height?: number
  readonly rate?: number
  /** GStreamer's word. */
  readonly format?: 'BGRx' | 'BGRA' | 'RGBx' | 'I420' | 'NV12' | 'YUY2'
}

/** What plays or shows until it is taken away. */
export interface Removable {
  remove(): Promise<void>
}

/** A PipeWire with session manager, PulseAudio's endpoint and message bus of its own, without any device of the machine. */
export interface PrivatePipeWire {
  /** Its own, gone after `stop`. */
  readonly folder: string
  /** For every process that is to meet it: `startHost({ env: pipeWire.env })`. */
  readonly env: Readonly<Record<string, string>>
  /** Starts a program within it; ended by `stop()` at the latest. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Kills one of them and waits until it is gone. */
  readonly end: (child: ChildProcess) => Promise<void>
  /** Starts a program whose standard input is raw frames with frame counters, from `barcode-frames.ts`. Both end together. */
  spawnWithFrames(width: number, height: number, rate: number, program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Removable
  /** Waits until a program of ours has that name on the message bus. */
  untilOnBus(name: string, program: ChildProcess): Promise<void>
  /** What a program writes to its standard output; rejects where it fails. */
  output(program: string, args: readonly string[]): Promise<string>
  /** A speaker that nobody hears; its monitor is the system's audio. */
  addSink(name: string, description?: string): Promise<Removable>
  /** A microphone that hears what `playTone({ on: name })` plays. */
  addMicrophone(name: string, description?: string): Promise<Removable>
  /** A stereo sine of whole Hz, for longer than a test may take. */
  playTone(hz: number, options: ToneOptions): Promise<Removable>
  /** A camera (GStreamer's pipewiresink) that shows frame counters: `readBarcode` reads them. */
  addCamera(options: CameraOptions): Promise<Removable>
  /** Kills the daemon with all that hangs on it, as a crash does: sinks, microphones, tones and cameras are gone. */
  stopDaemon(): Promise<void>
  startDaemon(): Promise<void>
  stop(): Promise<void>
}

/** Starts it and waits until it plays audio. Call `pipeWireMissing` before. */
export async function startPipeWire(): Promise<PrivatePipeWire> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-pw-'))
  for (const name of ['runtime', 'state', 'config', 'data']) mkdirSync(join(folder, name), { mode: 0o700 })
  const runtime = join(folder, 'runtime')
  keepServicesOut(runtime, [documentPortal])
  const env: Record<string, string> = {
    XDG_RUNTIME_DIR: runtime,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(runtime, 'bus')}`,
    PULSE_SERVER: `unix:${join(runtime, 'pulse/native')}`,
  }
  const processEnv = (): NodeJS.ProcessEnv => ({ ...process.env, ...env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined })
  const children = new Set<ChildProcess>()
  let daemons: ChildProcess[] = []
  let tones = 0

  const start = (program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess => {
    const child = spawn(program, args, { stdio: 'ignore', ...options, env: { ...processEnv(), ...options.env } })
    children.add(child)
    child.once('exit', () => children.delete(child))
    child.once('error', () => children.delete(child))
    return child
  }
  const output = async (program: string, args: readonly string[]): Promise<string> => {
    const child = start(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const text: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        text[name] += chunk.toString()
      })
    }
    // One that asks a daemon as it dies may wait for its answer for ever.
    const timer = setTimeout(() => child.kill('SIGKILL'), maxAnswerMs)
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve)
      child.once('error', reject)
    }).finally(() => clearTimeout(timer))
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code ?? child.signalCode}: ${text.stderr.slice(-500)}`)
    return text.stdout
  }
  const hasPort = async (port: string): Promise<boolean> => {
    const [outputs, inputs] = await Promise.all(['-o', '-i'].map((side) => output('pw-link', [side]).catch(() => '')))
    return `${outputs}\n${inputs}`.split('\n').includes(port)
  }
  const hasNode = async (name: string): Promise<boolean> => (await output('pw-cli', ['ls', 'Node'])).includes(`node.name = "${name}"`)

  const startDaemon = async (): Promise<void> => {
    daemons = [start('pipewire', [])]
    await until(async () => existsSync(join(runtime, 'pipewire-0')), 'PipeWire listens')
    daemons.push(start('wireplumber', []), start('pipewire-pulse', []))
    await until(async () => {
      const info = await output('pactl', ['info']).catch(() => '')
      return /Default Sink: (?!@)/.test(info) && (await hasPort('auto_null:playback_FL'))
    }, 'PipeWire plays audio')
  }
  const loadNullSink = async (name: string, args: readonly string[], firstPort: string): Promise<Removable> => {
    const module = (await output('pactl', ['load-module', 'module-null-sink', `sink_name=${name}`, ...args])).trim()
    await until(() => hasPort(`${name}:${firstPort}`), `${name} has ports`)
    return {
      async remove() {
        await output('pactl', ['unload-module', module])
        await until(async () => !(await hasNode(name)), `${name} is gone`)
      },
    }
  }
  const spawnWithFrames: PrivatePipeWire['spawnWithFrames'] = (width, height, rate, program, args, more = {}) => {
    const frames = start(process.execPath, [barcodeFrames, String(width), String(height), String(rate)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // The frames do not pass through this process, which measures.
    const child = start(program, args, { stdio: [frames.stdout, 'ignore', 'ignore'], env: more })
    frames.stdout?.destroy()
    return {
      async remove() {
        await Promise.all([end(frames), end(child)])
      },
    }
  }
  const theBus = 'org.freedesktop.DBus'
  const askForOwner = ['--session', '--print-reply', `--dest=${theBus}`, '/', `${theBus}.GetConnectionUnixProcessID`]
  const described = (text: string): string => `sink_properties='device.description="${text}"'`

  const stop = async (): Promise<void> => {
    await Promise.all([...children].map(end))
    removeFolder(folder)
  }

  const bus = start('dbus-daemon', ['--session', `--address=${env.DBUS_SESSION_BUS_ADDRESS}`, '--nofork', '--nopidfile'])
  try {
    await until(async () => existsSync(join(runtime, 'bus')), 'the message bus listens')
    await startDaemon()
  } catch (error) {
    await stop()
    throw error
  }

  return {
    folder,
    env,
    spawn: start,
    end,
    spawnWithFrames,
    async untilOnBus(name, program) {
      const owner = () => output('dbus-send', [...askForOwner, `string:${name}`]).catch(() => '')
      await until(async () => (await owner()).includes(`uint32 ${program.pid}\n`), `${name} is on the bus`)
    },
    output,
    addSink: (name, description = name) => loadNullSink(name, [described(description)], 'playback_FL'),
    addMicrophone: (name, description = name) =>
      loadNullSink(name, [described(description), 'media.class=Audio/Source/Virtual', 'channel_map=front-left,front-right'], 'input_FL'),
    async playTone(hz, { on, application = 'Tone Player', level = 0.25 }) {
      const file = join(folder, `tone-${hz}-${level}.wav`)
      if (!existsSync(file)) writeFileSync(file, sineWave(hz, level))
      const node = `tone-${++tones}`
      const properties = { 'application.name': application, 'node.name': node }
      // Its links are made by hand: the session manager links players to speakers only.
      const child = start('pw-play', ['--target', '0', file], { env: { PIPEWIRE_PROPS: JSON.stringify(properties) } })
      await until(() => hasPort(`${node}:output_FR`), `${node} has ports`)
      const input = (await hasPort(`${on}:playback_FL`)) ? 'playback' : 'input'
      for (const side of ['FL', 'FR']) await output('pw-link', [`${node}:output_${side}`, `${on}:${input}_${side}`])
      return { remove: () => end(child) }
    },
    async addCamera({ name, description = name, width = 640, height = 360, rate = 30, format = 'BGRx' }) {
      const caps = `video/x-raw,width=${width},height=${height},framerate=${rate}/1`
      const camera = spawnWithFrames(width, height, rate, 'gst-launch-1.0', [
        ...['-q', 'fdsrc', 'do-timestamp=true', `blocksize=${(width * height * 3) / 2}`],
        ...['!', 'rawvideoparse', `width=${width}`, `height=${height}`, 'format=i420', `framerate=${rate}/1`],
        ...['!', 'videoconvert', '!', `${caps},format=${format}`],
        // pipewiresink 0.3.65 fails on frames that are in buffers of its own pool: it is given copies.
        ...['!', 'identity', 'drop-allocation=true'],
        // And it never gives anything to a client that is linked between its caps and its first frame: no waiting there.
        ...['!', 'pipewiresink', 'mode=provide', 'sync=false', 'async=false'],
        `stream-properties="props,media.class=Video/Source,node.name=${name},node.description=(string)\\"${description}\\""`,
      ])
      await until(() => hasNode(name), `${name} is there`)
      return {
        async remove() {
          await camera.remove()
          await until(async () => !(await hasNode(name).catch(() => false)), `${name} is gone`)
        },
      }
    },
    async stopDaemon() {
      await Promise.all(daemons.map(end))
      // What crashed leaves its sockets behind; the next one would take them over, but `startDaemon` waits for them.
      for (const name of ['pipewire-0', 'pipewire-0.lock', 'pulse']) rmSync(join(runtime, name), { recursive: true, force: true })
      await Promise.all([...children].filter((child) => child !== bus).map(end))
    },
    startDaemon,
    stop,
  }
}

/** So long a program may take to answer, ms. */
const maxAnswerMs = 60_000
const barcodeFrames = fileURLToPath(new URL('./barcode-frames.ts', import.meta.url))

/** Kills a process and waits until it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Three minutes of a stereo sine as a WAV file: each second is like the first. */
function sineWave(hz: number, level: number): Buffer {
  const second = new Int16Array(wavRate * 2)
  for (let index = 0; index < wavRate; index++) {
    second.fill(Math.round(32767 * level * Math.sin((2 * Math.PI * hz * index) / wavRate)), index * 2, index * 2 + 2)
  }
  const samples = new Int16Array(second.length * 180)
  for (let at = 0; at < samples.length; at += second.length) samples.set(second, at)
  return wavFile(samples, 2)
}
