import { WebSocket } from 'ws'
import { repeat } from '../../../platform/timing/repeat.ts'

/** So much may wait for the receiver until the sender is paused, and until it goes on, bytes. */
const highBytes = 8 * 1024 * 1024
const lowBytes = 1024 * 1024
/** Whoever has shown no sign of life for so long is given up, ms. */
const silenceMs = 25_000

/** Passes a message on. A receiver that is slow slows the sender down: little waits here. */
export function forward(text: string, from: WebSocket, to: WebSocket): void {
  if (to.readyState !== WebSocket.OPEN) return
  to.send(text, () => {
    if (from.isPaused && to.bufferedAmount < lowBytes) from.resume()
  })
  if (to.bufferedAmount > highBytes && !from.isPaused) from.pause()
}

/** Ends a connection whose other end hangs. */
export function watchSilence(socket: WebSocket): void {
  let heardMs = performance.now()
  const hear = (): void => {
    heardMs = performance.now()
  }
  socket.on('open', hear).on('message', hear).on('pong', hear).on('ping', hear)
  const timer = repeat(silenceMs / 5, () => {
    if (performance.now() - heardMs > silenceMs) socket.terminate()
    else if (socket.readyState === WebSocket.OPEN) socket.ping()
  })
  socket.on('close', () => clearInterval(timer))
}
