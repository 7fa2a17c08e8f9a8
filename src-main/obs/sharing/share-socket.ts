import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** Where plugins look for hosts: `native/obs-plugin/host-link-unix.c` follows the same rules. */

const ownOnly = 0o700

/** The folder of this user's sockets; made where it is not there. Throws where it cannot be private. */
export function socketFolder(environment: Readonly<Record<string, string | undefined>>, userId: number): string {
  const usual = `/run/user/${userId}`
  const runtime = environment.XDG_RUNTIME_DIR || (existsSync(usual) ? usual : undefined)
  const folder = runtime === undefined ? `/tmp/ami-streams-${userId}` : join(runtime, 'ami-streams')
  mkdirSync(folder, { recursive: true, mode: ownOnly })
  const status = lstatSync(folder)
  if (!status.isDirectory() || status.uid !== userId) throw new Error(`${folder} belongs to another user`)
  if ((status.mode & 0o077) !== 0) chmodSync(folder, ownOnly)
  return folder
}

const namePattern = /^obs-\d+\.sock$/

/** Name of the socket of the host at that port of HTTP. */
export function socketName(httpPort: number): string {
  return `obs-${httpPort}.sock`
}

/** Removes what hosts left that were killed. */
export async function sweepSockets(folder: string): Promise<void> {
  const left = readdirSync(folder).filter((name) => namePattern.test(name))
  await Promise.all(
    left.map(async (name) => {
      if (!(await answers(join(folder, name)))) rmSync(join(folder, name), { force: true })
    }),
  )
}

/** True unless it is certain that nobody listens. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
}
