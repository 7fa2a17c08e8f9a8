import type { Bounds, Display } from '../placement.ts'

/** A window as it is now. */
export interface SeenWindow {
  readonly bounds: Bounds
  readonly maximised: boolean
  readonly fullScreen: boolean
  /** Minimised, or on another desktop. */
  readonly hidden: boolean
}

/** What of windows and displays a desktop tells and does for a program that is not the one with the windows. */
export interface WindowSystem {
  /** None where they are not known. */
  displays(): Promise<readonly Display[]>
  /** The window of a process; undefined where it has none, or that is not known. */
  windowOf(pid: number): Promise<SeenWindow | undefined>
  /** Brings the window of a process to the front; false where it cannot be. */
  raise(pid: number): Promise<boolean>
  close(): void
}

/** A desktop that tells nothing: Wayland without X, and systems where only Electron has windows of ours. */
export const unknownWindowSystem: WindowSystem = {
  displays: async () => [],
  windowOf: async () => undefined,
  raise: async () => false,
  close: () => undefined,
}
