import type { Logger } from '../../platform/logger.ts'
import type { FrameStore, MediaStores, SoundStore } from '../native/media-stores.ts'

/** How a source is: `waiting` for its device or address to come (back), `failed` where a person must help. */
export type SourceState = 'starting' | 'running' | 'paused' | 'waiting' | 'failed' | 'ended'

/** What a source tells of itself, whenever it changes. */
export interface SourceReport {
  readonly state: SourceState
  /** What is wrong, for people, and what to do about it: where the state is `waiting` or `failed`, or something was left out. */
  readonly problem?: string
  /** Whatever else there is to tell, e.g. `positionMs`, `durationMs`, `device`. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
}

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
  /** Where sources of this collection keep small files that outlive the process; made by whoever writes the first. */
  readonly folder: string
  report(report: SourceReport): void
  /** Address at which this machine may watch a stream of our own host. */
  liveAddress(stream: string): Promise<string>
}

/** A source at work, in the studio's process; what may hang or crash runs in a process of its own behind it. */
export interface RunningSource {
  /** The same store for the source's whole life; empty while it has no picture. */
  readonly pictures?: FrameStore
  readonly sound?: SoundStore
  /** New settings; the source keeps running where they allow it. */
  update(settings: unknown): void
  /** Whether anybody sees it (program, preview, a screenshot): one that nobody sees may rest. */
  show?(shown: boolean): void
  /** Something to do: `play`, `pause`, `stop`, `restart`, `seek` { ms }, `next`, `previous`, `reload`. Throws AppError on unknown ones. */
  command?(name: string, details: Readonly<Record<string, unknown>>): void
  /** Idempotent; in under two seconds. */
  stop(): Promise<void> | void
}

/** Begins a source. Never throws for what a user may have written or plugged out: that is reported. */
export type StartSource<Settings> = (settings: Settings, context: SourceContext) => RunningSource
