import { join } from 'node:path'
import { fileName, numberField, timeFields } from '../../../media/files/file-names.ts'
import type { PartStart } from '../../../media/files/recorder.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { FeedRecording, type FeedRecordingOptions } from '../../../media/recordings/feed-recording.ts'
import { trackInfo } from '../../../media/track-info.ts'
import type { ErrorCode } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { RecordingIndex } from './recording-index.ts'
import type { StoredRecording } from './recording-store.ts'
import type { RecordingRule, RecordingStatus } from './schemas.ts'

export interface SessionDependencies extends Pick<FeedRecordingOptions<StoredRecording>, 'queueBytes' | 'onProgress' | 'onWhole'> {
  readonly stream: LiveStream
  readonly by: 'rule' | 'hand'
  readonly rule: RecordingRule
  readonly title: string
  readonly index: RecordingIndex
  /** State or fault differ. */
  readonly onChange: (session: RecordingSession) => void
  /** Nothing will come any more. */
  readonly onEnd: (session: RecordingSession) => void
}

/** The recording of one stream. */
export class RecordingSession extends FeedRecording<StoredRecording> {
  readonly stream: LiveStream
  readonly by: 'rule' | 'hand'

  constructor({ stream, by, rule, title, index, onChange, onEnd, ...options }: SessionDependencies) {
    super({
      ...options,
      feed: stream,
      container: rule.container,
      tracks: rule.tracks,
      splitMs: rule.splitMinutes === null ? null : rule.splitMinutes * 60_000,
      splitBytes: rule.splitMegabytes === null ? null : rule.splitMegabytes * 1_000_000,
      files: index,
      newFile: (start, number, session) => newRecording({ stream, rule, title, index }, start, number, session),
      onChange: () => onChange(this),
      onEnd: () => onEnd(this),
    })
    this.stream = stream
    this.by = by
  }

  /** Why nothing is recorded at present; undefined while something is. */
  get problem(): ErrorCode | undefined {
    return this.fault?.code
  }

  status(): RecordingStatus {
    const { fault } = this
    return {
      stream: this.stream.name,
      state: this.state,
      by: this.by,
      session: this.id,
      recordingId: this.file?.id ?? null,
      error: fault === undefined ? null : { code: fault.code, message: fault.message, remedy: fault.remedy },
    }
  }
}

function newRecording(
  { stream, rule, title, index }: Pick<SessionDependencies, 'stream' | 'rule' | 'title' | 'index'>,
  { tracks, timelineMs, wallMs }: PartStart,
  place: number,
  session: string,
): StoredRecording {
  const number = numberField(place)
  const fields = { stream: stream.name, title, number, ...timeFields(wallMs) }
  const name = index.freeName(stream.name, fileName(rule.fileName, fields, `recording-${number}`), rule.container)
  return {
    id: randomText(12),
    streamId: stream.id,
    stream: stream.name,
    title,
    session,
    number: place,
    state: 'recording',
    error: null,
    container: rule.container,
    fileName: `${name}.${rule.container}`,
    path: join(stream.name, `${name}.${rule.container}`),
    startedAt: new Date(wallMs).toISOString(),
    timelineMs,
    durationMs: 0,
    bytes: 0,
    tracks: tracks.map((track) => trackInfo(track)),
    kept: false,
    published: false,
    deletedAt: null,
    poster: false,
    sprites: false,
  }
}
