import { readdirSync, readFileSync } from 'node:fs'

/**
 * Processes of nginx in a process group, by PID. A master is the leader of its own group, and its workers are in it even after it was
 * killed. Linux alone: elsewhere none are found.
 */
export function nginxProcessesOf(group: number): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // `pid (comm) state ppid pgrp`: the name may contain spaces and parentheses.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const end = stat.lastIndexOf(')')
      const [state, , pgrp] = stat.slice(end + 2).split(' ')
      const program = stat.slice(stat.indexOf('(') + 1, end)
      return program === 'nginx' && Number(pgrp) === group && state !== 'Z' ? [Number(name)] : []
    } catch {
      // it ended meanwhile
      return []
    }
  })
}

/** Ends what is left of a group. Resolves when none of it runs any more. */
export async function endNginxGroup(group: number): Promise<number> {
  let ended = 0
  for (let pids = nginxProcessesOf(group); pids.length > 0; pids = nginxProcessesOf(group)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
        ended++
      } catch {
        // it ended by itself
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return ended
}
