import { readSync } from 'node:fs'
import type { Socket } from 'node:net'
import { repeat } from '../../../platform/timing/repeat.ts'

/**
 * Takes `buffer[0, length)` of a socket; the buffer is shared and is overwritten afterwards. False: the socket is to be read as usual
 * again.
 */
export type TakeBytes = (buffer: Buffer, length: number) => boolean

/**
 * Reads many sockets on one common beat. A publisher sends some 80 small packets a second, and each alone costs a wake-up of the
 * event loop and a buffer of its own: with twenty publishers that is most of what they cost. A socket in the batch is out of the
 * system's event queue; its bytes are fetched at each beat, several packets with one read, into one buffer for all.
 */
export interface ReadBatch {
  /** From the next beat on this socket is read by the batch, until it falls silent, ends, or `take` says no. Call it after a read. */
  rest(socket: Socket, take: TakeBytes): void
  /** Sockets in the batch. */
  readonly size: number
  stop(): void
}

interface ReadHandle {
  readonly fd: number
  readStop(): number
  readStart(): number
}

interface Seat {
  readonly socket: Socket
  readonly handle: ReadHandle
  readonly take: TakeBytes
  /** Beats in a row that found nothing. */
  misses: number
}

const bufferBytes = 65_536
/** Full reads of one socket in one beat; then the others have their turn. */
const maxReads = 8
/** After this many empty reads in a row the socket is idle: the system's event queue reports when it has data again. */
const maxMisses = 3

/**
 * The system handle beneath a plain TCP socket. `pause()` would not do: a paused socket still reads until its buffer is full and
 * then gives the pieces out one by one. Undefined if there is no handle with a descriptor (Windows).
 */
function readHandle(socket: Socket): ReadHandle | undefined {
  const handle = (socket as unknown as { _handle?: Partial<ReadHandle> | null })._handle
  if (typeof handle?.fd !== 'number' || handle.fd < 0) return undefined
  return typeof handle.readStop === 'function' && typeof handle.readStart === 'function' ? (handle as ReadHandle) : undefined
}

/** Makes a batch with a beat of `periodMs`; the timer runs only while there are sockets in it. For plain TCP sockets, not for TLS. */
export function createReadBatch(periodMs: number): ReadBatch {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  let seats: Seat[] = []
  let timer: NodeJS.Timeout | undefined

  /** False where the socket must leave the batch. */
  function serve(seat: Seat): boolean {
    const { socket, handle, take } = seat
    for (let reads = 0; reads < maxReads; reads++) {
      let length = 0
      try {
        length = readSync(handle.fd, buffer, 0, bufferBytes, null)
      } catch (error) {
        // An error of the connection occurs again where sockets are read as usual, and is reported there.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return false
        if (reads === 0) seat.misses++
        return seat.misses < maxMisses
      }
      if (length === 0 || !take(buffer, length) || socket.destroyed || socket.isPaused()) return false
      seat.misses = 0
      if (length < bufferBytes) return true
    }
    return true
  }

  function giveBack({ socket, handle }: Seat): void {
    if (!socket.destroyed && !socket.isPaused()) handle.readStart()
  }

  function beat(): void {
    const stackDepth = Error.stackTraceLimit
    // An empty socket is no error worth a stack.
    Error.stackTraceLimit = 0
    let left = 0
    try {
      for (const seat of seats) {
        if (seat.socket.destroyed) continue
        if (!seat.socket.isPaused() && serve(seat)) seats[left++] = seat
        else giveBack(seat)
      }
    } finally {
      Error.stackTraceLimit = stackDepth
    }
    seats.length = left
    if (left > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    rest(socket, take) {
      const handle = readHandle(socket)
      if (handle === undefined || socket.destroyed) return
      handle.readStop()
      seats.push({ socket, handle, take, misses: 0 })
      timer ??= repeat(periodMs, beat)
    },
    get size() {
      return seats.length
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      for (const seat of seats) giveBack(seat)
      seats = []
    },
  }
}
