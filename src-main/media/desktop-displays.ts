import type { Principal } from '../platform/routes/principal.ts'
import type { Device } from './device.ts'

/** Where a display is now. */
export type DisplayPlace =
  | {
      readonly state: 'running'
      readonly name: string
      /** Left out: X11. */
      readonly protocol?: 'wayland'
      /** As DISPLAY has it; of Wayland the full path of a socket. */
      readonly server: string
      /** The file of XAUTHORITY. */
      readonly authority: string
      /** Full path of the socket of its own PipeWire; left out: it has no audio. */
      readonly audio?: string
    }
  | { readonly state: 'stopped'; readonly name: string }

/** Where there is no remote desktop. */
export const noDesktopDisplays: DesktopDisplays = {
  list: () => [],
  rejection: () => 'there are no desktops here',
  places: () => ({}),
  onChange: () => () => undefined,
  setShown() {},
}

/** What the remote desktop lets the studio show: displays that were made on demand. */
export interface DesktopDisplays {
  /** Those that this one may see. */
  list(principal: Principal): readonly Device[]
  /** Why this one may not put the video or audio of that display into a show, for people; undefined where they may. Nobody: a program or a rule. */
  rejection(principal: Principal | undefined, display: string, what: 'see' | 'audio'): string | undefined
  /** Where displays are, by id; one that was removed is left out. */
  places(displays: ReadonlySet<string>): Readonly<Record<string, DisplayPlace>>
  /** Calls when a display started, ended, was renamed or removed. Returns the way to stop. */
  onChange(listener: () => void): () => void
  /** The displays of the open show: somebody looks at them. */
  setShown(displays: ReadonlySet<string>): void
}
