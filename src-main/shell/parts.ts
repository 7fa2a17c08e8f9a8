/**
 * What a desktop offers to a program, as `desktop.ts` uses it. `linux/` has it over D-Bus and X11 without Electron, `electron/` by Electron
 * on every system.
 */

/** What the icon shows. `off`: no host runs. */
export interface TrayLook {
  readonly state: 'off' | 'idle' | 'live' | 'problem'
  readonly recording: boolean
}

export interface MenuItem {
  /** The same for as long as the item means the same. */
  readonly key: string
  readonly label: string
  readonly enabled?: boolean
  /** How `on` is drawn. */
  readonly mark?: 'check' | 'radio'
  readonly on?: boolean
  /** A submenu. */
  readonly items?: readonly (MenuItem | MenuLine)[]
  readonly act?: () => void
}

/** A line between items. */
export interface MenuLine {
  readonly key: string
  readonly line: true
}

export interface TrayView {
  readonly look: TrayLook
  readonly title: string
  /** One line below the title. */
  readonly text: string
  readonly menu: readonly (MenuItem | MenuLine)[]
  /** A click on the icon itself. */
  readonly act: () => void
}

export interface TrayPart {
  show(view: TrayView): void
}

/** A message of the desktop. */
export interface Notice {
  /** A newer one of the same key takes the place of the one that is shown. */
  readonly key: string
  readonly title: string
  readonly text: string
  readonly urgent: boolean
  /** Buttons, the first of which is also a click on the message. */
  readonly actions: readonly { readonly key: string; readonly label: string; readonly act: () => void }[]
}

export interface NotificationPart {
  /** Shows it, where the desktop shows notifications. */
  notify(notice: Notice): void
}

export interface PowerPart {
  /** Keeps the machine awake and its screen on for that reason; undefined: no longer. */
  keepAwake(reason: string | undefined): void
}

export interface HotkeyPart {
  /** These chords (`Ctrl+Shift+1`) work in every window from now on, and no others; `press` is called for each of them. */
  take(chords: readonly string[], press: (chord: string) => void): void
}

export interface FilesPart {
  /** Shows a folder of this machine in the program that the desktop has for folders. */
  openFolder(folder: string): void
}

/** What this desktop has; a part that is left out is not there. */
export interface DesktopParts {
  readonly tray?: TrayPart
  readonly notifications?: NotificationPart
  readonly power?: PowerPart
  readonly files?: FilesPart
  /** Where the host cannot take keys itself. */
  readonly hotkeys?: HotkeyPart
  /** Gives everything back: the icon goes, and the machine may sleep. */
  close(): Promise<void>
}
