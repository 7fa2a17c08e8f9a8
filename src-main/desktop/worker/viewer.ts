import type { MonitorPlace } from '../displays/monitors.ts'
import type { AudioMessage, ClientMessage, ClipboardMessage, Quality } from '../sessions/client-message.ts'
import { ChangedParts } from './changed-parts.ts'
import type { DesktopChange, DesktopCursor, DesktopRect, NativeDesktopInput } from './desktop-addon.ts'
import { KeyState } from './key-state.ts'
import type { VideoFrame } from './motion-video.ts'
import { type TouchedScreen, ViewerFingers } from './touch/viewer-fingers.ts'
import { type Fineness, ViewerPace } from './viewer-pace.ts'
import { cursorMessage, monotonicUs, timesOf, type UpdateTimes, updateMessage, videoMessage } from './viewer-updates.ts'

/** Of an update: 16 MB of RGBA. What is larger comes in several. */
const maxPixels = 4 * 1024 * 1024
/** Bytes of a compressed pixel until some were compressed, and at least. */
const firstPixelBytes = 0.5
const minPixelBytes = 0.1
/** Keys and fingers of a viewer who was silent for longer are released: the connection hangs, ms. */
const silentMs = 1000
/** A press that nothing was drawn for by then has no effect to measure, µs. */
const maxPressUs = 1_000_000
/** A step of the wheel at a time is all that one message may ask for. */
const wheelButtons = { up: 4, down: 5, left: 6, right: 7 } as const

export interface ViewerOptions {
  readonly raw: boolean
  readonly input: NativeDesktopInput
  /** Undefined: the display takes no fingers. */
  readonly touchScreen?: TouchedScreen | undefined
  readonly send: (parts: readonly Uint8Array[]) => void
  readonly onSize: (width: number, height: number, monitor: number | undefined) => void
  readonly onArrange: (monitors: readonly MonitorPlace[]) => void
}

/** What of these parts is in that one. */
function within(parts: readonly DesktopRect[], area: DesktopRect): readonly DesktopRect[] {
  return parts.flatMap((part) => {
    const x = Math.max(part.x, area.x)
    const y = Math.max(part.y, area.y)
    const width = Math.min(part.x + part.width, area.x + area.width) - x
    const height = Math.min(part.y + part.height, area.y + area.height) - y
    return width > 0 && height > 0 ? [{ x, y, width, height }] : []
  })
}

/** Somebody who looks at the display and works at it: what they have not seen, and what they hold down. */
export class Viewer {
  readonly #options: ViewerOptions
  #unseen = new ChangedParts()
  /** What of the display they show; undefined: all of it. */
  #part: DesktopRect | undefined
  readonly #keys: KeyState
  readonly #buttons = new Set<number>()
  readonly #fingers: ViewerFingers | undefined
  #heardMs = 0
  #pressedUs: number | undefined
  #decodes = false
  #decodesFullColor = false
  #quality: Quality = 'balanced'
  #awaitsKey = true
  /** Of the display, as what was sent last has it. */
  #size = { width: 0, height: 0 }
  #sent = 0
  #drawn = 0
  readonly #pace: ViewerPace
  /** What a pixel is compressed to, bytes. */
  #pixelBytes = firstPixelBytes
  #fineness: Fineness = 'balanced'
  /** The pointer's image as it is now, where it was not sent. */
  #cursor: DesktopCursor | undefined

  constructor(options: ViewerOptions) {
    this.#options = options
    this.#pace = new ViewerPace(!options.raw)
    this.#keys = new KeyState(options.input)
    this.#fingers = options.touchScreen && new ViewerFingers(options.touchScreen)
  }

  /** Can be sent more. */
  get ready(): boolean {
    return this.#pace.ready
  }

  /** What they see while the display moves: what they prefer, as far as their network carries it. */
  get fineness(): Fineness {
    return this.#fineness
  }

  /** Motion is sent as video. */
  get decodes(): boolean {
    return this.#decodes
  }

  /** Cannot go on with the video before the next keyframe. */
  get wantsKey(): boolean {
    return this.#decodes && this.#awaitsKey && this.ready
  }

  /** Something waits to be seen, and can be sent. */
  get wants(): boolean {
    return !this.#unseen.empty && this.ready
  }

