import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { AppError } from '../../../platform/errors.ts'
import { runProgram } from './run-program.ts'
import type { SshTarget } from './ssh-target.ts'

/** The key by which a machine is known. */
export interface HostKey {
  /** e.g. `ssh-ed25519` */
  readonly type: string
  /** Public key in base64, as in known_hosts. */
  readonly key: string
}

/** Best first: which of a machine's keys people are shown. */
const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa']
const connectMs = 10_000

/** As `ssh` shows it: `SHA256:…` */
export function fingerprintOf({ key }: HostKey): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`
}

/** Lines of `ssh-keyscan`: the keys of known types, best first. */
export function parseHostKeys(text: string): readonly HostKey[] {
  const keys: HostKey[] = []
  for (const line of text.split('\n', 100)) {
    const [, type, key] = /^[^#\s]\S* (\S{1,60}) ([A-Za-z0-9+/]{20,4000}={0,2})$/.exec(line.trim()) ?? []
    if (type !== undefined && key !== undefined && types.includes(type)) keys.push({ type, key })
  }
  return keys.sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type))
}

/** A line of known_hosts. */
export function knownHostsLine({ host, port }: Pick<SshTarget, 'host' | 'port'>, { type, key }: HostKey): string {
  return `${port === 22 ? host : `[${host}]:${port}`} ${type} ${key}\n`
}

/**
 * Asks a machine for the key that it is known by: of the type `known` where it has one, else the best. Throws `network.ssh_missing` and
 * `network.ssh_unreachable`.
 */
export async function readHostKey(target: Pick<SshTarget, 'host' | 'port'>, known?: string, signal?: AbortSignal): Promise<HostKey> {
  await tryPort(target, signal)
  const { host, port } = target
  // One connection for each type: a server rejects many at once.
  for (const type of new Set([...(known === undefined ? [] : [scannedAs(known)]), 'ed25519', 'ecdsa', 'rsa'])) {
    const args = ['-T', '10', '-p', String(port), '-t', type, '--', host]
    const { stdout } = await runProgram('ssh-keyscan', args, { timeoutMs: 15_000, ...(signal && { signal }) })
    const [key] = parseHostKeys(stdout)
    if (key !== undefined) return key
  }
  throw new AppError(
    'network.ssh_unreachable',
    `What answers at ${host} port ${port} is not an SSH server, or shows no key that is known here`,
  )
}

/** What `ssh-keyscan` calls a type. */
const scannedAs = (type: string): string => type.replace(/^ssh-/, '').replace(/^ecdsa-.*$/, 'ecdsa')

/** Says why nothing can be reached, which the programs of OpenSSH say in many ways. */
function tryPort({ host, port }: Pick<SshTarget, 'host' | 'port'>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(signal && { signal }) })
    const end = (reason?: string): void => {
      clearTimeout(late)
      socket.destroy()
      if (reason === undefined) resolve()
      else reject(new AppError('network.ssh_unreachable', `${host} port ${port}: ${reason}`))
    }
    const late = setTimeout(() => end(`no answer within ${connectMs / 1000} s`), connectMs)
    socket.once('connect', () => end())
    socket.once('error', (error: NodeJS.ErrnoException) => end(reasons[error.code ?? ''] ?? error.message))
  })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'no answer',
}
