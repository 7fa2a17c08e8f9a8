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

/** Between two images, ms: each is composed for this page alone. */
const pauseMs = 250

/** Shows a canvas a few times a second as JPEG images, where the browser has no decoder. */
export function playScreenshots({ target, path, width, onFrame, onStatus }: ScreenshotPlayerOptions): CanvasPlayer {
  const context = target.getContext('2d', { alpha: false })
  const ending = new AbortController()
  const url = `/api/v1${path}&type=jpeg&width=${Math.max(16, Math.round(width))}`
  let timer: ReturnType<typeof setTimeout> | undefined
  let looked = performance.now()

  const show = async (): Promise<void> => {
    const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', signal: ending.signal })
    if (!response.ok) return
    const image = await createImageBitmap(await response.blob())
    if (!ending.signal.aborted) {
      target.width = image.width
      target.height = image.height
      context?.drawImage(image, 0, 0)
      onFrame()
      const now = performance.now()
      onStatus({ fps: 1000 / (now - looked) })
      looked = now
    }
    image.close()
  }
  const next = (): void => {
    // The studio may be starting: the next one comes.
    show()
      .catch(() => undefined)
      .finally(() => {
        if (!ending.signal.aborted) timer = setTimeout(next, pauseMs)
      })
  }
  next()
  return {
    stop() {
      ending.abort()
      clearTimeout(timer)
    },
  }
}
