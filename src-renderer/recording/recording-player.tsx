import { useRef, useState } from 'react'
import type { Recording } from '../../src-main/live/jobs/recording/schemas.ts'
import { formatTracks } from '../client/format.ts'
import { Dialog } from '../components/dialog.tsx'
import { recording as t } from '../messages/page.ts'
import { ScrubBar } from './scrub-bar.tsx'

/** Plays a recording in the page; what no browser plays is for download. */
export function RecordingPlayer({ recording, onClose }: { readonly recording: Recording; readonly onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [refused, setRefused] = useState(recording.container === 'ts')
  return (
    <Dialog title={recording.title} onClose={onClose} testId="recording-player">
      {refused ? (
        <p className="quiet" role="alert" data-testid="recording-unplayable">
          {t.thisBrowserDoesNotPlay(recording.container.toUpperCase(), formatTracks(recording.tracks))}
        </p>
      ) : (
        <video
          ref={video}
          className="recording-video"
          controls
          autoPlay
          src={recording.fileUrl}
          {...(recording.thumbnailUrl ? { poster: recording.thumbnailUrl } : {})}
          onError={() => setRefused(true)}
          data-testid="recording-video"
        />
      )}
      {!refused && recording.spritesUrl && <ScrubBar video={video} spritesUrl={recording.spritesUrl} />}
      <div className="dialog-actions">
        <a className="button" href={`${recording.fileUrl}?download=true`} download={recording.fileName}>
          {t.download}
        </a>
        <button type="button" className="button primary" onClick={onClose} data-testid="recording-close">
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
