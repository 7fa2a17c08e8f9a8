import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Envelope } from './envelope.ts'
import { heartbeatMs, mediaFd } from './envelope.ts'

/** A child process's view of the host that started it. */
export interface HostConnection<Out> {
  /** Aborted when the host wants this process to finish; call `end()` when done. */
  readonly stopping: AbortSignal
  ready(): void
  send(message: Out): void
  end(): void
}

/**
 * Speaks to the host that forked this process. When the host dies the process ends: an orphan would go on publishing.
 * Messages that arrive before `ready()` is called are delivered all the same, with the port that came along, if any.
 */
export function connectToHost<In, Out>(onMessage: (message: In, handle: unknown) => void): HostConnection<Out> {
  if (!process.send) throw new Error('This file is started by the host and does nothing on its own')
  const stopping = new AbortController()
  const post = (envelope: Envelope<Out>): void => {
    if (process.connected) process.send?.(envelope, undefined, {}, () => undefined)
  }
  const stop = (): void => stopping.abort()
  process.on('message', (envelope: Envelope<In>, handle: unknown) => {
    if (envelope.kind === 'message') onMessage(envelope.body, handle)
    else if (envelope.kind === 'stop') stop()
  })
  process.on('disconnect', () => process.exit(0))
  process.on('SIGTERM', stop)
  // A terminal's Ctrl-C reaches the whole process group: the host decides, and tells.
  process.on('SIGINT', () => undefined)
  const beat = setInterval(() => post({ kind: 'heartbeat' }), heartbeatMs)
  beat.unref()
  return {
    stopping: stopping.signal,
    ready: () => post({ kind: 'ready' }),
    send: (body) => post({ kind: 'message', body }),
    end: () => {
      clearInterval(beat)
      if (process.connected) process.disconnect()
      process.exit(0)
    },
  }
}

/**
 * Like `connectToHost`, for a process that does one job after the other: `jobs` are the messages in their order, without an end.
 *
 * @param handleAtOnce is given each message when it comes: true where it was no job and has been handled, as a cancellation is
 */
export function connectForJobs<In, Out>(
  handleAtOnce: (message: In) => boolean = () => false,
): { readonly host: HostConnection<Out>; readonly jobs: AsyncIterable<In> } {
  const waiting: In[] = []
  let wake: () => void = () => undefined
  const host = connectToHost<In, Out>((message) => {
    if (handleAtOnce(message)) return
    waiting.push(message)
    wake()
  })
  async function* inTurn(): AsyncIterable<In> {
    for (;;) {
      const job = waiting.shift()
      if (job !== undefined) yield job
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
  return { host, jobs: inTurn() }
}

/** The pipe for media that the host gave this process (`onMediaPipe` on its side). Once per process. */
export function openMediaPipe(): Duplex {
  return new Socket({ fd: mediaFd, readable: true, writable: true })
}
