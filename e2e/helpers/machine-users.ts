import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../src-main/platform/programs/find-program.ts'
import { type RunningHost, startHost } from './host.ts'
import { root } from './paths.ts'

/** Users of the world of `startHostAmongUsers`. */
export const users = { host: 990, anna: 2001, ben: 2002 } as const
export type UserName = keyof typeof users

/** Why a host cannot be started among users of its own; undefined where it can. */
export function usersMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'users of a machine are made by root'
  const missing = ['unshare', 'setpriv', 'nsenter', 'systemd-socket-activate'].find((name) => findProgram(name) === undefined)
  if (missing !== undefined) return `${missing} is missing: apt-get install util-linux systemd`
  return spawnSync('unshare', ['--mount', 'true']).status === 0 ? undefined : 'mount namespaces cannot be made here'
}

/** A host that runs as a user of its own, beside `ami-anna` and `ami-ben`, with the helper for sessions: names that no user of this machine has. */
export interface HostAmongUsers {
  readonly host: RunningHost
  /** Runs a program as one of them, or as root, where the host is: its code and what it said. */
  as(user: UserName | 'root', program: string, ...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }>
  stop(): Promise<void>
}

export async function startHostAmongUsers(name: string): Promise<HostAmongUsers> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-users-'))
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  chownSync(dataDir, users.host, users.host)
  const script = join(root, 'e2e/helpers/machine-users.sh')
  const helper = join(root, 'dist/native/ami-streams-sessions')
  const program = join(root, 'dist/host/desktop-user-worker.js')
  const within = ['unshare', '--mount', '--propagation', 'private', 'sh', script, join(folder, 'world'), helper, process.execPath, program]
  const env = { AMI_STREAMS_SESSIONS_SOCKET: '/run/sessions.sock', AMI_STREAMS_SESSIONS_FILE: '/run/sessions' }
  const host = await startHost({ name, dataDir, within, env })
  return {
    host,
    as(user, command, ...args) {
      const id = user === 'root' ? 0 : users[user]
      const rights = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--']
      return promisify(execFile)('nsenter', ['--target', String(host.process.pid), '--mount', '--', ...rights, command, ...args], {
        timeout: 30_000,
      }).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code: Number(code ?? -1), out: `${stdout}${stderr}` }),
      )
    },
    async stop() {
      await host.stop()
      process.kill(Number(readFileSync(join(folder, 'world/helper.pid'), 'utf8')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
