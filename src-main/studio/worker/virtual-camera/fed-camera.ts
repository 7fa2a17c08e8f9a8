import type { CanvasFrames } from '../../control/engine/studio-engine.ts'
import type { FromCamera } from '../../control/outputs/virtual-camera/messages.ts'

/** A camera that is fed with the frames of a store. */
export interface FedCamera {
  /** Frames are there from now on; null: nowhere, until it is reported again. */
  show(canvasFrames: CanvasFrames | null): void
  statistics(): { readonly frames: number; readonly dropped: number }
  close(): Promise<void>
}

export type NotifyCamera = (message: Exclude<FromCamera, { readonly type: 'frames' }>) => void
