import type { Socket } from 'node:net'

/** Lets sockets rest after a read until the next common beat, so that the bytes of several small packets come with one read. */
export interface ReadBatch {
  rest(socket: Socket): void
  stop(): void
}

/** Makes a batch with a beat of `periodMs`; the timer runs only while somebody rests. */
export function createReadBatch(periodMs: number): ReadBatch {
  let resting: Socket[] = []
  let timer: NodeJS.Timeout | undefined

  function wake(): void {
    timer = undefined
    const sockets = resting
    resting = []
    for (const socket of sockets) socket.resume()
  }

  return {
    rest(socket) {
      socket.pause()
      resting.push(socket)
      timer ??= setTimeout(wake, periodMs)
    },
    stop() {
      clearTimeout(timer)
      resting = []
    },
  }
}
