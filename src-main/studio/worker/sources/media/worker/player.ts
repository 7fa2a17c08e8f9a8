import type { SourceReport } from '../../../../../media/source-report.ts'
import type { AudioStore, FrameStore, MediaStores } from '../../../../../media/worker/stores/media-stores.ts'
import type { PlayPosition, PlayRequest } from '../messages.ts'
import type { MediaEngine } from './media-engine.ts'
import type { ProgramClock } from './timeline.ts'

/** What a player is given. */
export interface PlayerDependencies {
  readonly frameStore: FrameStore
  readonly audioStore: AudioStore
  readonly nowUs: MediaStores['nowUs']
  readonly clock: ProgramClock
  readonly engine: MediaEngine
  readonly report: (report: SourceReport, position?: PlayPosition) => void
  /** The stream of this host that is played is away: nothing more comes of this player. */
  readonly onAway: () => void
}

/** Something that plays, in the worker. */
export interface Player {
  /** False where these settings need a player that starts again. */
  update(request: PlayRequest): boolean
  show(shown: boolean): void
  command(name: string, details: Readonly<Record<string, unknown>>): void
  stop(): Promise<void>
}
