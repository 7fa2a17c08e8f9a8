import { useLiveImage } from '../components/live-image.ts'
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
  const query = new URLSearchParams({ format: 'jpeg', width: String(width), quality: '70', ...(source !== undefined && { source }) })
  const { ref, shown } = useLiveImage(`/api/v1/obs/${id}/screenshot?${query}`, { pauseMs })
  return (
    <div className="obs-screen">
      <canvas ref={ref} role="img" aria-label={label} data-testid={testId} data-shown={shown !== undefined} data-source={source} />
      {shown === undefined && <span className="quiet small">{t.noImage}</span>}
    </div>
  )
}
