import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** A user of this machine, as passwd(5) has them. */
export interface MachineUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

const firstUid = 1000
const maxListed = 200
/** The helper reads no larger file of names, either, bytes. */
const maxNamesBytes = 64 * 1024
const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/

/** Lines of passwd(5); what is malformed is left out. */
export function readPasswd(text: string): readonly MachineUser[] {
  return text.split('\n').flatMap((line) => {
    const [user = '', , uid = '', gid = '', , home = '', shell = ''] = line.split(':')
    if (!name.test(user) || !/^\d{1,10}$/.test(uid) || !/^\d{1,10}$/.test(gid) || !home.startsWith('/')) return []
    return [{ name: user, uid: Number(uid), gid: Number(gid), home, shell: shell.startsWith('/') ? shell : '/bin/sh' }]
  })
}

/** Not root, not a user of the system, not the one without rights, and not one that systemd makes for a service. The helper decides alike. */
export function isPerson({ uid, gid }: Pick<MachineUser, 'uid' | 'gid'>): boolean {
  return gid !== 0 && ((uid >= firstUid && uid < 61_184) || (uid > 65_535 && uid < 2 ** 31 - 1))
}

/** The names in the file that the helper reads: one a line, comments behind `#`. */
export function readNames(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => name.test(line))
    .slice(0, maxListed)
}

/** Users in the file that an admin of the machine wrote for the helper. Rejects where it cannot be read. */
export async function allowedUsers(file: string): Promise<readonly string[]> {
  const bytes = await readFile(file)
  return readNames(bytes.subarray(0, maxNamesBytes).toString('utf8'))
}

/** People who have an account on this machine. */
export async function peopleOfMachine(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('getent', ['passwd'], { timeout: 10_000, maxBuffer: 4 * 1024 * 1024 }).catch(() => ({
    stdout: '',
  }))
  return readPasswd(stdout)
    .filter((user) => isPerson(user) && !/\/(?:nologin|false)$/.test(user.shell))
    .map((user) => user.name)
    .slice(0, maxListed)
}
