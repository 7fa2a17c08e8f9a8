import { connect, type Socket } from 'node:net'
import { maxFingers } from '../../displays/display-server.ts'
import type { TouchScreenDevice } from '../desktop-addon.ts'
import { type TouchPhase, type TouchPlace, touchEvent, versionEvent } from './touch-events.ts'

/** Events wait for a server that does not read them up to here, bytes; then it hangs. */
const maxWaitingBytes = 1024 * 1024
/** Moves are left out while more waits: viewers say again where their fingers are. */
const maxBehindBytes = 64 * 1024

export interface TouchScreenOptions {
  readonly device: TouchScreenDevice
  /** Of the display, pixels; undefined: not known yet. */
  readonly size: () => { readonly width: number; readonly height: number } | undefined
  /** How many fingers the display takes from here on; 0: none. */
  readonly onFingers: (fingers: number) => void
}

/** The touch screen of a display: what all its viewers touch there. */
export class TouchScreen {
  readonly #options: TouchScreenOptions
  readonly #down = new Map<number, TouchPlace>()
  #socket: Socket | undefined
  #next = 1

  constructor(options: TouchScreenOptions) {
    this.#options = options
    try {
      // The server takes one connection until the device is restarted, and fingers of a process that was killed are still down.
      options.device.restart()
    } catch {
      options.onFingers(0)
      return
    }
    this.#connect()
  }

  /** A finger comes down; the number it has from here on, 0 where there are too many. */
  begin(place: TouchPlace): number {
    if (this.#down.size >= maxFingers || !this.#ready) return 0
    const touch = this.#next++
    this.#down.set(touch, place)
    this.#send(touch, 'begin', place)
    return touch
  }

  move(touch: number, place: TouchPlace): void {
    const before = this.#down.get(touch)
    if (before === undefined || (before.x === place.x && before.y === place.y)) return
    if (this.#socket !== undefined && this.#socket.writableLength > maxBehindBytes) return
    this.#down.set(touch, place)
    this.#send(touch, 'move', place)
  }

  end(touch: number): void {
    const place = this.#down.get(touch)
    if (place === undefined) return
    this.#down.delete(touch)
    this.#send(touch, 'end', place)
  }

  /** No finger is down from here on. Waits for the server. */
  close(): void {
    const socket = this.#socket
    if (socket === undefined) return
    this.#socket = undefined
    try {
      this.#options.device.restart()
    } catch {
      // The server has ended.
    }
    socket.destroy()
  }

  get #ready(): boolean {
    return this.#socket !== undefined && this.#options.size() !== undefined
  }

  #connect(): void {
    const { device, onFingers } = this.#options
    const socket = connect(device.socket)
    this.#socket = socket
    // The server's answer to the first message stays unread: so the end of this process, whatever ends it, is an error of the connection to the
    // server. Behind a mere end of it Xorg 21.1 asks for more again and again, at all that a core can do.
    socket.pause()
    socket.on('connect', () => onFingers(maxFingers))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#down.clear()
      onFingers(0)
    })
    socket.write(versionEvent())
  }

  #send(touch: number, phase: TouchPhase, place: TouchPlace): void {
    const size = this.#options.size()
    const socket = this.#socket
    if (size === undefined || socket === undefined) return
    if (socket.writableLength > maxWaitingBytes) socket.destroy()
    else socket.write(touchEvent(touch, phase, place, size))
  }
}
