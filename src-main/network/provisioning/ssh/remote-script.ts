import { randomBytes } from 'node:crypto'

/** With which rights a script runs on the other machine. `sudo-password`: sudo asks for a password there. */
export type RemoteRights = 'user' | 'root' | 'sudo' | 'sudo-password'

/** One word of a POSIX shell that is this text, whatever is in it. Throws for a NUL, which no word can have. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new TypeError('A word of a shell has no NUL')
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A script as it is sent: strict, with a known PATH and language, and its values as `$1`, `$2`, … */
export function scriptBytes(body: string, values: readonly string[] = []): Buffer {
  const lines = [
    'set -eu',
    'export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'cd /',
    `set -- ${values.map(shellWord).join(' ')}`,
    body,
  ]
  return Buffer.from(`${lines.join('\n')}\n`)
}

/**
 * The command line that takes a script of so many bytes from its input and runs it; what follows on its input is the script's. Neither
 * the script nor its values are in the list of processes there. It prints the line `mark` once it may be sent the script; where sudo asks
 * for a password, it prints `mark` on its standard error, each time.
 */
export function remoteCommand(bytes: number, rights: RemoteRights, mark: string): string {
  const shell = `sh -c 'echo ${mark}; eval "$(head -c ${bytes})"'`
  // A password that sudo remembers from elsewhere is not used: whether it asks does not change from one call to the next.
  if (rights === 'sudo') return `exec sudo -n -k -- ${shell}`
  if (rights === 'sudo-password') return `exec sudo -S -k -p ${mark} -- ${shell}`
  return `exec ${shell}`
}

/** A line that no other output has. */
export function newMark(): string {
  return `ami-streams-${randomBytes(9).toString('hex')}`
}
