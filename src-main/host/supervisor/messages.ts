import type { PassedSocket } from '../../platform/service-manager/passed-sockets.ts'

/** Descriptor of the channel between the supervisor and its host, on the host's side. */
export const supervisorFd = 3
/** Variable of the host's environment that contains a `Handover`. */
export const handoverVariable = 'STREAMS_SUPERVISOR'
/** How often the host says that it is alive, ms. */
export const beatMs = 1000

/** Ports that a host listens on; null where one is closed. */
export interface HostPorts {
  readonly httpPort: number
  readonly httpsPort: number | null
  readonly rtmpPort: number
  readonly rtmpsPort: number | null
  readonly srtPort: number | null
}

/** Why a host is started again, and what of the one before it takes over. */
export interface Restart {
  /** How the host before ended, e.g. `was killed (SIGKILL)`. */
  readonly cause: string
  readonly ports: HostPorts
  /** Process of the window that is still open. */
  readonly windowPid?: number
}

/** What the supervisor tells a host as it starts it. */
export interface Handover {
  /** Standard error goes through the supervisor: whether it ends on a terminal. */
  readonly stderrIsTerminal: boolean
  readonly restart?: Restart
  /** It takes over from a host that runs: it gets ready to start, says `standby`, and starts when it is asked to (`go`). */
  readonly standby?: true
  /** Listening sockets that the service manager passed to the supervisor, with their descriptors in the host. */
  readonly sockets?: readonly PassedSocket[]
}

/** What a host tells its supervisor, one JSON object a line. */
export type HostMessage =
  | { readonly kind: 'beat' }
  /** It listens: from now on it is started again when it ends unexpectedly. */
  | { readonly kind: 'ready'; readonly version: string; readonly dataDir: string; readonly ports: HostPorts }
  /** It is the icon in the panel, and is shown: the same. */
  | { readonly kind: 'icon-ready'; readonly version: string; readonly dataDir: string }
  /** Process of the window that is open; null: no window is. */
  | { readonly kind: 'window'; readonly pid: number | null }
  /** Nothing listens on these sockets any more: their owner closes them. */
  | { readonly kind: 'release'; readonly sockets: readonly string[] }
  /** Loaded, and waiting for the end of the host before it, which sends its listening sockets to the socket at `path`. */
  | { readonly kind: 'standby'; readonly path: string }
  /** It was asked to end, and does. */
  | { readonly kind: 'ending' }

/** What a supervisor tells its host, one JSON object a line. */
export type SupervisorMessage =
  /** Another host takes over: end, and send the listening sockets to the socket at `path`. */
  | { readonly kind: 'hand-over'; readonly path: string }
  /** The host before this one has ended; `restart` where it did so unexpectedly. */
  | { readonly kind: 'go'; readonly restart?: Restart }
