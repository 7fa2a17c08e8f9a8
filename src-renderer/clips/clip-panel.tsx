import type { Stream } from '../client/types.ts'
import { clips as t } from '../messages/page.ts'
import { ClipList } from './clip-list.tsx'
import { ClipPreview } from './clip-preview.tsx'

/** A stream's tab: make clips of it, and those that were made. */
export function ClipPanel({ stream }: { readonly stream: Stream }) {
  return (
    <div className="stack">
      {stream.state === 'active' && (
        <div className="stream-grid">
          <ClipPreview stream={stream} />
        </div>
      )}
      <section className="card" aria-label={t.clips}>
        <ClipList stream={stream.name} />
      </section>
    </div>
  )
}
