import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from '../../../platform/programs/find-program.ts'
import type { AudioServer } from '../display-server.ts'
import { writeConfiguration } from './configuration.ts'

/** Longest name of a socket, bytes: sun_path of unix(7), less its end. */
const maxSocketName = 107
/** Starting takes a tenth of a second; a machine under load many times as much. ms */
const startMs = 10_000
/** Between asking the processes to end and killing them, ms. */
const endMs = 1000

/** All of them are needed. */
export const audioPrograms = ['pipewire', 'wireplumber', 'pipewire-pulse'] as const

/**
 * A PipeWire for each display, with a speaker that nobody hears, which can be captured, a session manager, and PulseAudio's protocol. Its
 * processes outlive the host as the display does.
 */
export const pipeWireServer: AudioServer = {
  async start(displayFolder, log) {
    const folder = join(displayFolder, 'audio')
    if (audioPrograms.some((program) => findProgram(program) === undefined)) return { folder, pids: [], state: 'missing' }
    const pids: number[] = []
    try {
      const sockets = [join(folder, 'pipewire-0'), join(folder, 'pulse/native')] as const
      for (const name of sockets) {
        if (Buffer.byteLength(name) > maxSocketName) throw new Error(`${name} is too long for the name of a socket`)
      }
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      mkdirSync(join(folder, 'pulse'), { mode: 0o700 })
      writeConfiguration(join(folder, 'config'))
      const logFile = join(displayFolder, 'audio.log')
      rmSync(logFile, { force: true })
      pids.push(await launch('pipewire', folder, logFile))
      await untilThere(sockets[0])
      for (const program of ['wireplumber', 'pipewire-pulse'] as const) pids.push(await launch(program, folder, logFile))
      await untilThere(sockets[1])
      return { folder, pids, state: 'on' }
    } catch (error) {
      log.warn({ err: error, folder }, 'a display has no audio')
      await end(folder, pids)
      return { folder, pids: [], state: 'failed' }
    }
  },

  runs: ({ folder, pids }) => pids.every((pid) => isOurs(pid, folder)),

  end: ({ folder, pids }) => end(folder, pids),
}

async function end(folder: string, pids: readonly number[]): Promise<void> {
  const left = (): readonly number[] => pids.filter((pid) => isOurs(pid, folder))
  for (const pid of left()) signal(pid, 'SIGTERM')
  for (const until = performance.now() + endMs; performance.now() < until && left().length > 0; ) await delay(20)
  for (const pid of left()) signal(pid, 'SIGKILL')
}

function launch(program: (typeof audioPrograms)[number], folder: string, logFile: string): Promise<number> {
  // Neither the machine's PipeWire nor its message bus is this one's.
  const {
    DBUS_SESSION_BUS_ADDRESS: _bus,
    DISPLAY: _display,
    WAYLAND_DISPLAY: _wayland,
    PIPEWIRE_REMOTE: _remote,
    ...environment
  } = process.env
  const env = {
    ...environment,
    XDG_RUNTIME_DIR: folder,
    PIPEWIRE_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: join(folder, 'pulse'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
  }
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(program, [], { detached: true, stdio: ['ignore', log, log], env })
  closeSync(log)
  return new Promise((resolve, reject) => {
    child.once('spawn', () => {
      child.unref()
      resolve(child.pid as number)
    })
    child.once('error', reject)
  })
}

async function untilThere(socket: string): Promise<void> {
  for (const until = performance.now() + startMs; !existsSync(socket); await delay(10)) {
    if (performance.now() > until) throw new Error(`${socket} is not there after ${startMs / 1000} s`)
  }
}

/** The process with that id is one of that folder, and no other that got its number since. */
function isOurs(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .includes(`XDG_RUNTIME_DIR=${Buffer.from(folder).toString('latin1')}`)
  } catch {
    return false
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
