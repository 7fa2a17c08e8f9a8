import type { Device } from '../../../device.ts'
import type { FrameStore } from '../../stores/media-stores.ts'

/** What is captured. `device` is the id of a display or window; empty for the primary display. */
export type CaptureTarget =
  | { readonly kind: 'display'; readonly device: string }
  /** `match`: whether another window of the same class will do where none has that title. */
  | { readonly kind: 'window'; readonly device: string; readonly match: 'title' | 'class' }
  /** Pixels of the display, from its upper left corner. */
  | {
      readonly kind: 'region'
      readonly device: string
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }

export interface CaptureOrder {
  readonly target: CaptureTarget
  /** The pointer is drawn into the video. */
  readonly cursor: boolean
  /** Systems that have several: which one, e.g. `:0` of X. Empty for that of the session. */
  readonly server: string
  /** File with the cookie of that server of X; left out: that of XAUTHORITY. */
  readonly authority?: string
  /** Frames of the program are due at `originUs` (monotonic) and every `periodUs` from there: frames are taken just before. */
  readonly periodUs: number
  readonly originUs: number
  /** Nobody looks: ten frames a second are enough. */
  readonly resting: boolean
}

/** State of a capture, reported whenever it changes. */
export interface CaptureReport {
  readonly state: 'starting' | 'running' | 'waiting' | 'failed'
  /** What is wrong, for people, and what to do about it. */
  readonly problem?: string
  /** What was found: id and name of a display or window. */
  readonly device: string
  readonly name: string
  /** Of the newest frame; 0 before the first. */
  readonly width: number
  readonly height: number
  /** A window that is minimised or on another workspace: its last frame stays. */
  readonly hidden: boolean
}

export interface CaptureStatistics {
  /** Frames written into the store: none while nothing changes. */
  readonly frames: number
  /** Rows of them that were read. */
  readonly rows: number
  /** Reading, converting and writing of the last frame, and of the longest. */
  readonly tookUs: number
  readonly longestUs: number
  /** Processor time that the capture took. */
  readonly cpuUs: number
}

export interface RunningCapture {
  /** Goes over to another target, or another way of capturing it, without a pause where that is possible. */
  update(order: CaptureOrder): void
  statistics(): CaptureStatistics
  /** In under two seconds, whatever the system does. The store is empty then. */
  stop(): Promise<void>
}

/** As a person tells windows apart. */
export interface ActiveWindow {
  /** Class of the window, on Windows and macOS the name of its program. */
  readonly class: string
  readonly title: string
}

/**
 * Captures displays, windows and regions of one operating system. There is one in each folder beside this file, and nothing of a
 * system outside its folder.
 */
export interface Capturer {
  /** The primary display first. Rejects with `studio.capture_unavailable`. */
  listDisplays(): Promise<readonly Device[]>
  /** Rejects with `studio.capture_unavailable`. */
  listWindows(): Promise<readonly Device[]>
  /** The window that a person works in; undefined where none is. Rejects with `studio.capture_unavailable`. */
  activeWindow(): Promise<ActiveWindow | undefined>
  /**
   * Captures into a store, which nobody else writes. Never throws for what is not there: it reports `waiting` and starts by itself
   * when it comes (back).
   */
  start(order: CaptureOrder, into: FrameStore, onReport: (report: CaptureReport) => void): RunningCapture
}
