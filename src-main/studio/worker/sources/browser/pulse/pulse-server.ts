import { createServer, type Socket } from 'node:net'
import type { PlaybackStream } from './playback-stream.ts'
import { pulseRate } from './playback-stream.ts'
import { PulseSession } from './pulse-session.ts'

/** Takes what a program plays, as an audio server does, on a socket of its own: only the receiver here hears it. */
export interface PulseServer {
  /** Ends all connections. */
  stop(): void
}

export interface PulseServerDependencies {
  /** Where programs find it: a path that others may not enter. */
  readonly path: string
  /** Monotonic microseconds. */
  nowUs(): number
  /** Audio while anything plays: interleaved stereo at 48 kHz and when its first frame is heard. Valid during the call. */
  onAudio(samples: Float32Array, timeUs: number): void
}

const blockFrames = 480
const blockUs = (blockFrames * 1e6) / pulseRate
/** After a longer hold-up nothing is made up for. */
const maxHoldUpUs = 200_000

/**
 * Opens the server. It requests audio at the pace of the machine's monotonic clock, so that what a page plays has no drift. Resolves when
 * it listens.
 */
export function openPulseServer(dependencies: PulseServerDependencies): Promise<PulseServer> {
  const sessions = new Map<Socket, PulseSession>()
  const block = new Float32Array(blockFrames * 2)
  let nextUs = 0
  let timer: NodeJS.Timeout | undefined

  const playing = (): PlaybackStream[] => {
    const streams: PlaybackStream[] = []
    for (const session of sessions.values()) for (const stream of session.streams.values()) if (stream.playing) streams.push(stream)
    return streams
  }

  function beat(): void {
    const now = dependencies.nowUs()
    if (now - nextUs > maxHoldUpUs) nextUs = now
    while (nextUs <= now) {
      const streams = playing()
      if (streams.length === 0) {
        rest()
        return
      }
      block.fill(0)
      const underflown = new Set<PlaybackStream>()
      for (const stream of streams) if (!stream.mixInto(block)) underflown.add(stream)
      dependencies.onAudio(block, nextUs)
      for (const session of sessions.values()) session.ask(underflown)
      nextUs += blockUs
    }
  }

  function rest(): void {
    clearInterval(timer)
    timer = undefined
  }

  /** Audio flows while anything plays. */
  function wake(): void {
    if (timer !== undefined || playing().length === 0) return
    nextUs = dependencies.nowUs()
    timer = setInterval(beat, blockUs / 1000)
    beat()
  }

  const server = createServer((socket) => {
    const session = new PulseSession((bytes) => void socket.write(bytes))
    sessions.set(socket, session)
    socket.on('data', (bytes) => {
      if (!session.push(bytes)) socket.destroy()
      wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => void sessions.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(dependencies.path, () => {
      resolve({
        stop() {
          rest()
          server.close()
          for (const socket of sessions.keys()) socket.destroy()
        },
      })
    })
  })
}
