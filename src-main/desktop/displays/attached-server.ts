import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { AttachedPlace } from '../schemas/display.ts'
import type { DisplayServer, RunningDisplay } from './display-server.ts'
import { cookieIn, writeAuthority } from './xvnc/x-authority.ts'

/** A server that listens answers at once; one that hangs is not waited for, ms. */
const answerMs = 2000
/** A larger file is not read, bytes. */
const maxAuthorityBytes = 1024 * 1024

/** A display that other programs made, a container for example: it is shown and controlled, and never ended from here. */
export function attachedServer({ server, authority }: AttachedPlace): DisplayServer {
  return {
    /** Its cookie is copied: that of a container is kept under the name of another machine, which programs here do not look for. */
    async start({ folder }): Promise<RunningDisplay> {
      const cookie = cookieOf(authority)
      if (!(await accepts(server))) throw new AppError('desktop.not_reachable', `No X server listens at ${server}`, { details: { server } })
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const own = join(folder, 'xauthority')
      writeAuthority(own, cookie)
      return { server, authority: own, pid: 0 }
    },
    /** A server that was started again has another cookie. */
    async adopt({ authority: own }) {
      if (!(await accepts(server))) return false
      try {
        writeAuthority(own, cookieOf(authority))
        return true
      } catch {
        return false
      }
    },
    end: async () => undefined,
  }
}

/** Empty where there is no file: servers that want none are shown none. Throws AppError `desktop.not_reachable`. */
function cookieOf(authority: string | undefined): Buffer {
  if (authority === undefined) return Buffer.alloc(0)
  let found: Buffer | undefined
  try {
    // Devices and pipes have no end, or wait for somebody who writes.
    const stats = statSync(authority)
    found = stats.isFile() && stats.size <= maxAuthorityBytes ? cookieIn(readFileSync(authority)) : undefined
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('desktop.not_reachable', `The file of cookies ${authority} cannot be read: ${reason}`)
  }
  if (found === undefined) throw new AppError('desktop.not_reachable', `The file ${authority} has no MIT-MAGIC-COOKIE-1`)
  return found
}

/** A server listens there. */
function accepts(server: string): Promise<boolean> {
  const path = server.startsWith('/') ? server : `/tmp/.X11-unix/X${Number.parseInt(server.slice(1), 10)}`
  return new Promise((resolve) => {
    const socket = connect(path)
    const answer = (value: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(value)
    }
    const timer = setTimeout(() => answer(false), answerMs)
    socket.on('connect', () => answer(true))
    socket.on('error', () => answer(false))
  })
}
