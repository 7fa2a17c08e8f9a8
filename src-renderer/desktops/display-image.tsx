import { AppWindow } from 'lucide-react'
import { useLiveImage } from '../components/live-image.ts'
import type { DisplayItem } from './displays.ts'

/** Between two images, ms; one that is stopped has none. */
const pauseMs = 2000
const failedPauseMs = 5000

/** A display as it looks now, again and again while the page is looked at. */
export function DisplayImage({ display }: { readonly display: DisplayItem }) {
  const { id } = display
  // That of a portal is read only while somebody has it open.
  const readable = display.state === 'running' && display.kind !== 'portal'
  const url = `/api/v1/desktop/displays/${id}/screenshot?width=640&height=360`
  const { ref, shown } = useLiveImage(readable ? url : undefined, { pauseMs, failedPauseMs })
  const seen = readable && shown !== undefined
  return (
    <span className="desktop-card-image">
      {!seen && <AppWindow size={28} aria-hidden="true" />}
      <canvas ref={ref} hidden={!seen} data-testid="display-image" data-seen={seen} />
    </span>
  )
}
