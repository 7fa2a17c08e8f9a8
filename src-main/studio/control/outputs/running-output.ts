import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Output } from '../../document/schemas/output-schemas.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { FeedStore } from './feed-store.ts'
import type { FileBook } from './files/file-book.ts'
import type { OutputReport } from './studio-outputs.ts'

export type OutputState = OutputReport['state']
export type OutputStatistics = OutputReport['statistics']

/** What an output that is started is on. */
export interface OutputContext {
  /** An editor named its URL: it is limited to what editors may reach. */
  readonly limited: boolean
  /** Checked, its settings complete, secrets in plain. */
  readonly output: Output
  readonly engine: StudioEngine
  readonly feeds: FeedStore
  readonly carrier: StreamCarrier
  readonly files: FileBook
  /** Folder for files of outputs that name no other. */
  readonly folder: string
  readonly events: EventBus
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** Joins all that the output makes from its start to its stop by a person: the same after a restart of the host. */
  readonly session: string
  /** Starts paused: it was when the host ended. */
  readonly paused: boolean
  /** Names of the canvas and of the scene that is on air there, as they are now. */
  readonly shown: () => { readonly canvas: string; readonly scene: string }
  /** Name of a scene of the collection. */
  readonly sceneName: (id: string) => string
  /** Where a frame of the show's clock is on the timeline of encodings, s. */
  readonly secondsOf: (frame: number) => number
  readonly onState: (state: Exclude<OutputState, 'off'>, error?: AppError | undefined) => void
}

/** An output from its start to its stop. */
export interface RunningOutput {
  /** Once a second. */
  tick(): void
  statistics(): OutputStatistics
  /** Nothing goes out until somebody says so: of kinds that can. */
  readonly paused?: boolean
  /** Throws AppError where it does not know the command, or cannot follow it. */
  command(name: string, details: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** Resolves when files are closed and servers notified. Idempotent. */
  stop(): Promise<void>
}
