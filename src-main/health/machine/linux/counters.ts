/** Texts of /proc as numbers. Each is pure and answers undefined for a text of another form. */

/** Ticks of all processors since the system started. */
export interface CpuTicks {
  readonly busy: number
  readonly total: number
}

/** First line of /proc/stat. */
export function readCpuTicks(stat: string): CpuTicks | undefined {
  const fields = /^cpu +([\d ]+)/.exec(stat)?.[1]?.split(' ').map(Number)
  if (fields === undefined || fields.length < 4) return undefined
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, interrupts = 0, soft = 0, stolen = 0] = fields
  const busy = user + nice + system + interrupts + soft + stolen
  return { busy, total: busy + idle + wait }
}

/** /proc/meminfo, bytes. */
export function readMemory(text: string): { readonly total: number; readonly available: number } | undefined {
  const field = (name: string): number | undefined => {
    const found = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]
    return found === undefined ? undefined : Number(found) * 1024
  }
  const [total, available] = [field('MemTotal'), field('MemAvailable')]
  return total === undefined || available === undefined ? undefined : { total, available }
}

/** A pair of counters of bytes. */
export interface ByteCounters {
  readonly in: number
  readonly out: number
}

const sectorBytes = 512
/** Disks that are made of others, or of memory, would be counted twice. */
const madeOfOthers = /^(loop|ram|zram|dm-|md|sr|fd|nbd)/
const partition = /^((sd|vd|xvd|hd)[a-z]+\d+|(nvme\d+n\d+|mmcblk\d+)p\d+)$/

/** /proc/diskstats: bytes read (in) and written (out) of whole disks. */
export function readDiskBytes(text: string): ByteCounters {
  let [read, written] = [0, 0]
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/)
    const name = fields[2] ?? ''
    if (fields.length < 10 || madeOfOthers.test(name) || partition.test(name)) continue
    read += Number(fields[5]) * sectorBytes
    written += Number(fields[9]) * sectorBytes
  }
  return { in: read, out: written }
}

/** This machine's own network, and those between its containers, whose bytes pass a real one or none. */
const ownNetworks = /^(lo|veth|docker|br-|virbr|cni|flannel|cali)/

/** /proc/net/dev: bytes received (in) and sent (out). */
export function readNetworkBytes(text: string): ByteCounters {
  let [received, sent] = [0, 0]
  for (const line of text.split('\n')) {
    const [name, rest] = line.split(':')
    const fields = rest?.trim().split(/ +/)
    if (name === undefined || fields === undefined || fields.length < 16 || ownNetworks.test(name.trim())) continue
    received += Number(fields[0])
    sent += Number(fields[8])
  }
  return { in: received, out: sent }
}

/** A process as /proc/PID/stat has it. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** Ticks of processor time, its own threads' alone. */
  readonly ticks: number
  /** Ticks after the system's start at which it started: another process may come to have its pid. */
  readonly startedTicks: number
  readonly residentPages: number
}

export function readProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(')
  // The name may have brackets and blanks itself.
  const close = text.lastIndexOf(')')
  if (open < 0 || close < 0) return undefined
  const pid = Number(text.slice(0, open))
  const fields = text.slice(close + 2).split(' ')
  const at = (field: number): number => Number(fields[field - 3])
  const stat = { pid, parent: at(4), ticks: at(14) + at(15), startedTicks: at(22), residentPages: at(24) }
  return Object.values(stat).every(Number.isFinite) ? stat : undefined
}
