import { dirname, join } from 'node:path'
import type { Logger } from '../../platform/logger.ts'
import type { Scale } from '../schemas/display.ts'

/** What programs speak to a display. */
export type DisplayProtocol = 'x11' | 'wayland'

/** What makes displays of X11. */
export type XServer = 'xvnc' | 'xorg'

/** A display that runs: what programs need to draw on it. */
export interface RunningDisplay {
  /** Left out: X11; `portal`: the desktop that is logged in at this machine, by its portal. */
  readonly protocol?: 'wayland' | 'portal'
  /** As DISPLAY has it; of Wayland: as WAYLAND_DISPLAY does, the full path of a socket. */
  readonly server: string
  /** Where programs of X11 draw on a display of Wayland, as DISPLAY has it; undefined: they cannot, Xwayland was not installed when it started. */
  readonly xServer?: string
  /** XCURSOR_PATH of its programs: of a display of Wayland that was made here, where pointers of programs would be in the image; undefined: theirs. */
  readonly pointers?: string
  /**
   * File of XAUTHORITY; of Wayland: the configuration of its compositor; of a portal: where is kept by what it knows again what was allowed.
   * A file of this display alone.
   */
  readonly authority: string
  /** Process id of its server. */
  readonly pid: number
  /** What its programs play; undefined for a screen: its programs play where the machine does. */
  readonly audio?: RunningAudio
  /** Full path of the socket of its printer, as CUPS_SERVER has it; undefined without one: its programs print where the machine does. */
  readonly printer?: string
  /** User of this machine whose it is; undefined: the one that this process runs as. What else is here of another user may be lies. */
  readonly user?: string
}

/** The audio of one display: what its programs play, and the microphone of who works there. */
export interface RunningAudio {
  /** PIPEWIRE_RUNTIME_DIR; PulseAudio's socket is `pulse/native` in it. */
  readonly folder: string
  readonly pids: readonly number[]
  /** `missing`: its programs are not installed; `failed`: they did not start, see `audio.log` in the folder of the display. */
  readonly state: 'on' | 'missing' | 'failed'
}

/** Variable of the process that shows a display; `1`: its server was started here, so that nobody has another keyboard there. */
export const madeHereVariable = 'AMI_DISPLAY_MADE_HERE'

/** Variable of the process that shows a display: what it is shown by, whatever else its environment names. */
export const protocolVariable = 'AMI_DISPLAY_PROTOCOL'

/** Variable of the process that shows the desktop of a portal: the file for what the desktop remembers. */
export const portalTokenVariable = 'AMI_DISPLAY_PORTAL_TOKEN'

/** The touch screen of a display that Xorg makes, as it names it. */
export const touchScreenName = 'AMI Streams touch screen'
/** Its socket, in the folder of the display. */
export const touchSocketName = 'touch'
/** Fingers that it takes at a time. */
export const maxFingers = 10

/** Environment of programs that draw and play there. Where its audio is missing they play nowhere, and not on the machine's speakers. */
export function displayEnvironment({
  protocol,
  server,
  xServer,
  authority,
  pointers,
  audio,
  printer,
}: RunningDisplay): Readonly<Record<string, string>> {
  // That of the host is the desktop's own.
  if (protocol === 'portal') return { [portalTokenVariable]: authority }
  return {
    ...(protocol === 'wayland'
      ? {
          WAYLAND_DISPLAY: server,
          SWAYSOCK: controlSocketOf(server),
          XDG_SESSION_TYPE: 'wayland',
          XDG_CURRENT_DESKTOP: 'sway',
          ...(xServer !== undefined && { DISPLAY: xServer }),
          ...(pointers !== undefined && pointerEnvironment(pointers)),
        }
      : { DISPLAY: server, XAUTHORITY: authority, XDG_SESSION_TYPE: 'x11' }),
    ...(printer !== undefined && { CUPS_SERVER: printer }),
    ...(audio && { PIPEWIRE_RUNTIME_DIR: audio.folder, PULSE_SERVER: `unix:${join(audio.folder, 'pulse/native')}` }),
  }
}

/** Name of a theme that every program looks for where it has found no other. */
export const pointerTheme = 'default'

/** Where programs find the images of their pointers. */
export function pointerEnvironment(pointers: string): Readonly<Record<string, string>> {
  return { XCURSOR_PATH: pointers, XCURSOR_THEME: pointerTheme }
}

/** The socket by which the compositor of a Wayland socket is controlled: beside it. */
export function controlSocketOf(wayland: string): string {
  return join(dirname(wayland), 'sway')
}

export interface DisplayOrder {
  /** Folder of this display alone, which exists. */
  readonly folder: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Of Wayland: pixels that programs draw for what is one at 1. */
  readonly scale: Scale
}

/** What makes displays on one system. */
export interface DisplayServer {
  /** Starts a display; resolves when programs can draw on it. Throws AppError `desktop.server_missing`, `desktop.server_failed`. */
  start(order: DisplayOrder): Promise<RunningDisplay>
  /** The display of an earlier run of the host, where it still runs. */
  adopt(running: RunningDisplay): Promise<boolean>
  /** Gives it another scale while it runs; left out: its programs have no scale from here. Throws AppError `desktop.server_failed`. */
  scale?(running: RunningDisplay, scale: Scale): Promise<void>
  /** Ends a display and, with it, what was drawn there. */
  end(running: RunningDisplay): Promise<void>
}

/** What makes the audio of displays on one system. */
export interface AudioServer {
  /** Starts the audio of the display of that folder. Never rejects: a display is of use without. Resolves when programs can connect. */
  start(folder: string, log: Logger): Promise<RunningAudio>
  /** All of it still runs, or there is nothing that should. */
  runs(audio: RunningAudio): boolean
  end(audio: RunningAudio): Promise<void>
}
