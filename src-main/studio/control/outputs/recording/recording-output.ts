import { statfs } from 'node:fs/promises'
import type { Chapter, MediaFileWriter } from '../../../../formats/media-file-writer.ts'
import type { Track } from '../../../../formats/track.ts'
import { PartFile } from '../../../../media/files/part-file.ts'
import { type PartSink, type PartStart, Recorder } from '../../../../media/files/recorder.ts'
import { AppError } from '../../../../platform/errors.ts'
import { randomText } from '../../../../platform/random-id.ts'
import type { RecordingSettings } from '../../../document/kinds/output-kinds.ts'
import type { FeedHold } from '../feed-store.ts'
import { prepareFolder } from '../files/file-place.ts'
import { fileTrack, newFile, type StoredFile, trackName } from '../files/studio-file.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from '../running-output.ts'
import { PausableFeed } from './pausable-feed.ts'

/** Bytes that may wait for the disk. */
const queueBytes = 64 * 1024 * 1024
/** Free space that a recording needs before it goes on after the disk was full. */
const resumeBytes = 32 * 1024 * 1024
/** Seconds between looks at a disk that rejected. */
const lookEveryS = 3

/** A file that grows: its line in the book, and its bytes. */
class FilePart implements PartSink {
  readonly stored: StoredFile
  readonly firstChapter: string | undefined
  readonly #file: PartFile

  constructor(stored: StoredFile, file: PartFile) {
    this.stored = stored
    this.firstChapter = stored.chapters[0]?.name
    this.#file = file
  }

  write(fragment: Uint8Array): boolean {
    const taken = this.#file.write(fragment)
    this.stored.bytes = this.#file.safeBytes
    return taken
  }

  async finish(writer: MediaFileWriter): Promise<boolean> {
    const whole = await this.#file.finish(writer.finish())
    this.stored.bytes = this.#file.safeBytes
    return whole
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.#file.finish({ append: new Uint8Array(0), patches: [] })
  }
}

/** Writes what is encoded to files, one part behind the other. */
export class RecordingOutput implements RunningOutput {
  readonly #context: OutputContext
  readonly #settings: RecordingSettings
  readonly #folder: string
  readonly #hold: FeedHold
  readonly #feed: PausableFeed
  readonly #leaveEngine: () => void
  readonly #closing = new Set<Promise<void>>()
  #recorder: Recorder<FilePart> | undefined
  #part: FilePart | undefined
  #parts = 0
  /** Parts before the one that grows, those of a host that ran before included. */
  readonly #earlier: StoredFile[]
  #paused = false
  /** Set while the disk does not take anything. */
  #fault: AppError | undefined
  #faultS = 0
  #looking = false
  /** The encoder does not run. */
  #encoderFault = false
  #bytesBefore = 0
  #bitrateKbps = 0
  #stopped = false

  /** Rejects with `studio.folder_unusable`. `folder` is absolute. */
  static async start(context: OutputContext, folder: string): Promise<RecordingOutput> {
    await prepareFolder(folder)
    return new RecordingOutput(context, folder)
  }

  private constructor(context: OutputContext, folder: string) {
    this.#context = context
    this.#settings = context.output.settings as RecordingSettings
    this.#folder = folder
    this.#earlier = [...context.files.ofSession(context.session, 'recording')]
    for (const { part } of this.#earlier) this.#parts = Math.max(this.#parts, part)
    this.#paused = context.paused
    const { canvas, video, audio } = context.output
    this.#hold = context.feeds.take({ canvas, video, audio }, (problem) => {
      this.#encoderFault = true
      if (!this.#stopped) context.onState('failed', new AppError('studio.output_encoder', problem))
    })
    this.#feed = new PausableFeed(this.#hold.feed, video !== null)
    if (this.#paused) this.#feed.pause()
    this.#leaveEngine = context.engine.onEvent((event) => {
      if (event.kind !== 'switched' || event.canvas !== canvas || this.#settings.chapters !== 'scenes' || this.#paused) return
      this.#mark(context.sceneName(event.scene), context.secondsOf(event.frame) - this.#feed.shiftS)
    })
    this.#record()
  }

