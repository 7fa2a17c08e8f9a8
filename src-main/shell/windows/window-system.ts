import type { Bounds, Display, Placement } from '../placement.ts'
import type { WindowView } from '../window-view.ts'

/**
 * How a window ended. `closed`: a person closed it. `handed-over`: its program went at once, because a window that is open already took
 * the URL. `failed`: it could not show anything. `crashed`: what drew it was killed, or ended with an error.
 */
export type WindowEnd = 'closed' | 'handed-over' | 'failed' | 'crashed'

/** Which window it is, and how it opens. */
export interface WindowLook {
  readonly view: WindowView
  /** Names the browser's profile, where a window is a browser of its own. */
  readonly profile: string
  readonly placement?: Placement
}

/** A window that is open, or why none opened. */
export interface OpenedWindow {
  readonly kind: 'electron' | 'chromium' | 'none'
  /** Why no window opened. */
  readonly reason?: string
  /** Process of the window's program, where it is one of its own. */
  readonly pid?: number
  /** Calls back when the window has ended; never for `none`. */
  readonly onClosed: (listener: (how: WindowEnd) => void) => void
  /** Closes the window without a question. Idempotent. */
  readonly close: () => void
}

/** Opens a window on a URL of the host. Resolves once it is there. */
export type OpenWindow = (url: string, look: WindowLook) => Promise<OpenedWindow>

export const noWindow = (reason: string): OpenedWindow => ({ kind: 'none', reason, onClosed: () => undefined, close: () => undefined })

/** A window as it is now. */
export interface SeenWindow {
  readonly bounds: Bounds
  readonly maximised: boolean
  readonly fullScreen: boolean
  /** Minimised, or on another desktop. */
  readonly hidden: boolean
}

/** What a desktop says of windows and displays, and does with them. */
export interface WindowSystem {
  /** None where they are not known. */
  displays(): Promise<readonly Display[]>
  /** How a window is; undefined where that is not known. */
  look(window: OpenedWindow): Promise<SeenWindow | undefined>
  /** Brings a window to the front; false where it cannot be. */
  raise(window: OpenedWindow): Promise<boolean>
  close(): void
}

/** A desktop that says nothing to programs which did not open the window: Wayland without X, Windows, macOS. */
export const unknownWindowSystem: WindowSystem = {
  displays: async () => [],
  look: async () => undefined,
  raise: async () => false,
  close: () => undefined,
}
