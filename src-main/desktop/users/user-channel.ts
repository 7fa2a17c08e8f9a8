import { execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import { isPerson, type MachineUser, readPasswd } from './machine-users.ts'

/** Where the helper listens, and who may be named to it: docs/desktop.md. */
export const helperSocket = '/run/ami-streams-sessions.sock'
/** Folder of root alone, with one of each user for their displays. */
const runtimeFolder = '/run/ami-streams-sessions'
/** The helper looks up a user and opens a session, ms. */
const answerMs = 20_000
const maxAnswer = 200

/** A connection to a process of that user, which is started for it. Throws AppError `desktop.user_*`. */
export type OpenChannel = (user: string) => Promise<Duplex>

/** By the helper, where the host is not root. */
export function channelByHelper(socketPath: string): OpenChannel {
  return (user) =>
    new Promise((resolve, reject) => {
      const socket = connect(socketPath)
      let answer = ''
      const fail = (code: 'desktop.user_helper_missing' | 'desktop.user_denied', message: string): void => {
        clearTimeout(timer)
        socket.destroy()
        reject(new AppError(code, message, { details: { user } }))
      }
      const timer = setTimeout(() => fail('desktop.user_denied', 'The helper does not answer'), answerMs)
      socket.on('error', (error: NodeJS.ErrnoException) =>
        fail('desktop.user_helper_missing', `The helper at ${socketPath} cannot be asked: ${error.code ?? error.message}`),
      )
      socket.once('connect', () => socket.write(`session ${user}\n`))
      const read = (): void => {
        // A byte at a time: what comes behind the line is for who takes the connection.
        for (let byte = socket.read(1) as Buffer | null; byte !== null; byte = socket.read(1) as Buffer | null) {
          if (byte[0] !== 0x0a) {
            answer += byte.toString('latin1')
            if (answer.length <= maxAnswer) continue
            fail('desktop.user_denied', 'The helper answers what is no answer')
            return
          }
          if (answer !== 'ok') {
            fail('desktop.user_denied', answer.startsWith('no ') ? `The helper denied it: ${answer.slice(3)}` : 'The helper failed')
            return
          }
          clearTimeout(timer)
          socket.off('readable', read)
          socket.off('end', ended)
          resolve(socket)
          return
        }
      }
      const ended = (): void => fail('desktop.user_denied', 'The helper ended without an answer: see `journalctl -t ami-streams-sessions`')
      socket.on('readable', read)
      socket.on('end', ended)
    })
}

/** Where the host is root, who may do what the helper may. */
export function channelByRoot(log: Logger): OpenChannel {
  return async (name) => {
    const user = await findUser(name)
    const runtime = makeRuntimeFolder(user)
    const file = fileURLToPath(workerFile('desktop-user'))
    const rights = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--inh-caps=-all']
    const child = spawn('setpriv', [...rights, '--', process.execPath, file], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      cwd: '/',
      env: {
        HOME: user.home,
        USER: user.name,
        LOGNAME: user.name,
        SHELL: user.shell,
        PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
        XDG_RUNTIME_DIR: runtime,
        ...(process.env.LANG !== undefined && { LANG: process.env.LANG }),
      },
      // The end of the host is the end of the connection; a Ctrl+C at its terminal is not.
      detached: true,
    })
    const [, , errors, channel] = child.stdio as unknown as [null, null, Socket, Socket]
    for (const pipe of [errors, channel]) pipe.on('error', () => undefined)
    errors.setEncoding('utf8').on('data', (text: string) => log.warn({ user: name }, text.trim().slice(0, 2000)))
    return new Promise((resolve, reject) => {
      child.once('spawn', () => resolve(channel))
      child.on('error', (error) =>
        reject(new AppError('desktop.user_denied', `No process of ${name} can be started: ${error.message}`, { details: { user: name } })),
      )
    })
  }
}

async function findUser(name: string): Promise<MachineUser> {
  const { stdout } = await promisify(execFile)('getent', ['passwd', '--', name], { timeout: answerMs }).catch(() => ({ stdout: '' }))
  const user = readPasswd(stdout).find((each) => each.name === name)
  const denied = (why: string): AppError => new AppError('desktop.user_denied', why, { details: { user: name } })
  if (user === undefined) throw denied(`There is no user ${name} on this machine`)
  if (!isPerson(user)) throw denied(`${name} is a user of the system`)
  return user
}

/** As the helper makes it: a folder of the user alone, in one that root alone may write. */
function makeRuntimeFolder({ uid, gid }: MachineUser): string {
  mkdirSync(runtimeFolder, { recursive: true, mode: 0o711 })
  const parent = lstatSync(runtimeFolder)
  if (!parent.isDirectory() || parent.uid !== 0 || (parent.mode & 0o022) !== 0) {
    throw new AppError('desktop.user_denied', `${runtimeFolder} is not a folder that root alone may write`)
  }
  chmodSync(runtimeFolder, 0o711)
  const folder = join(runtimeFolder, String(uid))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!lstatSync(folder).isDirectory()) throw new AppError('desktop.user_denied', `${folder} is no folder`)
  chownSync(folder, uid, gid)
  chmodSync(folder, 0o700)
  return folder
}
