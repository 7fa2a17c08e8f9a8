import type { CanvasFrames } from '../../engine/studio-engine.ts'

/** Messages to the process that feeds a camera. */
export type ToCamera =
  /** First, once. */
  | { readonly type: 'open'; readonly camera: CameraToFeed }
  /** Where frames are from now on; null: nowhere, until it is reported again. */
  | { readonly type: 'canvas-frames'; readonly canvasFrames: CanvasFrames | null }

export type CameraToFeed =
  | {
      readonly via: 'pipewire'
      /** By which programs find it again. */
      readonly node: string
      /** What people read. */
      readonly name: string
    }
  | {
      readonly via: 'v4l2loopback'
      /** Path of the device. */
      readonly device: string
      /** FFmpeg's name of what writes to it. */
      readonly muxer: 'v4l2' | 'rawvideo'
    }

/** Messages from that process. */
export type FromCamera =
  /** Programs can take the camera. */
  | { readonly type: 'live' }
  /** They cannot now; it goes on by itself. */
  | { readonly type: 'waiting'; readonly problem: string }
  /** They cannot, and will not. */
  | { readonly type: 'failed'; readonly code: string; readonly problem: string }
  /** Whether anybody uses the frames. */
  | { readonly type: 'taken'; readonly taken: boolean }
  /** Frames handed on, and those left out. */
  | { readonly type: 'frames'; readonly frames: number; readonly dropped: number }
