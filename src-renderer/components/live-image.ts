import { type RefObject, useEffect, useRef, useState } from 'react'

interface LiveImageOptions {
  /** Where images are drawn; null while it is not in the page. */
  readonly canvas: () => HTMLCanvasElement | null
  /** Of an image as it is now. */
  readonly url: string
  /** From one image to the next, ms: the host makes each of them for this page alone. */
  readonly pauseMs: number
  /** After a failure, ms; `pauseMs` where left out. */
  readonly failedPauseMs?: number
  readonly onDrawn: () => void
}

/** Draws an image of the host again and again while the page is visible. Returns what ends it. */
export function drawLiveImage({ canvas, url, pauseMs, failedPauseMs = pauseMs, onDrawn }: LiveImageOptions): () => void {
  const ending = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = async (): Promise<boolean> => {
    if (document.visibilityState === 'hidden') return false
    const response = await fetch(url, { cache: 'no-store', signal: ending.signal })
    if (!response.ok || response.status === 204) return false
    const image = await createImageBitmap(await response.blob())
    const target = canvas()
    if (target !== null && !ending.signal.aborted) {
      target.width = image.width
      target.height = image.height
      target.getContext('2d', { alpha: false })?.drawImage(image, 0, 0)
      onDrawn()
    }
    image.close()
    return true
  }
  const next = async (): Promise<void> => {
    // A source that is starting or being removed has no image: the page asks again.
    const drawn = await draw().catch(() => false)
    if (!ending.signal.aborted) timer = setTimeout(next, drawn ? pauseMs : failedPauseMs)
  }
  void next()
  return () => {
    ending.abort()
    clearTimeout(timer)
  }
}

/**
 * `drawLiveImage` for a canvas element of a component.
 *
 * @param url undefined draws nothing further
 * @returns `shown`: the URL whose image the canvas shows
 */
export function useLiveImage(
  url: string | undefined,
  { pauseMs, failedPauseMs = pauseMs }: Pick<LiveImageOptions, 'pauseMs' | 'failedPauseMs'>,
): { readonly ref: RefObject<HTMLCanvasElement | null>; readonly shown: string | undefined } {
  const ref = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState<string>()
  useEffect(() => {
    if (url === undefined) return
    return drawLiveImage({ canvas: () => ref.current, url, pauseMs, failedPauseMs, onDrawn: () => setShown(url) })
  }, [url, pauseMs, failedPauseMs])
  return { ref, shown }
}
