import type { Socket } from 'node:net'

/** Lets sockets rest after a read until the next common beat, so that the bytes of several small packets come with one read. */
export interface ReadBatch {
  rest(socket: Socket): void
  stop(): void
}

interface ReadHandle {
  readStop(): number
  readStart(): number
}

/**
 * The system handle beneath a socket. `pause()` would not do: a paused socket still reads until its buffer is full and
 * then gives the pieces out one by one, so that nothing is saved. Undefined on a runtime that has no such handle.
 */
function readHandle(socket: Socket): ReadHandle | undefined {
  const handle = (socket as unknown as { _handle?: Partial<ReadHandle> | null })._handle
  return typeof handle?.readStop === 'function' && typeof handle.readStart === 'function' ? (handle as ReadHandle) : undefined
}

/** Makes a batch with a beat of `periodMs`; the timer runs only while somebody rests. */
export function createReadBatch(periodMs: number): ReadBatch {
  let resting: Socket[] = []
  let spare: Socket[] = []
  let timer: NodeJS.Timeout | undefined

  function wake(): void {
    timer = undefined
    const sockets = resting
    resting = spare
    for (const socket of sockets) if (!socket.destroyed && !socket.isPaused()) readHandle(socket)?.readStart()
    sockets.length = 0
    spare = sockets
  }

  return {
    rest(socket) {
      const handle = readHandle(socket)
      if (handle === undefined) return
      handle.readStop()
      resting.push(socket)
      timer ??= setTimeout(wake, periodMs)
    },
    stop() {
      clearTimeout(timer)
      wake()
    },
  }
}
