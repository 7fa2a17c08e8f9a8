import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readlinkSync, readSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { AttachedPlace, NewDisplay } from '../schemas/display.ts'
import type { DisplayProtocol, DisplayServer, RunningDisplay } from './display-server.ts'
import { hasRealPath, socketOf } from './server-socket.ts'
import { cookieIn, writeAuthority } from './xvnc/x-authority.ts'

/** A server that listens answers at once; one that hangs is not waited for, ms. */
const answerMs = 2000
/** A larger file is not read, bytes. */
const maxAuthorityBytes = 1024 * 1024

/** What may be said of a display that other programs made. */
const attachableKeys: ReadonlySet<string> = new Set(['attach', 'name', 'locksOnLeave', 'protocol'])

/** Throws AppError `desktop.attached` where what is asked for is not for a display that other programs made. */
export function demandAttachable(wanted: NewDisplay): void {
  const { attach, protocol } = wanted
  if (attach === undefined) return
  const isPortal = 'portal' in attach
  const [other] = Object.keys(wanted).filter((key) => !attachableKeys.has(key) || (isPortal && key === 'protocol'))
  if (other !== undefined) throw new AppError('desktop.attached', `"${other}" is not for a display that other programs made`)
  if (isPortal || protocol !== 'wayland') return
  if (attach.authority !== undefined)
    throw new AppError('desktop.attached', '"authority" is not for a Wayland display, which has no cookie')
  if (!attach.server.startsWith('/')) {
    throw new AppError('desktop.attached', '"server" of a Wayland display is the path of its socket, e.g. /run/user/1000/wayland-1')
  }
}

/**
 * A display that other programs made, a container for example: it is shown and controlled, and never ended from here. Those programs may
 * write where its socket and its file of cookies are: whatever is there is looked at again each time, and links are not followed.
 */
export function attachedServer(protocol: DisplayProtocol, { server, authority }: AttachedPlace, log: Logger): DisplayServer {
  const ready = async (): Promise<Buffer> => {
    const cookie = authority === undefined ? Buffer.alloc(0) : cookieOf(authority)
    await demandServer(protocol, server)
    return cookie
  }
  return {
    /** Its cookie is copied: that of a container is kept under the name of another machine, which programs here do not look for. */
    async start({ folder }): Promise<RunningDisplay> {
      const cookie = await ready().catch((error: unknown) => {
        log.warn({ err: forAdmins(error) }, 'a display of other programs cannot be reached')
        throw error
      })
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const own = join(folder, 'xauthority')
      writeAuthority(own, cookie)
      return { ...(protocol === 'wayland' && { protocol }), server, authority: own, pid: 0 }
    },
    /** A server that was started again has another cookie. */
    async adopt({ authority: own }) {
      try {
        writeAuthority(own, await ready())
        return true
      } catch {
        return false
      }
    },
    end: async () => undefined,
  }
}

/** For everybody who opens the display, without paths; `forAdmins` has them. */
function unreachable(message: string, path: string): AppError {
  return new AppError('desktop.not_reachable', message, { cause: new Error(`${message}: ${path}`) })
}

/** The error with the path that it is about, where it is one of this module. */
export function forAdmins(error: unknown): unknown {
  if (!(error instanceof AppError && error.code === 'desktop.not_reachable' && error.cause instanceof Error)) return error
  return new AppError(error.code, error.cause.message)
}

/** The first cookie of the file. Throws AppError `desktop.not_reachable`. */
function cookieOf(path: string): Buffer {
  const linked = 'The path of the file of cookies has a link or is not written in full: name the file itself'
  let file: number
  try {
    // A pipe would wait for somebody who writes.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw unreachable(code === 'ELOOP' ? linked : `The file of cookies cannot be read (${code})`, path)
  }
  try {
    // Asked about what was opened: a folder above it may have become a link meanwhile.
    if (readlinkSync(`/proc/self/fd/${file}`) !== path) throw unreachable(linked, path)
    const stats = fstatSync(file)
    const bytes = Buffer.alloc(stats.isFile() && stats.size <= maxAuthorityBytes ? stats.size : 0)
    const cookie = cookieIn(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
    if (cookie === undefined) throw unreachable('The file of cookies has no MIT-MAGIC-COOKIE-1', path)
    return cookie
  } finally {
    closeSync(file)
  }
}

const serverNames: Readonly<Record<DisplayProtocol, string>> = { x11: 'X server', wayland: 'Wayland compositor' }

/** Throws AppError `desktop.not_reachable` where no server listens there. */
async function demandServer(protocol: DisplayProtocol, server: string): Promise<void> {
  const path = socketOf(server)
  const silent = (): AppError => unreachable(`No ${serverNames[protocol]} listens at the socket of the display`, server)
  if (path === undefined || !existsSync(path)) throw silent()
  if (!hasRealPath(server)) {
    throw unreachable('The path of the socket has a link or is not written in full: name the socket itself', server)
  }
  if (!(await accepts(path))) throw silent()
}

/** A server listens there. */
function accepts(path: string): Promise<boolean> {
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
