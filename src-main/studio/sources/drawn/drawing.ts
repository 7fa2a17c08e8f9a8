import type { FrameStore, SoundStore } from '../../native/media-stores.ts'
import type { SourceReport } from '../running-source.ts'
import type { FrameTicker } from './frame-ticker.ts'
import type { SourceMemory } from './messages.ts'

/** What a drawing is given by the process that it runs in. */
export interface DrawingContext {
  /** Where it draws; undefined for what is only heard. */
  readonly pictures: FrameStore | undefined
  readonly sound: SoundStore | undefined
  readonly canvas: { readonly width: number; readonly height: number }
  /** Calls back shortly before each frame of the program. */
  readonly frames: FrameTicker
  /** What it asked to be remembered before the process was lost. */
  readonly memory: SourceMemory | undefined
  nowUs(): number
  report(report: SourceReport): void
  remember(memory: SourceMemory): void
  /** Decodes or measures something big: one at a time in the whole process, so that memory is bounded, and told beforehand. */
  load<Result>(work: () => Promise<Result>): Promise<Result>
  /** Draws at once. What `work` throws is reported. `fresh`: content that was never drawn before. */
  draw(work: () => void, fresh: boolean): void
}

/** One source at work in the process that draws. */
export interface Drawing<Settings> {
  update(settings: Settings): void
  show(shown: boolean): void
  command?(name: string, details: Readonly<Record<string, unknown>>): void
  /** Idempotent. */
  close(): void
}

export type StartDrawing<Settings> = (settings: Settings, context: DrawingContext, shown: boolean) => Drawing<Settings>
