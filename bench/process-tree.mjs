/** CPU time and memory of a process and everything below it, from /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/** Nanoseconds on a processor of all threads: finer than the ticks of /proc/PID/stat, which hardly see a server at one percent. */
function cpuNs(pid) {
  let sum = 0
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`))
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    // It, or a thread of it, ended meanwhile.
  }
  return sum
}

function table() {
  const rows = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      rows.set(Number(name), { parent: Number(fields[1]) })
    } catch {
      // Gone since it was listed.
    }
  }
  return rows
}

/** Memory with each shared page in parts: the sum over a tree is what the tree takes. */
function proportionalKb(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)?.[1] ?? 0)
  } catch {
    return 0
  }
}

function residentKb(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** `{ cpuSeconds, memoryMb, proportionalMb, processes }` of the tree below and with `root`. */
export function measureTree(root) {
  const rows = table()
  const inTree = (pid) => {
    for (let at = pid; at > 1; at = rows.get(at)?.parent ?? 0) if (at === root) return true
    return false
  }
  const members = [...rows.keys()].filter(inTree)
  return {
    cpuSeconds: members.reduce((sum, pid) => sum + cpuNs(pid), 0) / 1e9,
    memoryMb: members.reduce((sum, pid) => sum + residentKb(pid), 0) / 1024,
    proportionalMb: members.reduce((sum, pid) => sum + proportionalKb(pid), 0) / 1024,
    processes: members.length,
  }
}

/** `{ cpuSeconds, memoryMb }` of one process, without those below it. */
export function measureProcess(pid) {
  return { cpuSeconds: cpuNs(pid) / 1e9, memoryMb: residentKb(pid) / 1024 }
}
