import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { AppError } from '../../platform/errors.ts'
import { lastLine } from './server-process.ts'

/** X servers that look for a free display number themselves, and say it over a descriptor (`-displayfd`). */

/** Starting takes a third of a second; a machine under load many times as much. ms */
const startMs = 20_000
/** Descriptor over which a server says its display number. */
export const numberFd = 3

/**
 * The display number that a server says when programs can connect. Throws AppError `desktop.server_missing`, `desktop.server_failed`.
 * @param log its log, whose last line says why it ended
 */
export function displayNumber(child: ChildProcess, server: string, log: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    const failed = (message: string, code: 'desktop.server_missing' | 'desktop.server_failed'): void =>
      reject(new AppError(code, message, { details: { server } }))
    const timer = setTimeout(() => failed(`${server} is not ready after ${startMs / 1000} s`, 'desktop.server_failed'), startMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      failed(`${server} cannot be started: ${error.message}`, 'desktop.server_missing')
    })
    child.on('exit', (code, by) => {
      clearTimeout(timer)
      failed(`${server} ended with ${by ?? `code ${code}`}: ${lastLine(log)}`, 'desktop.server_failed')
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
      else failed(`${server} named no display: ${said.trim()}`, 'desktop.server_failed')
    })
  })
}

/** A server listens on the display's socket. */
export function accepts(server: string): Promise<boolean> {
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
