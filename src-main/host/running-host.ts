import type { Config } from './config.ts'
import type { UsedOptions } from './follow-options.ts'
import type { AttachedShells } from './shell/attached-shells.ts'

/** Who ends a host: Ctrl+C and a closed window are a person; a service manager, an update, a machine that is shut down the system. */
export type StopCause = 'person' | 'system'

/** What `streams host --json` prints when the host is ready. */
export interface ReadyLine {
  readonly event: 'ready'
  readonly version: string
  readonly pid: number
  readonly run: string
  readonly httpPort: number
  readonly httpsPort: number | null
  readonly rtmpPort: number
  readonly rtmpsPort: number | null
  readonly srtPort: number | null
  readonly url: string
  readonly httpsUrl: string | null
  readonly rtmpUrl: string
  readonly rtmpsUrl: string | null
  readonly srtUrl: string | null
  /** One-time; valid for ten minutes. */
  readonly signInUrl: string
  readonly dataDir: string
  /** ms from the start of the process to listening. */
  readonly startupMs: number
}

export interface RunningHost {
  readonly ready: ReadyLine
  readonly signInRequired: boolean
  /** Admin token of this run. */
  readonly token: string
  /** SHA-256 of the certificate that no browser knows, where the sign-in link needs it. */
  readonly unknownCertificate: string | undefined
  /** URL of a page for a window on this machine; with a one-time sign-in where one is needed. */
  windowUrl(path?: string): string
  /** The desktop that shows windows for this host. */
  readonly shells: AttachedShells
  /** Uses changed options as far as that is possible while it runs. */
  configure(config: Config): UsedOptions
  /** Streams that are live now, those that wait for a returning publisher included, and outputs of the studio that run elsewhere. */
  onAir(): number
  /**
   * Under two seconds, unless a disk hangs. What the studio sends goes on at the next start, unless a person ends it (left out: the system does).
   * `goesOn`: a host follows that takes over this one's listeners, and resumes what it did by itself.
   */
  stop(by?: StopCause, goesOn?: boolean): Promise<void>
}
