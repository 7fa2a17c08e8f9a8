import { join } from 'node:path'
import { fileName, numberField, timeFields } from '../../media/files/file-names.ts'
import { recordingQueueBytes } from '../../media/recordings/apply-retention.ts'
import { FeedRecording } from '../../media/recordings/feed-recording.ts'
import type { RecordedFiles } from '../../media/recordings/recorded-files.ts'
import { trackInfo } from '../../media/track-info.ts'
import { randomText } from '../../platform/random-id.ts'
import { shownLine } from '../../platform/shown-line.ts'
import type { DisplayTaker } from '../sessions/recording-wire.ts'
import { DisplayFeed } from './display-feed.ts'
import type { StoredRecording } from './recording-store.ts'
import { TitleWriter } from './window-titles.ts'

export interface DisplayRecordingOptions {
  readonly display: { readonly id: string; readonly name: string }
  readonly by: 'hand' | 'rule'
  readonly files: RecordedFiles<StoredRecording>
  /** Has the next frame be one that a file can start with. */
  readonly wantKey: () => void
  readonly onProgress: (file: StoredRecording) => void
  readonly onChange: () => void
  readonly onWhole: (file: StoredRecording) => void
  /** Nothing will come any more. */
  readonly onEnd: () => void
}

/** The recording of one display, from start to stop, with the titles of the windows that were active. */
export class DisplayRecording extends FeedRecording<StoredRecording> {
  readonly by: 'hand' | 'rule'
  readonly startedAt = new Date().toISOString()
  /** Is given what the display's process encodes. */
  readonly taker: DisplayTaker

  constructor({ display, by, files, wantKey, onProgress, onChange, onWhole, onEnd }: DisplayRecordingOptions) {
    const feed = new DisplayFeed(wantKey)
    let title = ''
    let titled: { readonly file: StoredRecording; readonly writer: TitleWriter } | undefined
    super({
      feed,
      container: 'mp4',
      tracks: [],
      splitMs: null,
      splitBytes: null,
      files,
      queueBytes: recordingQueueBytes,
      newFile({ tracks, wallMs }, place, session) {
        const number = numberField(place)
        const fields = { name: display.name, number, ...timeFields(wallMs) }
        const name = files.freeName(display.id, fileName('{name}-{date}-{time}-{number}', fields, `display-${number}`), 'mp4')
        return {
          id: randomText(12),
          display: display.id,
          displayName: display.name,
          title: display.name,
          session,
          number: place,
          by,
          state: 'recording',
          error: null,
          container: 'mp4',
          fileName: `${name}.mp4`,
          path: join(display.id, `${name}.mp4`),
          startedAt: new Date(wallMs).toISOString(),
          durationMs: 0,
          bytes: 0,
          tracks: tracks.map((track) => trackInfo(track)),
          kept: false,
          deletedAt: null,
          poster: false,
        }
      },
      firstChapter: () => title || undefined,
      onProgress,
      onChange: () => {
        const { file } = this
        if (file !== undefined && file !== titled?.file) {
          titled = { file, writer: new TitleWriter(files.path(file)) }
          if (title !== '') titled.writer.add({ atMs: 0, title })
        }
        onChange()
      },
      onWhole,
      onEnd,
    })
    this.by = by
    this.taker = {
      onTrack: (track) => feed.onTrack(track),
      onPacket: (packet) => feed.onPacket(packet),
      onSeam: () => feed.onSeam(),
      onEnd: () => {
        feed.onEnd()
        // It may be waiting for the disk.
        this.stop()
      },
      onTitle: (next, atUs) => {
        const shown = shownLine(next)
        // A process that follows one that crashed says it again.
        if (shown === title) return
        title = shown
        if (titled === undefined || titled.file !== this.file || titled.writer.full) return
        const chapter = this.mark(title, atUs / 1e6)
        if (chapter !== undefined) titled.writer.add({ atMs: chapter.atMs, title })
      },
    }
  }
}
