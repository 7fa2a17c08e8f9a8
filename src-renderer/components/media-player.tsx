import { type ReactNode, useRef, useState } from 'react'
import { formatDuration } from '../client/format.ts'
import { components as t } from '../messages/page.ts'
import { Dialog } from './dialog.tsx'
import { ScrubBar } from './scrub-bar.tsx'
import './media-player.css'

/** A file that can be played or downloaded. */
interface PlayedFile {
  readonly title: string
  readonly fileName: string
  readonly fileUrl: string
  /** `ts` is played by no browser. */
  readonly container: string
  /** Its codecs, in words. */
  readonly tracks: string
  readonly thumbnailUrl: string | null
  readonly spritesUrl: string | null
}

/** A place in the file that has a name. */
interface Chapter {
  readonly atMs: number
  readonly name: string
}

interface MediaPlayerProps {
  /** First word of the test ids. */
  readonly kind: string
  readonly file: PlayedFile
  /** Where one can jump to. */
  readonly chapters?: readonly Chapter[]
  readonly onClose: () => void
  /** More about the file, below the video. */
  readonly children?: ReactNode
}

/** Plays a recording, replay or clip in the page; what this browser does not play is for download. */
export function MediaPlayer({ kind, file, chapters = [], onClose, children }: MediaPlayerProps) {
  const video = useRef<HTMLVideoElement>(null)
  const [unplayable, setUnplayable] = useState(file.container === 'ts')
  const jump = (atMs: number): void => {
    if (video.current !== null) video.current.currentTime = atMs / 1000
  }
  return (
    <Dialog title={file.title} onClose={onClose} testId={`${kind}-player`}>
      {unplayable ? (
        <p className="quiet" role="alert" data-testid={`${kind}-unplayable`}>
          {t.media.notPlayed(file.container.toUpperCase(), file.tracks)}
        </p>
      ) : (
        <video
          ref={video}
          className="recording-video"
          controls
          autoPlay
          src={file.fileUrl}
          {...(file.thumbnailUrl ? { poster: file.thumbnailUrl } : {})}
          onError={() => setUnplayable(true)}
          data-testid={`${kind}-video`}
        />
      )}
      {!unplayable && file.spritesUrl && <ScrubBar video={video} spritesUrl={file.spritesUrl} />}
      {chapters.length > 0 && (
        <ol className="media-chapters" aria-label={t.media.chapters} data-testid={`${kind}-chapters`}>
          {chapters.map(({ atMs, name }) => (
            <li key={`${atMs} ${name}`}>
              <button type="button" className="button quiet" disabled={unplayable} onClick={() => jump(atMs)}>
                <span className="tabular quiet">{formatDuration(atMs)}</span>
                <bdi>{name}</bdi>
              </button>
            </li>
          ))}
        </ol>
      )}
      {children}
      <div className="dialog-actions">
        <a className="button" href={`${file.fileUrl}?download=true`} download={file.fileName}>
          {t.media.download}
        </a>
        <button type="button" className="button primary" onClick={onClose} data-testid={`${kind}-close`}>
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
