import type { ErrorCode } from '../../platform/errors.ts'
import type { MonitorPlace } from '../displays/monitors.ts'
import type { SeatState, SeatWishes } from '../displays/screen-privacy.ts'
import type { Right } from '../rights/rights.ts'
import type { ClientMessage } from './client-message.ts'

/** From the host to the worker of a display. */
export type ToDesktopWorker =
  /** `raw`: what it is sent is not compressed: it is on this machine, or near enough. */
  | { readonly kind: 'join'; readonly viewer: number; readonly raw: boolean }
  | { readonly kind: 'leave'; readonly viewer: number }
  /** What the viewer may do from here on; before it comes, nothing. What is not allowed is not passed on; what is pressed is released. */
  | { readonly kind: 'rights'; readonly viewer: number; readonly rights: readonly Right[] }
  /** Encodes the display for recordings and live streams; `key`: from a keyframe on, with its tracks. */
  | ({ readonly kind: 'record'; readonly key: boolean } & RecordingWishes)
  | { readonly kind: 'record-end' }
  /** How the display is to be split into monitors; empty: as it is. Before it comes, the worker says nothing of them. */
  | { readonly kind: 'monitors'; readonly monitors: readonly MonitorPlace[] }
  /** What the monitors and devices of a real screen are to be like from here on. */
  | ({ readonly kind: 'seat' } & SeatWishes)
  /** Asks which files programs of the display have copied. */
  | { readonly kind: 'copied-files'; readonly request: number }
  /** Offers files to programs that paste, as URIs. */
  | { readonly kind: 'offer-files'; readonly uris: readonly string[] }
  | { readonly kind: 'client'; readonly viewer: number; readonly message: ClientMessage }

/** What is encoded for those who take it. */
export interface RecordingWishes {
  /** With its audio. */
  readonly audio: boolean
  /** For a live stream: more frames while little changes, and a keyframe every two seconds. */
  readonly live: boolean
}

/** From the worker; what viewers are sent comes over the media pipe: see `viewer-wire`. */
export type FromDesktopWorker =
  /** The display cannot be shown, or not any more; `code`: how viewers are notified of it. */
  | { readonly kind: 'lost'; readonly why: string; readonly code?: ErrorCode }
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  /** As programs see them. */
  | { readonly kind: 'monitors'; readonly monitors: readonly MonitorPlace[] }
  /** How many fingers its touch screen takes from here on; 0: none. Not said of a display without one. */
  | { readonly kind: 'touch-screen'; readonly fingers: number }
  /** What of `seat` could be done. */
  | ({ readonly kind: 'seat' } & SeatState)
  /** Undefined where none are copied, or the program that copied them does not answer. */
  | { readonly kind: 'copied-files'; readonly request: number; readonly copied: CopiedUris | undefined }

/** Files that a program of the display copied. */
export interface CopiedUris {
  /** Number of what was copied: see docs/desktop.md. */
  readonly number: number
  /** URIs, one a line (RFC 2483, section 5). Whatever the program says. */
  readonly uris: string
}
