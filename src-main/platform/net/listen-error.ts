import { readdir, readFile, readlink } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { inodeOf, parseSocketTable } from './socket-table.ts'

/** Names the option, the port and, if the system reports it (Linux), the program that uses it. */
export async function toListenError(error: unknown, option: string, port: number): Promise<AppError> {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    const program = await portOwner(port, option === 'srtPort' ? 'udp' : 'tcp')
    const by = program ? ` by ${program}` : ''
    return new AppError('port.in_use', `Port ${port} (option ${option}) is in use${by}`, {
      cause: error,
      details: { option, port, program },
    })
  }
  if (code === 'EACCES')
    return new AppError('port.forbidden', `Port ${port} (option ${option}) may not be used by this user`, {
      cause: error,
      details: { option, port },
    })
  if (code === 'EADDRNOTAVAIL')
    return new AppError('config.invalid', `The IP address of option bind is not one of this machine: ${message}`, {
      cause: error,
      details: { option: 'bind' },
    })
  return new AppError('internal', `Port ${port} (option ${option}) cannot be opened: ${message}`, {
    cause: error,
    details: { option, port },
  })
}

/** The program that listens on a port, e.g. `nginx (pid 311)`; undefined if it is unknown. */
export async function portOwner(port: number, transport: 'tcp' | 'udp' = 'tcp'): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const inodes = new Set<string>()
  for (const table of [`/proc/net/${transport}`, `/proc/net/${transport}6`]) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const socket of parseSocketTable(text, transport)) if (socket.listening && socket.port === port) inodes.add(socket.inode)
  }
  if (inodes.size === 0) return undefined
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (!inodes.has(inodeOf(target) ?? '')) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program')
      return `${name.trim()} (pid ${pid})`
    }
  }
  return undefined
}
