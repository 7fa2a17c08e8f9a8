import type { Chapter } from '../../formats/media-file-writer.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { type Container, unfitTracks } from '../files/container.ts'
import type { MediaFeed } from '../files/media-feed.ts'
import { PartFile } from '../files/part-file.ts'
import { type PartStart, Recorder } from '../files/recorder.ts'
import type { RecordedFile } from './recorded-file.ts'
import type { RecordedFiles } from './recorded-files.ts'
import { RecordedPart } from './recorded-part.ts'

export interface FeedRecordingOptions<File extends RecordedFile> {
  readonly feed: MediaFeed
  readonly container: Container
  /** Ids of the tracks to take; empty: all. */
  readonly tracks: readonly string[]
  readonly splitMs: number | null
  readonly splitBytes: number | null
  readonly files: RecordedFiles<File>
  /** Bytes that may wait for the disk. */
  readonly queueBytes: number
  /** What is kept of a file that is about to be written, `number` of its session; `freeName` of `files` says what it may be called. */
  readonly newFile: (start: PartStart, number: number, session: string) => File
  /** Name of the chapter that a file starts with. */
  readonly firstChapter?: () => string | undefined
  /** Once a second at most for each file. */
  readonly onProgress: (file: File) => void
  /** State or fault differ. */
  readonly onChange: () => void
  /** A file has got its final form. */
  readonly onWhole: (file: File) => void
  /** Nothing will come any more. */
  readonly onEnd: () => void
}

const progressEveryMs = 1000

/** The recording of one feed, from start to stop: one file behind the other, with pauses while the disk has no space. */
export class FeedRecording<File extends RecordedFile> {
  readonly id = randomText(12)
  readonly #options: FeedRecordingOptions<File>
  #state: 'recording' | 'waiting' | 'failed' = 'waiting'
  #fault: AppError | undefined
  #recorder: Recorder<RecordedPart<File>> | undefined
  #part: RecordedPart<File> | undefined
  #number = 0
  readonly #closing = new Set<Promise<void>>()
  #ended = false

  constructor(options: FeedRecordingOptions<File>) {
    this.#options = options
  }

  get state(): 'recording' | 'waiting' | 'failed' {
    return this.#state
  }

  /** Why nothing is recorded at present; undefined while something is. */
  get fault(): AppError | undefined {
    return this.#fault
  }

  /** The file that grows now. */
  get file(): File | undefined {
    return this.#part?.recording
  }

  /** Starts, or goes on after a pause, with the newest keyframe. */
  record(): void {
    if (this.#ended || this.#state === 'recording' || this.#state === 'failed') return
    this.#state = 'recording'
    this.#fault = undefined
    const { feed, container, tracks, splitMs, splitBytes, onChange, onEnd } = this.#options
    // The feed may end while it is subscribed to.
    this.#recorder = new Recorder<RecordedPart<File>>({
      feed,
      container,
      tracks,
      splitMs,
      splitBytes,
      openPart: (start) => this.#open(start),
      onProgress: (part, durationMs) => this.#progress(part, durationMs),
      onPartEnd: (part, writer, durationMs) => {
        part.recording.durationMs = Math.round(durationMs)
        if (this.#part === part) this.#part = undefined
        this.#close(part.finish(writer).then((whole) => this.#closed(part, whole)))
      },
      onRejected: () => this.pause(this.#fault ?? new AppError('recording.disk_slow')),
      onEnd: () => {
        this.#ended = true
        onEnd()
      },
    })
    onChange()
  }

  /** Notes that a chapter starts at `atS` on the feed's timeline. Undefined where no file grows. */
  mark(name: string, atS: number): Chapter | undefined {
    return this.#recorder?.mark(name, atS)
  }

  /** Stops writing until `record` is called again, and says why; a codec that does not fit never passes. */
  pause(fault: AppError): void {
    if (this.#ended || this.#state !== 'recording') return
    this.#state = fault.code === 'recording.codec_unsupported' ? 'failed' : 'waiting'
    this.#fault = fault
    const part = this.#part
    if (part !== undefined) part.recording.error = { code: fault.code, message: fault.message }
    this.#recorder?.stop()
    this.#recorder = undefined
    if (part !== undefined && this.#part === part) {
      this.#part = undefined
      this.#close(part.abandon().then(() => this.#options.files.mend(part.recording, 'complete')))
    }
    this.#options.onChange()
  }

  /** Ends the file and the session. */
  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#recorder?.stop()
    this.#options.onEnd()
  }

  /** Resolves when every file is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing)
  }

  #close(work: Promise<void>): void {
    const closing = work.catch(() => undefined).finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  #open(start: PartStart): RecordedPart<File> {
    const { container, files, queueBytes, newFile, firstChapter, onChange } = this.#options
    const unfit = unfitTracks(container, start.tracks)
    this.#number++
    const recording = newFile(start, this.#number, this.id)
    const file = new PartFile({
      path: files.path(recording),
      queueBytes: unfit.length > 0 ? 0 : queueBytes,
      onFault: (fault) => this.pause(diskFault(fault)),
    })
    const part = new RecordedPart(recording, file, firstChapter?.())
    if (unfit.length > 0) {
      const codecs = unfit.map((track) => track.codec).join(', ')
      this.#fault = new AppError('recording.codec_unsupported', `A ${container} file does not take ${codecs}`)
      return part
    }
    this.#part = part
    files.keep(recording)
    onChange()
    return part
  }

  #progress(part: RecordedPart<File>, durationMs: number): void {
    part.recording.durationMs = Math.round(durationMs)
    part.recording.bytes = part.safeBytes
    const now = performance.now()
    if (now - part.reportedAtMs < progressEveryMs) return
    part.reportedAtMs = now
    this.#options.onProgress(part.recording)
  }

  async #closed(part: RecordedPart<File>, whole: boolean): Promise<void> {
    const { files, onWhole } = this.#options
    if (!whole) return files.mend(part.recording, 'complete')
    part.recording.state = 'complete'
    part.recording.bytes = part.safeBytes
    files.keep(part.recording)
    onWhole(part.recording)
  }
}

function diskFault(cause: NodeJS.ErrnoException): AppError {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT'
  const code: ErrorCode = full ? 'recording.disk_full' : 'recording.disk_failed'
  return new AppError(code, full ? undefined : `The disk does not accept writes: ${cause.code ?? cause.message}`, { cause })
}
