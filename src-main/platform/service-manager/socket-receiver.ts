import { closeSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadServiceManager } from './native-service-manager.ts'
import type { PassedSocket } from './passed-sockets.ts'

/** Where the host before this one sends its listening sockets, as it would to a service manager. */
export interface SocketReceiver {
  /** For this user alone. */
  readonly path: string
  /** What was sent until now; nothing comes after it. */
  take(): readonly PassedSocket[]
}

/** Throws where the native part is missing, or no socket can be bound. */
export function openSocketReceiver(): SocketReceiver {
  const addon = loadServiceManager()
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const path = join(folder, 'sockets')
  let socket: number
  try {
    socket = addon.bindReceiver(path)
  } catch (error) {
    remove()
    throw error
  }
  process.once('exit', remove)
  return {
    path,
    take() {
      const taken: PassedSocket[] = []
      for (let next = addon.receive(socket); next !== undefined; next = addon.receive(socket)) {
        const name = /^FDNAME=(.+)$/m.exec(next.lines)?.[1]
        for (const fd of next.descriptors) {
          if (name === undefined) closeSync(fd)
          else taken.push({ name, fd })
        }
      }
      closeSync(socket)
      process.off('exit', remove)
      remove()
      return taken
    },
  }
}
