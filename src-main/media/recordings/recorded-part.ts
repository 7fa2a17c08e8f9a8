import type { MediaFileWriter } from '../../formats/media-file-writer.ts'
import type { PartFile } from '../files/part-file.ts'
import type { PartSink } from '../files/recorder.ts'
import type { RecordedFile } from './recorded-file.ts'

/** A file that is being recorded: its line in the index and its bytes. */
export class RecordedPart<File extends RecordedFile> implements PartSink {
  readonly recording: File
  readonly firstChapter: string | undefined
  readonly #file: PartFile
  /** When progress was reported last, monotonic ms. */
  reportedAtMs = Number.NEGATIVE_INFINITY

  constructor(recording: File, file: PartFile, firstChapter: string | undefined) {
    this.recording = recording
    this.firstChapter = firstChapter
    this.#file = file
  }

  get safeBytes(): number {
    return this.#file.safeBytes
  }

  write(fragment: Uint8Array): boolean {
    return this.#file.write(fragment)
  }

  /** Completes the file. False where the disk rejected: what it took before still plays. */
  finish(writer: MediaFileWriter): Promise<boolean> {
    return this.#file.finish(writer.finish())
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.#file.finish({ append: new Uint8Array(0), patches: [] })
  }
}
