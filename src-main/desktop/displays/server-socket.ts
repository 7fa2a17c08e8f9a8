import { realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

const folder = '/tmp/.X11-unix'

/** The path of the socket of an X server of this machine, by what DISPLAY says or a path; undefined for one of another machine. */
export function socketOf(server: string): string | undefined {
  if (server.startsWith('/')) return server
  const number = /^(?:(?:[^:]*\/)?unix)?:(\d+)(?:\.\d+)?$/.exec(server)?.[1]
  return number === undefined ? undefined : join(folder, `X${Number.parseInt(number, 10)}`)
}

/** No part of the path of its socket is a link: whoever may write there could lead it elsewhere at any time. False where there is nothing. */
export function hasRealPath(server: string): boolean {
  const path = socketOf(server)
  if (path === undefined) return false
  try {
    // Where the system itself has the folder of numbered displays elsewhere, that is nobody else's doing.
    return realpathSync(path) === (path === server ? path : join(realpathSync(folder), basename(path)))
  } catch {
    return false
  }
}

/** Both lead to one X server, by whatever names. */
export function isSameServer(one: string, other: string): boolean {
  const [first, second] = [socketOf(one), socketOf(other)]
  if (first === undefined || second === undefined) return one === other
  if (first === second) return true
  const [firstStats, secondStats] = [statsOf(first), statsOf(second)]
  return firstStats !== undefined && firstStats.dev === secondStats?.dev && firstStats.ino === secondStats.ino
}

function statsOf(path: string) {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}
