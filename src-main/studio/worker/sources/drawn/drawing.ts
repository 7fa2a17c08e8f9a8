import type { SourceMemory, SourceReport } from '../../../../media/source-report.ts'
import type { AudioStore, FrameStore } from '../../../../media/worker/stores/media-stores.ts'
import type { JudgeTarget } from '../../../../platform/outbound/judged-connection.ts'
import type { FrameTicker } from './frame-ticker.ts'
import type { DecodedImage, ImageRequest } from './reading/image-messages.ts'
import type { ReadOptions } from './reading/image-readers.ts'

/** What a drawing is given by the process that it runs in. */
export interface DrawingContext {
  /** Where it draws; undefined for what is only heard. */
  readonly frameStore: FrameStore | undefined
  readonly audioStore: AudioStore | undefined
  readonly canvas: { readonly width: number; readonly height: number }
  /** Calls back shortly before each frame of the program. */
  readonly frames: FrameTicker
  /** What it asked to be remembered before the process was lost. */
  readonly memory: SourceMemory | undefined
  nowUs(): number
  /**
   * The real path of a file that the settings name, to be opened instead of it. `named`: the setting that it comes by, where that is
   * another. Rejects with FileFault where it must not be used.
   */
  judge(path: string, named?: string): Promise<string>
  /** Says where connections to the hosts that a URL leads to may go; `named`: the setting that it comes by. */
  judgeTarget(named: string): JudgeTarget
  report(report: SourceReport): void
  remember(memory: SourceMemory): void
  /** Decodes an image file, in a process of its own. Rejects with ImageFault. */
  readImage(path: string, wish: ImageRequest, options: ReadOptions): Promise<DecodedImage>
  /** Draws at once. What `work` throws is reported. `fresh`: content that was never drawn before. */
  draw(work: () => void, fresh: boolean): void
}

/** One source active in the process that draws. */
export interface Drawing<Settings> {
  update(settings: Settings): void
  show(shown: boolean): void
  command?(name: string, details: Readonly<Record<string, unknown>>): void
  /** Idempotent. */
  close(): void
}

export type StartDrawing<Settings> = (settings: Settings, context: DrawingContext, shown: boolean) => Drawing<Settings>
