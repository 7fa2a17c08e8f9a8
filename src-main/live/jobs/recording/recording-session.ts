import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Track } from '../../../formats/track.ts'
import { unfitTracks } from '../../../media/files/container.ts'
import { fileName, numberField, timeFields } from '../../../media/files/file-names.ts'
import { PartFile } from '../../../media/files/part-file.ts'
import { type PartStart, Recorder } from '../../../media/files/recorder.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { TrackInfo } from '../../schemas.ts'
import { Part } from './part.ts'
import type { RecordingIndex } from './recording-index.ts'
import type { StoredRecording } from './recording-store.ts'
import type { RecordingRule, RecordingStatus } from './schemas.ts'

export interface SessionDependencies {
  readonly stream: LiveStream
  readonly by: 'rule' | 'hand'
  readonly rule: RecordingRule
  readonly title: string
  readonly index: RecordingIndex
  readonly queueBytes: number
  /** Once a second at most for each file. */
  readonly onProgress: (recording: StoredRecording) => void
  /** State or fault differ. */
  readonly onChange: (session: RecordingSession) => void
  readonly onWhole: (recording: StoredRecording) => void
  /** Nothing will come any more. */
  readonly onEnd: (session: RecordingSession) => void
}

const progressEveryMs = 1000

/** The recording of one stream, from start to stop: one file behind the other, with pauses while the disk has no space. */
export class RecordingSession {
  readonly id = randomText(12)
  readonly stream: LiveStream
  readonly by: 'rule' | 'hand'
  readonly #dependencies: SessionDependencies
  #state: 'recording' | 'waiting' | 'failed' = 'waiting'
  #fault: AppError | undefined
  #recorder: Recorder<Part> | undefined
  #part: Part | undefined
  #number = 0
  readonly #closing = new Set<Promise<void>>()
  #ended = false

  constructor(dependencies: SessionDependencies) {
    this.#dependencies = dependencies
    this.stream = dependencies.stream
    this.by = dependencies.by
  }

  get state(): 'recording' | 'waiting' | 'failed' {
    return this.#state
  }

  /** Why nothing is recorded at present; undefined while something is. */
  get problem(): ErrorCode | undefined {
    return this.#fault?.code
  }

  status(): RecordingStatus {
    const fault = this.#fault
    return {
      stream: this.stream.name,
      state: this.#state,
      by: this.by,
      session: this.id,
      recordingId: this.#part?.recording.id ?? null,
      error: fault === undefined ? null : { code: fault.code, message: fault.message, remedy: fault.remedy },
    }
  }

  /** Starts, or goes on after a pause, with the newest keyframe. */
  record(): void {
    if (this.#ended || this.#state === 'recording' || this.#state === 'failed') return
    this.#state = 'recording'
    this.#fault = undefined
    const { rule, stream } = this.#dependencies
    // The stream may end while it is subscribed to.
    this.#recorder = new Recorder<Part>({
      feed: stream,
      container: rule.container,
      tracks: rule.tracks,
      splitMs: rule.splitMinutes === null ? null : rule.splitMinutes * 60_000,
      splitBytes: rule.splitMegabytes === null ? null : rule.splitMegabytes * 1_000_000,
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
        this.#dependencies.onEnd(this)
      },
    })
    this.#dependencies.onChange(this)
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
      this.#close(part.abandon().then(() => this.#dependencies.index.mend(part.recording, 'complete')))
    }
    this.#dependencies.onChange(this)
  }

  /** Ends the file and the session. */
  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#recorder?.stop()
    this.#dependencies.onEnd(this)
  }

  /** Resolves when every file is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing)
  }

  #close(work: Promise<void>): void {
    const closing = work.catch(() => undefined).finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  #open({ tracks, timelineMs, wallMs }: PartStart): Part {
    const { rule, index, queueBytes, title } = this.#dependencies
    const unfit = unfitTracks(rule.container, tracks)
    this.#number++
    const number = numberField(this.#number)
    const fields = { stream: this.stream.name, title, number, ...timeFields(wallMs) }
    const name = this.#freeName(fileName(rule.fileName, fields, `recording-${number}`))
    const recording: StoredRecording = {
      id: randomText(12),
      streamId: this.stream.id,
      stream: this.stream.name,
      title,
      session: this.id,
      number: this.#number,
      state: 'recording',
      error: null,
      container: rule.container,
      fileName: `${name}.${rule.container}`,
      path: join(this.stream.name, `${name}.${rule.container}`),
      startedAt: new Date(wallMs).toISOString(),
      timelineMs,
      durationMs: 0,
      bytes: 0,
      tracks: tracks.map(trackInfo),
      kept: false,
      deletedAt: null,
      poster: false,
      sprites: false,
    }
    const file = new PartFile({
      path: index.path(recording),
      queueBytes: unfit.length > 0 ? 0 : queueBytes,
      onFault: (fault) => this.pause(diskFault(fault)),
    })
    const part = new Part(recording, file)
    if (unfit.length > 0) {
      const codecs = unfit.map((track) => track.codec).join(', ')
      this.#fault = new AppError('recording.codec_unsupported', `A ${rule.container} file does not take ${codecs}`)
      return part
    }
    this.#part = part
    index.keep(recording)
    this.#dependencies.onChange(this)
    return part
  }

  /** A name that no file in the stream's folder has. */
  #freeName(name: string): string {
    const { index, rule } = this.#dependencies
    const taken = (candidate: string): boolean =>
      existsSync(index.path({ path: join(this.stream.name, `${candidate}.${rule.container}`) } as StoredRecording))
    let candidate = name
    for (let next = 2; taken(candidate); next++) candidate = `${name}-${next}`
    return candidate
  }

  #progress(part: Part, durationMs: number): void {
    part.recording.durationMs = Math.round(durationMs)
    part.recording.bytes = part.safeBytes
    const now = performance.now()
    if (now - part.reportedAtMs < progressEveryMs) return
    part.reportedAtMs = now
    this.#dependencies.onProgress(part.recording)
  }

  async #closed(part: Part, whole: boolean): Promise<void> {
    const { index, onWhole } = this.#dependencies
    if (!whole) return index.mend(part.recording, 'complete')
    part.recording.state = 'complete'
    part.recording.bytes = part.safeBytes
    index.keep(part.recording)
    onWhole(part.recording)
  }
}

function diskFault(cause: NodeJS.ErrnoException): AppError {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT'
  const code: ErrorCode = full ? 'recording.disk_full' : 'recording.disk_failed'
  return new AppError(code, full ? undefined : `The disk does not accept writes: ${cause.code ?? cause.message}`, { cause })
}

function trackInfo(track: Track): TrackInfo {
  const { id, kind, codec, codecString } = track
  if (track.kind === 'audio') return { id, kind, codec, codecString, sampleRate: track.sampleRate, channels: track.channels }
  const size = { id, kind, codec, codecString, width: track.width, height: track.height }
  return track.frameRate === undefined ? size : { ...size, frameRate: track.frameRate }
}
