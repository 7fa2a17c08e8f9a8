import type { Kysely } from 'kysely'
import type { Registry } from 'prom-client'
import type { AutomationKinds } from '../media/automation/automation-kinds.ts'
import type { DesktopDisplays } from '../media/desktop-displays.ts'
import type { MediaShares } from '../media/media-shares.ts'
import type { ObsShowMaker } from '../media/obs-show/obs-show.ts'
import type { StudioObserver } from '../media/part-facts.ts'
import type { StreamCarrier } from '../media/stream-carrier.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { ErrorCode } from '../platform/errors.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { SignInAttempts } from '../platform/identity/sign-in-attempts.ts'
import type { Logger } from '../platform/logger.ts'
import type { Reach } from '../platform/outbound/reach.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SocketDefinition } from '../platform/routes/sockets.ts'

/** Which hotkeys work in every window: none, those that nobody presses while writing, or all. */
export type GlobalHotkeysSetting = 'off' | 'safe' | 'all'

/** A display of the desktop that shows windows for this host, in its pixels. */
export interface DesktopDisplay {
  readonly id: string
  readonly name: string
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

/** Windows on the desktop that shows them for this host. */
export interface DesktopWindows {
  /** Empty where no desktop is there. */
  displays(): readonly DesktopDisplay[]
  /** Opens a window of a view; full screen where a display is named by its id. Throws `shell.*`. */
  open(
    view:
      | { readonly kind: 'multiview' }
      | { readonly kind: 'projector'; readonly of: 'program' | 'preview' | 'scene' | 'source'; readonly id: string },
    display: string | undefined,
  ): Promise<void>
}

/** How the host before this one ended, where it did so unexpectedly. */
export interface UnexpectedEnd {
  /** When it was last seen, ms since 1970. */
  readonly atMs: number
  /** e.g. `was killed (SIGKILL)`; null where nobody saw it. */
  readonly cause: string | null
}

export interface StudioDependencies {
  /** Folder for collections, recordings of the studio, and files that sources keep. */
  readonly dataDir: string
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly secrets: SecretBox
  /** The platform's write queue. */
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly registry: Registry
  readonly carrier: StreamCarrier
  /** Where the studio's actions, conditions and macros with rules are registered, and what other parts can do. */
  readonly automation: AutomationKinds
  /** What users' paths and URLs may lead to. */
  readonly reach: Pick<Reach, 'policy' | 'onChange' | 'mediaFolders'>
  /** Displays of the remote desktop, as sources. */
  readonly displays: DesktopDisplays
  /** What editors may send to the host: MB of one file, and of all. */
  readonly uploads: { readonly maxMegabytes: number; readonly quotaMegabytes: number }
  /** For how long the host may have been away for outputs that ran to go on by themselves, ms; 0: never. */
  readonly resumeWithinMs: () => number
  /** How the host before this one ended, where it did so unexpectedly. */
  readonly endedUnexpectedly: UnexpectedEnd | undefined
  /** Hosts ended unexpectedly often, not long ago. */
  readonly crashesOften: () => boolean
  /** Starts in safe mode. */
  readonly safeMode: boolean
  /** Which hotkeys work while another window has the focus. */
  readonly globalHotkeys: () => GlobalHotkeysSetting
  readonly windows: DesktopWindows
  /** Slows down guesses at passwords. */
  readonly attempts: SignInAttempts
  /** What the host was started with: it says whether there is a display. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The studio part: scenes made of sources, mixed, encoded and sent out, controlled by the API. */
export interface Studio {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** Opens a file, or what was open when the host ended. Throws `studio.collection_*` for a file that was named. */
  start(file?: string): Promise<void>
  /** The host ends: outputs that ran go on when it comes back, unless a person ended it. */
  stop(byPerson: boolean): Promise<void>
  /** Outputs that run into files or to other servers: what would be lost with the host. */
  running(): number
  readonly observer: StudioObserver
  /** Its collections in the words of OBS Studio. */
  readonly obsShows: ObsShowMaker
  /** What other programs of this machine may take as it is. */
  readonly shares: MediaShares
  /** What does not work at present although it should, e.g. `recording.disk_full`. */
  problems(): readonly ErrorCode[]
}
