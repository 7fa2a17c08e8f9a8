import { useEffect, useRef, useState } from 'react'
import { t } from './messages.ts'

interface ScreenshotProps {
  readonly id: string
  /** Scene or input; the scene on air where left out. */
  readonly source?: string | undefined
  /** Pixels of the image that OBS makes. */
  readonly width: number
  /** From one image to the next, ms. OBS renders and compresses each of them. */
  readonly pauseMs: number
  readonly label: string
  readonly testId: string
}

/** What OBS shows of a scene, again and again while the page is looked at. */
export function Screenshot({ id, source, width, pauseMs, label, testId }: ScreenshotProps) {
  const target = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const draw = async (): Promise<void> => {
      const canvas = target.current
      if (document.visibilityState !== 'visible' || canvas === null) return
      const query = new URLSearchParams({
        format: 'jpeg',
        width: String(width),
        quality: '70',
        ...(source === undefined ? {} : { source }),
      })
      const response = await fetch(`/api/v1/obs/${id}/screenshot?${query}`, { cache: 'no-store', signal: ending.signal })
      if (!response.ok) return
      const bitmap = await createImageBitmap(await response.blob())
      if (!ending.signal.aborted) {
        canvas.width = bitmap.width
        canvas.height = bitmap.height
        canvas.getContext('2d', { alpha: false })?.drawImage(bitmap, 0, 0)
        setShown(true)
      }
      bitmap.close()
    }
    const next = (): void => {
      // A scene that is just being removed has no image: the next one comes.
      draw()
        .catch(() => undefined)
        .finally(() => {
          if (!ending.signal.aborted) timer = setTimeout(next, pauseMs)
        })
    }
    next()
    return () => {
      ending.abort()
      clearTimeout(timer)
    }
  }, [id, source, width, pauseMs])
  return (
    <div className="obs-screen">
      <canvas ref={target} role="img" aria-label={label} data-testid={testId} data-shown={shown} data-source={source} />
      {!shown && <span className="quiet small">{t.noImage}</span>}
    </div>
  )
}
