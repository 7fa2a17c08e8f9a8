import type { ErrorCode } from '../../platform/errors.ts'

/** A part of a display, in pixels. */
export interface DesktopRect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface DesktopChange {
  readonly kind: 'changed'
  /** Of the whole display. */
  readonly width: number
  readonly height: number
  /** What was drawn on since the change before; all of it where the size changed. */
  readonly parts: readonly DesktopRect[]
  /** When it was noticed, and when its pixels had been read; µs of the monotonic clock. */
  readonly noticedUs: number
  readonly readyUs: number
}

export interface DesktopCursor {
  readonly kind: 'cursor'
  readonly width: number
  readonly height: number
  /** The pixel of the image that points. */
  readonly hotX: number
  readonly hotY: number
  /** `width * height * 4` bytes, alpha not multiplied into the colours. */
  readonly rgba: Buffer
}

/** The monitors of the display, as programs see them. */
export interface DesktopMonitors {
  readonly kind: 'monitors'
  readonly monitors: readonly (DesktopRect & { readonly name: string; readonly primary: boolean })[]
  /** What `arrange` wanted was done, as far as the server does that. */
  readonly arranged: boolean
}

export type DesktopEvent =
  | DesktopChange
  | DesktopCursor
  | DesktopMonitors
  | { readonly kind: 'lost'; readonly why: string; readonly code?: ErrorCode }

/** A display's pixels, whenever they change. */
export interface NativeDesktopView {
  /** Pixels of a part, between a change and `next()`: RGBA, `width * height * 4` bytes. Undefined where the part is not within the frame. */
  pixels(x: number, y: number, width: number, height: number): Buffer | undefined
  /**
   * Writes the frame, between a change and `next()`, into the planes of one of even size: 4:2:0, or 4:4:4 with `fullColor`, BT.601,
   * limited range. Strides are bytes. False where there is no frame of that size, or a plane is too small.
   */
  planes(y: Buffer, u: Buffer, v: Buffer, strideY: number, strideUv: number, width: number, height: number, fullColor: boolean): boolean
  /** The frame is not needed any more; the next change is reported when there is one. */
  next(): void
  /** Wants to be handed the frame once more, even where nothing was drawn since. */
  again(): void
  /** Wants the display to have that size, pixels. Servers of real screens do not do it. */
  resize(width: number, height: number): void
  /** Wants the display to be split into these monitors, the first one being primary, and to have the size that contains them; one: all of it. */
  arrange(monitors: readonly DesktopRect[]): void
  /** Nothing is reported any more. */
  close(): void
}

/** Keyboard and pointer of a display. */
export interface NativeDesktopInput {
  /** Presses the key that writes that X keysym. The keycode to release it by; 0 where no key could be found. */
  press(keysym: number): number
  /** Gets keys ready for a text of at most 256 X keysyms: how many of them can be pressed now, from the first on. */
  prepare(keysyms: readonly number[]): number
  release(keycode: number): void
  /** Pixels of the display. */
  move(x: number, y: number): void
  /** Pixels from where the pointer is. */
  shift(x: number, y: number): void
  /** As X numbers them: 1 left, 2 middle, 3 right, 4 to 7 the wheel, 8 back, 9 forward. */
  button(number: number, down: boolean): void
  releaseAll(): void
  close(): void
}

/** The monitors, keyboards and mice of a real screen. */
export interface NativeLocalSeat {
  /** Monitors are black, and devices do nothing, until the next call; also those that have come since. Says what of it could be done. */
  apply(black: boolean, blocked: boolean): { readonly black: boolean; readonly blocked: boolean }
  /** As it was before. */
  close(): void
}

/** A display as it looked, scaled down. `rejection` is a word where it could not be read, else empty. */
export interface NativeScreenshot {
  readonly rejection: string
  readonly width: number
  readonly height: number
  /** `width * height * 4` bytes. */
  readonly rgba: Buffer
}

export interface ScreenshotOrder {
  /** As DISPLAY has it. */
  readonly server: string
  /** File of XAUTHORITY; empty for that of the environment. */
  readonly authority: string
  readonly maxWidth: number
  readonly maxHeight: number
}

export type ClipboardEvent =
  /** Another program copied, in these formats as X names them (ICCCM targets); none: nothing is copied any more. */
  | { readonly kind: 'copied'; readonly targets: readonly string[] }
  /** The answer to `read`: its data, or why it could not be read: `rejected`, `too-large`, `timed-out`. */
  | { readonly kind: 'read'; readonly reading: number; readonly data?: Buffer; readonly why?: string }
  | { readonly kind: 'lost'; readonly why: string }

/** The clipboard of a display. No call waits for the server, or for a program. */
export interface NativeDesktopClipboard {
  /** Reads what another program copied; a larger one than `maxBytes` is given up. `reading` is in the answer. */
  read(reading: number, target: string, maxBytes: number): void
  /** Owns the clipboard from here on: programs that want one of these wait until it is provided. */
  offer(targets: readonly string[]): void
  provide(targets: readonly string[], data: Buffer): void
  /** What was not provided will not be. */
  withdraw(): void
  close(): void
}

/** What of the addon native/x11 shows and controls a display. `server` as DISPLAY has it. */
export interface DesktopAddon {
  readonly DesktopView: new (server: string, listener: (event: DesktopEvent) => void) => NativeDesktopView
  readonly DesktopClipboard: new (server: string, listener: (event: ClipboardEvent) => void) => NativeDesktopClipboard
  /** Throws Error with the reason in one word: `no-server`, `refused`, `no-answer`, `no-xtest`. */
  readonly DesktopInput: new (
    server: string,
    /** Nobody has another keyboard there: keys for volume, mail and so on may be given other meanings for good. */
    madeHere: boolean,
  ) => NativeDesktopInput
  /** Throws Error with the reason in one word: `no-server`, `refused`. */
  readonly LocalSeat: new (
    server: string,
  ) => NativeLocalSeat
  /**
   * Turns an input device of the server off and on again: what is pressed there is released, and who sends its events is disconnected.
   * Throws Error with the reason in one word: `no-server`, `refused`, `no-answer`, `no-device`.
   */
  restartInputDevice(server: string, name: string): void
  /** `done` is never called where the server hangs. */
  screenshot(order: ScreenshotOrder, done: (shot: NativeScreenshot) => void): void
}

/** A touch screen of the driver inputtest. */
export interface TouchScreenDevice {
  /** Full path of its socket. */
  readonly socket: string
  /** Lifts all its fingers, and disconnects who is connected. Throws Error where the server has no such device. */
  restart(): void
}

/** What of the display of this process's environment can be used. */
export interface ShownDisplay extends Pick<DesktopAddon, 'DesktopClipboard' | 'DesktopInput' | 'DesktopView'> {
  /** Undefined: it is no screen that somebody sits at. */
  readonly LocalSeat?: DesktopAddon['LocalSeat']
  /** Undefined: it has no touch screen that could be worked at from here. */
  readonly touchScreen?: TouchScreenDevice
  /** Asks which window is active; empty where that is not known. */
  readonly askTitle: (done: (title: string) => void) => void
}
