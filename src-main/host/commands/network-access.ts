import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { Output } from '../output.ts'
import type { CommandContext } from './context.ts'
import { readText } from './read-file.ts'
import { ask, askSecret, canAsk } from './terminal.ts'
import type { TypedClient } from './typed-client.ts'

/** How to sign in on a machine. */
export interface AccessFlags {
  readonly key?: string
  readonly askPassword?: boolean
  readonly passwordFile?: string
  readonly askPassphrase?: boolean
  readonly sudoPasswordFile?: string
  readonly askSudoPassword?: boolean
  readonly hostKey?: string
}

export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
}

/** Options of commands that sign in on a machine. */
export function addAccessFlags(command: Command): Command {
  return addSignInFlags(command).option(
    '--host-key <fingerprint>',
    'SHA256:… of the machine: no other key is accepted, and nobody is asked',
  )
}

/** The same for machines that are known. */
export function addSignInFlags(command: Command): Command {
  return command
    .option('--key <file>', 'private key to sign in with; without it the ssh-agent of the host is used')
    .option('--ask-passphrase', 'ask for the passphrase of the key')
    .option('--ask-password', 'sign in with a password, and ask for it')
    .option('--password-file <file>', 'the same, with the password in a file; "-" is standard input')
    .option('--ask-sudo-password', 'ask for the password for sudo, where it is another one')
    .option('--sudo-password-file <file>', 'the same, with the password in a file')
}

/** Reads `user@host` or `user@host:port`; IPv6 in brackets. Throws `command.invalid`. */
export function readTarget(text: string): Target {
  const [, user, bracketed, plain, port] = /^([^@\s]+)@(?:\[([0-9a-fA-F:.]+)\]|([^:\s@]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (user === undefined || host === undefined) throw new AppError('command.invalid', `"${text}" is not user@host or user@host:port`)
  return { user, host, port: port === undefined ? 22 : Number(port) }
}

/** Shows the key of a machine that is not known, and has it accepted. Throws `network.host_key_*`. */
export async function acceptHostKey(
  client: TypedClient,
  { host, port }: Target,
  flags: AccessFlags,
  output: Output,
): Promise<{ hostKey: string }> {
  if (flags.hostKey !== undefined) return { hostKey: flags.hostKey }
  const { type, fingerprint, state } = await client.send('POST', '/network/machines/host-key', { host, port })
  if (state === 'changed') throw new AppError('network.host_key_changed', `${host} shows ${fingerprint}`)
  if (state === 'new') {
    const question = `${host} shows the key ${fingerprint} (${type}).\nIs it the key of the machine? (yes/no) `
    if (output.json || !canAsk() || (await ask(question)) !== 'yes')
      throw new AppError('network.host_key_unknown', `${host} shows ${fingerprint}: give it with --host-key to accept it`)
  }
  return { hostKey: fingerprint }
}

/** What the host signs in with. Files are read here, by the user who runs the command. */
export async function accessFrom(
  flags: AccessFlags,
  { environment }: CommandContext,
): Promise<{ credentials: object; sudoPassword?: string }> {
  const sudoPassword = flags.askSudoPassword === true ? await askSecret('Password for sudo: ') : firstLine(flags.sudoPasswordFile)
  const sudo = sudoPassword === undefined ? {} : { sudoPassword }
  if (flags.key !== undefined) {
    const passphrase = flags.askPassphrase === true ? await askSecret('Passphrase of the key: ') : undefined
    return { credentials: { kind: 'key', privateKey: readText(flags.key), ...(passphrase === undefined ? {} : { passphrase }) }, ...sudo }
  }
  const password =
    flags.askPassword === true ? await askSecret('Password: ') : (firstLine(flags.passwordFile) ?? environment.STREAMS_SSH_PASSWORD)
  return { credentials: password === undefined ? { kind: 'agent' } : { kind: 'password', password }, ...sudo }
}

const firstLine = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : (readText(file).split(/\r?\n/, 1)[0] ?? '')
