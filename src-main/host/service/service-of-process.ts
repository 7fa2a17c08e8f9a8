import { readFileSync } from 'node:fs'
import { serviceUnit } from './unit-file.ts'

/** The command that shows the log of a process on this machine; undefined where it is not our service. */
export function journalOf(pid: number): string | undefined {
  try {
    return journalOfGroup(readFileSync(`/proc/${pid}/cgroup`, 'latin1'))
  } catch {
    return undefined
  }
}

/** The same by what proc(5) says of its control group. */
export function journalOfGroup(text: string): string | undefined {
  const path = text.split('\n').find((line) => line.endsWith(`/${serviceUnit}`))
  if (path === undefined) return undefined
  return path.includes('/user.slice/') ? 'journalctl --user --unit ami-streams' : 'journalctl --unit ami-streams'
}