  /** Releases what is kept down by a viewer who has said nothing for so long: while keys or fingers are down, pages say which, four times a second. */
  releaseIfSilent(nowMs: number): void {
    if (nowMs - this.#heardMs <= silentMs) return
    if (this.#keys.holding) this.#keys.keep([])
    if (this.#fingers?.touching) this.#fingers.apply([])
  }

  changed(parts: readonly DesktopRect[]): void {
    this.#unseen.add(this.#part === undefined ? parts : within(parts, this.#part))
  }

  /** Sends what is unseen of the frame there is now. */
  show(frame: DesktopChange, pixelsOf: (part: DesktopRect) => Buffer | undefined, nowUs: number): void {
    if (!this.wants) return
    const { width, height } = frame
    const parts: DesktopRect[] = []
    const pixels: Buffer[] = []
    const most = Math.min(maxPixels, Math.floor(this.#pace.maxUpdateBytes / this.#pixelBytes))
    let area = 0
    for (const part of this.#unseen.take(width, height, most)) {
      const read = pixelsOf(part)
      if (read === undefined) continue
      parts.push(part)
      pixels.push(read)
      area += part.width * part.height
    }
    if (parts.length === 0) return
    this.#size = { width, height }
    this.#sent++
    const times = this.#timesOf(frame, nowUs)
    const bytes = this.#send(updateMessage({ number: this.#sent, width, height, parts, pixels, times }, this.#options.raw))
    this.#pixelBytes = Math.max(minPixelBytes, this.#pixelBytes + (bytes / area - this.#pixelBytes) / 4)
  }

  /** Shows a frame of video, unless they are behind: then they go on with the next keyframe. */
  showVideo(frame: VideoFrame, change: DesktopChange, nowUs: number): void {
    if (!this.ready || (this.#awaitsKey && !frame.key)) {
      this.#awaitsKey = true
      return
    }
    this.#awaitsKey = false
    this.#size = { width: change.width, height: change.height }
    this.#sent++
    this.#send(videoMessage(frame, this.#sent, this.#timesOf(change, nowUs)), true)
  }

  /** What comes next of the video is not what follows what was shown. */
  endVideo(): void {
    this.#awaitsKey = true
  }

  /** The pointer's image changed. One who is behind is sent the newest. */
  cursor(cursor: DesktopCursor): void {
    this.#cursor = cursor
    this.#sendCursor()
  }

  hear(message: Exclude<ClientMessage, ClipboardMessage | AudioMessage>): void {
    this.#heardMs = performance.now()
    if ((message.kind === 'key' || message.kind === 'button') && message.down) this.#press()
    const { input } = this.#options
    switch (message.kind) {
      case 'key':
        this.#keys.key(message)
        break
      case 'held':
        this.#keys.keep(message.codes)
        break
      case 'text':
        this.#keys.type(message.text)
        break
      case 'move':
        this.#keys.after(() => input.move(message.x, message.y))
        break
      case 'shift':
        this.#keys.after(() => input.shift(message.x, message.y))
        break
      case 'button':
        this.#keys.after(() => this.#click(message))
        break
      case 'wheel':
        this.#keys.after(() => {
          this.#turn(message.y, wheelButtons.down, wheelButtons.up)
          this.#turn(message.x, wheelButtons.right, wheelButtons.left)
        })
        break
      case 'touch':
        this.#keys.after(() => this.#fingers?.apply(message.fingers))
        break
      case 'size':
        this.#options.onSize(message.width, message.height, message.monitor)
        break
      case 'arrange':
        this.#options.onArrange(message.monitors)
        break
      case 'part':
        this.#part = message.part ?? undefined
        // All of it follows.
        this.#unseen = new ChangedParts()
        break
      case 'decoder':
        this.#decodes = message.h264
        this.#decodesFullColor = message.fullColor ?? false
        this.#prefer()
        break
      case 'quality':
        this.#quality = message.quality
        this.#prefer()
        break
      case 'drawn':
        // Not further than what was sent: a viewer that says otherwise would be sent without end.
        this.#drawn = Math.min(this.#sent, Math.max(this.#drawn, message.update))
        this.#follow(message.ms ?? 0)
        this.#sendCursor()
        break
    }
  }

  /** They left, or may not control any more: nothing stays down. */
  release(): void {
    this.#keys.end()
    for (const button of this.#buttons) this.#options.input.button(button, false)
    this.#buttons.clear()
    this.#fingers?.apply([])
  }

  #click({ x, y, button, down }: Extract<ClientMessage, { kind: 'button' }>): void {
    const { input } = this.#options
    if (x !== undefined && y !== undefined) input.move(x, y)
    if (down) this.#buttons.add(button)
    else this.#buttons.delete(button)
    input.button(button, down)
  }

  /** A key or button went down: the first change that is noticed from here on answers it. */
  #press(): void {
    const nowUs = monotonicUs()
    if (this.#pressedUs === undefined || nowUs - this.#pressedUs > maxPressUs) this.#pressedUs = nowUs
  }

  #timesOf(change: DesktopChange, nowUs: number): UpdateTimes {
    const answers = this.#pressedUs !== undefined && change.noticedUs >= this.#pressedUs
    if (answers) this.#pressedUs = undefined
    return timesOf(change, nowUs, answers)
  }

  /** Sends a message, the newest one; answers how many bytes it has. */
  #send(message: readonly Uint8Array[], video = false): number {
    const bytes = message.reduce((sum, each) => sum + each.length, 0)
    this.#pace.sent(this.#sent, bytes, video, performance.now())
    this.#options.send(message)
    return bytes
  }

  /** What was sent has been drawn: what comes next is as fine as the network carries it. */
  #follow(drawingMs: number): void {
    this.#pace.drawn(this.#drawn, performance.now() - drawingMs)
    if (this.#pace.asksWay(performance.now())) this.#askWay()
    const { fineness } = this.#pace
    if (fineness === this.#fineness) return
    this.#fineness = fineness
    // It is another video.
    this.#awaitsKey = true
  }

  #prefer(): void {
    this.#pace.prefer(this.#quality === 'sharp' && this.#decodesFullColor ? 'full-color' : this.#quality)
    this.#fineness = this.#pace.fineness
    this.#awaitsKey = true
  }

  /** An update in which nothing changed. */
  #askWay(): void {
    this.#sent++
    const times = { captureMs: 0, encodeMs: 0, answers: false }
    this.#send(updateMessage({ number: this.#sent, ...this.#size, parts: [], pixels: [], times }, this.#options.raw))
  }

  #sendCursor(): void {
    if (this.#cursor === undefined || !this.ready) return
    this.#sent++
    this.#send(cursorMessage(this.#cursor, this.#sent))
    this.#cursor = undefined
  }

  #turn(steps: number, forward: number, back: number): void {
    const button = steps > 0 ? forward : back
    for (let step = 0; step < Math.abs(steps); step++) {
      this.#options.input.button(button, true)
      this.#options.input.button(button, false)
    }
  }
}
