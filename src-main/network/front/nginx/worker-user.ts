import { readFileSync } from 'node:fs'

/** Whom nginx's workers run as where the edge itself is root. */
export interface WorkerUser {
  readonly name: string
  readonly group: string
  readonly uid: number
  readonly gid: number
}

/** The first of these that the system has. */
const users = ['www-data', 'nginx', 'http', 'nobody']

/** Undefined where this process has no rights to give up. */
export function workerUser(uid: number | undefined = process.getuid?.()): WorkerUser | undefined {
  if (uid !== 0) return undefined
  const lines = (file: string): string[][] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  const [accounts, groups] = [lines('/etc/passwd'), lines('/etc/group')]
  for (const name of users) {
    const found = accounts.find(([each]) => each === name)
    const group = groups.find((each) => each[2] === found?.[3])?.[0]
    if (found !== undefined && group !== undefined) return { name, group, uid: Number(found[2]), gid: Number(found[3]) }
  }
  return undefined
}
