import { drawLiveImage } from '../../components/live-image.ts'
import type { CanvasPlayer, PlayerStatus } from './feed-player.ts'

export interface ScreenshotPlayerOptions {
  readonly target: HTMLCanvasElement
  /** Path of the image below `/api/v1`, with which one. */
  readonly path: string
  /** Pixels. */
  readonly width: number
  readonly onFrame: () => void
  readonly onStatus: (status: PlayerStatus) => void
}

/** Between two images, ms. */
const pauseMs = 250

/** Shows a canvas a few times a second as JPEG images, where the browser has no decoder. */
export function playScreenshots({ target, path, width, onFrame, onStatus }: ScreenshotPlayerOptions): CanvasPlayer {
  let drawnAtMs = performance.now()
  const stop = drawLiveImage({
    canvas: () => target,
    url: `/api/v1${path}&type=jpeg&width=${Math.max(16, Math.round(width))}`,
    pauseMs,
    onDrawn() {
      onFrame()
      const nowMs = performance.now()
      onStatus({ fps: 1000 / (nowMs - drawnAtMs) })
      drawnAtMs = nowMs
    },
  })
  return { stop }
}
