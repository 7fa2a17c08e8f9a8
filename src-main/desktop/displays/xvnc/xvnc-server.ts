import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from '../../../platform/errors.ts'
import { demandAddon } from '../../../platform/load-addon.ts'
import type { DisplayOrder, DisplayServer, RunningDisplay } from '../display-server.ts'
import { endServer, isServerOf, lastLine } from '../server-process.ts'
import { writeAuthority } from './x-authority.ts'

/** Starting takes a third of a second; a machine under load many times as much. ms */
const startMs = 20_000
/** Descriptor over which the server says its display number. */
const numberFd = 3

/**
 * Displays in memory, by TigerVNC's Xvnc: of any size, which can change while programs run. It is used as an X server alone: its own
 * protocol listens nowhere but on a socket in the display's folder. The process outlives the host, and its programs with it.
 */
export const xvncServer: DisplayServer = {
  async start({ folder, width, height }: DisplayOrder): Promise<RunningDisplay> {
    demandAddon('x11')
    const authority = join(folder, 'xauthority')
    writeAuthority(authority)
    const log = openSync(join(folder, 'server.log'), 'w', 0o600)
    const child = spawn(
      'Xvnc',
      [
        ...['-displayfd', String(numberFd), '-auth', authority, '-geometry', `${width}x${height}`, '-depth', '24'],
        ...['-SecurityTypes', 'None', '-rfbport', '-1', '-rfbunixpath', join(folder, 'rfb'), '-rfbunixmode', '0600'],
        ...['-nolisten', 'tcp', '-desktop', 'AMI Streams', '-AlwaysShared=1'],
      ],
      { detached: true, stdio: ['ignore', 'ignore', log, 'pipe'] },
    )
    closeSync(log)
    try {
      const number = await displayNumber(child, folder)
      child.unref()
      return { server: `:${number}`, authority, pid: child.pid as number }
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  },

  async adopt(running) {
    return isServerOf(running) && (await accepts(running.server))
  },

  end: endServer,
}

function displayNumber(child: ChildProcess, folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    const failed = (message: string, code: 'desktop.server_missing' | 'desktop.server_failed'): void =>
      reject(new AppError(code, message, { details: { server: 'Xvnc' } }))
    const timer = setTimeout(() => failed(`Xvnc is not ready after ${startMs / 1000} s`, 'desktop.server_failed'), startMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      failed(`Xvnc cannot be started: ${error.message}`, 'desktop.server_missing')
    })
    child.on('exit', (code, by) => {
      clearTimeout(timer)
      failed(`Xvnc ended with ${by ?? `code ${code}`}: ${lastLine(join(folder, 'server.log'))}`, 'desktop.server_failed')
    })
    const pipe = child.stdio[numberFd] as Readable
    pipe.on('error', () => undefined)
    pipe.on('data', (data: Buffer) => {
      said = (said + data.toString('latin1')).slice(0, 20)
      if (!said.includes('\n')) return
      clearTimeout(timer)
      pipe.destroy()
      const number = Number.parseInt(said, 10)
      if (Number.isInteger(number) && number >= 0) resolve(number)
      else failed(`Xvnc named no display: ${said.trim()}`, 'desktop.server_failed')
    })
  })
}

/** A server listens on the display's socket. */
function accepts(server: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(`/tmp/.X11-unix/X${server.slice(1)}`)
    const answer = (value: boolean): void => {
      socket.destroy()
      resolve(value)
    }
    socket.on('connect', () => answer(true))
    socket.on('error', () => answer(false))
  })
}
