import type { SourceMemory, SourceReport } from '../../../media/source-report.ts'
import type { AudioStore, FrameStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { SourceReach } from './source-reach.ts'

/** What a source is given by the studio. */
export interface SourceContext {
  readonly id: string
  readonly log: Logger
  readonly stores: MediaStores
  readonly frameRate: { readonly numerator: number; readonly denominator: number }
  /** Monotonic microseconds at which a frame of the program was due; the others are whole frames away: captures are taken just before. */
  readonly clockOriginUs: number
  /** Size of the main canvas, for sources that have none of their own. */
  readonly canvas: { readonly width: number; readonly height: number }
  /** What it may use of what its first settings name. */
  readonly reach: SourceReach
  /** Where sources of this collection keep small files that outlive the process; made when the first is written. */
  readonly folder: string
  /** What a source with this id kept when the process before this one died. */
  readonly memory: SourceMemory | undefined
  /** False when it was removed before it had started: it need not start any more. */
  isWanted(): boolean
  /** Keeps this in place of what was kept before; undefined: nothing. */
  remember(memory: SourceMemory | undefined): void
  report(report: SourceReport): void
  /** URL at which this machine may watch a stream of our own host. */
  liveUrl(stream: string): Promise<string>
}

/** A source active, in the studio's process; what may hang or crash runs in a process of its own behind it. */
export interface RunningSource {
  /** The same store for the source's whole life; empty while it has no video. */
  readonly frameStore?: FrameStore
  readonly audioStore?: AudioStore
  /** New settings, and what may be used of what they name; the source keeps running where they allow it. */
  update(settings: unknown, reach: SourceReach): void
  /** Whether anybody sees it (program, preview, a screenshot): one that nobody sees may rest. */
  show?(shown: boolean): void
  /** Something to do: `play`, `pause`, `stop`, `restart`, `seek` { ms }, `next`, `previous`, `reload`. Throws AppError on unknown ones. */
  command?(name: string, details: Readonly<Record<string, unknown>>): void
  /** Idempotent; in under two seconds. */
  stop(): Promise<void> | void
}

/** Starts a source. Never throws for what a user may have written or plugged out: that is reported. */
export type StartSource<Settings> = (settings: Settings, context: SourceContext) => RunningSource
