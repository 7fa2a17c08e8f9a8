import type { ComponentType } from 'react'
import { Link } from 'wouter'
import type { Stream } from '../client/types.ts'
import { ClipPanel } from '../clips/clip-panel.tsx'
import { live as t } from '../messages/page.ts'
import { RecordingPanel } from '../recording/recording-panel.tsx'
import { AccessPanel } from './access-panel.tsx'
import { DestinationsPanel } from './destinations/destinations-panel.tsx'
import { IngestPanel } from './ingest-panel.tsx'
import { RenditionsPanel } from './renditions/renditions-panel.tsx'
import { ViewersPanel } from './viewers-panel.tsx'

/** One aspect of a stream, on a tab of its own below `/live/NAME/PATH`. */
export interface StreamTab {
  /** Last part of its URL. */
  readonly path: string
  readonly label: () => string
  readonly Panel: ComponentType<{ readonly stream: Stream }>
}

/** Tabs beside the overview, in the order shown. */
export const streamTabs: readonly StreamTab[] = [
  { path: 'viewers', label: () => t.viewers, Panel: ViewersPanel },
  { path: 'ingest', label: () => t.ingest, Panel: IngestPanel },
  { path: 'renditions', label: () => t.renditions, Panel: RenditionsPanel },
  { path: 'destinations', label: () => t.destinations, Panel: DestinationsPanel },
  { path: 'recording', label: () => t.recording, Panel: RecordingPanel },
  { path: 'clips', label: () => t.clips, Panel: ClipPanel },
  { path: 'access', label: () => t.access, Panel: AccessPanel },
]

/** The row of tabs; nothing while there is only the overview. */
export function StreamTabs({ stream, current }: { readonly stream: Stream; readonly current: string | undefined }) {
  if (streamTabs.length === 0) return null
  return (
    <nav className="tabs" aria-label={t.aspectsOfTheStream}>
      <Link href={`/live/${stream.name}`} aria-current={current === undefined ? 'page' : undefined} data-testid="tab-overview">
        {t.overview}
      </Link>
      {streamTabs.map(({ path, label }) => (
        <Link
          key={path}
          href={`/live/${stream.name}/${path}`}
          aria-current={current === path ? 'page' : undefined}
          data-testid={`tab-${path}`}
        >
          {label()}
        </Link>
      ))}
    </nav>
  )
}