  tick(): void {
    const bytes = this.#bytes
    this.#bitrateKbps = Math.round(((bytes - this.#bytesBefore) * 8) / 1000)
    this.#bytesBefore = bytes
    if (this.#encoderFault && this.#hold.feed.fault === undefined) {
      this.#encoderFault = false
      this.#reportState()
    }
    if (this.#fault === undefined || this.#looking || ++this.#faultS % lookEveryS !== 0) return
    this.#looking = true
    this.#look()
      .catch((error: unknown) => this.#context.log.error({ err: error }, 'a recording could not go on'))
      .finally(() => {
        this.#looking = false
      })
  }

  statistics(): OutputStatistics {
    const part = this.#part?.stored
    return {
      file: part?.path ?? null,
      fileId: part?.id ?? null,
      parts: this.#parts,
      durationMs: Math.round(this.#earlier.reduce((sum, { durationMs }) => sum + durationMs, this.#recorder?.durationMs ?? 0)),
      bytes: this.#bytes,
      bitrateKbps: this.#bitrateKbps,
      gaps: this.#hold.feed.gaps,
    }
  }

  get #bytes(): number {
    return this.#earlier.reduce((sum, { bytes }) => sum + bytes, this.#part?.stored.bytes ?? 0)
  }

  get paused(): boolean {
    return this.#paused
  }

  async command(name: string, details: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    switch (name) {
      case 'pause':
        this.#paused = true
        this.#feed.pause()
        this.#reportState()
        return {}
      case 'resume':
        this.#paused = false
        this.#feed.resume()
        this.#reportState()
        return {}
      case 'split':
        this.#recorder?.split()
        this.#hold.feed.requestKeyframe()
        return {}
      default: {
        const chapter = this.#mark(chapterName(details))
        return chapter === undefined ? {} : { atMs: chapter.atMs }
      }
    }
  }

  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true
      this.#leaveEngine()
      this.#recorder?.stop()
      this.#hold.release()
    }
    await Promise.all(this.#closing)
  }

  #record(): void {
    const { container, splitMs, splitBytes } = this.#settings
    const { onState } = this.#context
    this.#fault = undefined
    this.#reportState()
    this.#recorder = new Recorder<FilePart>({
      feed: this.#feed,
      container,
      tracks: [],
      splitMs,
      splitBytes,
      atSeam: 'new-file',
      nameOf: (track) => this.#trackName(track),
      openPart: (start) => this.#open(start),
      onProgress: (part, durationMs) => {
        part.stored.durationMs = Math.round(durationMs)
      },
      onPartEnd: (part, writer, durationMs) => {
        part.stored.durationMs = Math.round(durationMs)
        this.#partOver(part)
        this.#close(
          part,
          part.finish(writer).then((whole) => this.#closed(part, whole)),
        )
      },
      onRejected: () => this.#refused(this.#fault ?? new AppError('recording.disk_slow')),
      onEnd: () => {
        if (!this.#stopped) onState('failed', new AppError('internal', 'The encoders ended'))
      },
    })
  }

  #reportState(): void {
    if (this.#stopped) return
    const { onState } = this.#context
    if (this.#fault !== undefined) onState('retrying', this.#fault)
    else if (this.#paused) onState('paused')
    else onState(this.#part === undefined ? 'starting' : 'live')
  }

  #open({ tracks, wallMs }: PartStart): FilePart {
    const { output, files } = this.#context
    const { name, container } = this.#settings
    this.#parts++
    const shown = this.#context.shown()
    const place = { folder: this.#folder, template: name, ending: container, output: output.name, ...shown }
    const path = files.claim({ ...place, wallMs, part: this.#parts })
    const stored = newFile({
      id: randomText(12),
      output: output.id,
      outputName: output.name,
      kind: 'recording',
      session: this.#context.session,
      part: this.#parts,
      container,
      path,
      startedAt: new Date(wallMs).toISOString(),
      durationMs: 0,
      bytes: 0,
      tracks: tracks.map((track) => fileTrack(track, this.#trackName(track))),
      chapters: this.#settings.chapters === 'scenes' ? [{ atMs: 0, name: shown.scene }] : [],
    })
    const part = new FilePart(stored, new PartFile({ path, queueBytes, onFault: (fault) => this.#refused(diskFault(fault)) }))
    this.#part = part
    files.keep(stored)
    this.#reportState()
    return part
  }

  #trackName(track: Track): string {
    return trackName(track, this.#context.shown().canvas, this.#context.output.audio)
  }

  #mark(name: string, atS?: number): Chapter | undefined {
    const chapter = this.#recorder?.mark(name, atS)
    const stored = this.#part?.stored
    if (chapter !== undefined && stored !== undefined) {
      stored.chapters.push({ ...chapter })
      this.#context.files.keep(stored)
    }
    return chapter
  }

  /** The disk took no more: what it has is registered, and it is tried again when there is space. */
  #refused(fault: AppError): void {
    if (this.#stopped || this.#fault !== undefined) return
    this.#fault = fault
    this.#faultS = 0
    const part = this.#part
    this.#recorder?.stop()
    this.#recorder = undefined
    if (part !== undefined && this.#part === part) {
      part.stored.error = { code: fault.code, message: fault.message }
      this.#partOver(part)
      this.#close(
        part,
        part.abandon().then(() => this.#givenUp(part)),
      )
    }
    this.#context.log.warn({ output: this.#context.output.id, code: fault.code }, 'a recording was interrupted')
    this.#reportState()
  }

  async #look(): Promise<void> {
    // The folder may have been taken away, too.
    await prepareFolder(this.#folder).catch(() => undefined)
    const room = await statfs(this.#folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => 0,
    )
    if (this.#stopped || room < resumeBytes) return
    this.#record()
  }

  #partOver(part: FilePart): void {
    if (this.#part !== part) return
    this.#earlier.push(part.stored)
    this.#part = undefined
  }

  #close({ stored }: FilePart, work: Promise<void>): void {
    const closing = work
      .catch((error: unknown) => this.#context.log.error({ err: error, file: stored.id }, 'a file could not be closed'))
      .finally(() => {
        this.#context.files.release(stored.path)
        this.#closing.delete(closing)
      })
    this.#closing.add(closing)
  }

  /** A part that the disk rejected, at its end: its state is reported when it is closed, after the output's. */
  async #givenUp({ stored }: FilePart): Promise<void> {
    const { files } = this.#context
    await files.mend(stored, 'complete')
    if (stored.bytes > 0) return
    // A disk that takes nothing at all is tried again and again: what never was, or is no more, is no file.
    this.#earlier.splice(this.#earlier.indexOf(stored), 1)
    files.forget(stored.id)
  }

  async #closed(part: FilePart, whole: boolean): Promise<void> {
    const { files } = this.#context
    if (!whole) return files.mend(part.stored, 'complete')
    part.stored.state = 'complete'
    files.keep(part.stored)
    files.whole(part.stored)
  }
}

function chapterName({ name }: Readonly<Record<string, unknown>>): string {
  if (typeof name === 'string' && name.trim() !== '' && name.length <= 120) return name.trim()
  throw new AppError('request.invalid', 'name: the chapter needs a name of 1 to 120 characters')
}

function diskFault(cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') return new AppError('recording.disk_full', undefined, { cause })
  if (cause.code === 'ENOENT') return new AppError('recording.disk_failed', 'Somebody took the file away while it was written', { cause })
  return new AppError('recording.disk_failed', `The disk does not accept writes: ${cause.code ?? cause.message}`, { cause })
}
