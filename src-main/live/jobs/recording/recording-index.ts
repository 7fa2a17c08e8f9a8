import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { recoverFile } from '../../../media/files/recover-file.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { RecordingStore, StoredRecording } from './recording-store.ts'
import type { Recording } from './schemas.ts'

export interface RecordingIndexDependencies {
  readonly store: RecordingStore
  /** The folder of recordings. */
  readonly folder: string
  readonly events: EventBus
  readonly log: Logger
  /** A file has got its final form. */
  readonly onWhole: (recording: StoredRecording) => void
}

/** Every recording that there is, by file. */
export class RecordingIndex {
  readonly #dependencies: RecordingIndexDependencies
  readonly #byId = new Map<string, StoredRecording>()

  private constructor(dependencies: RecordingIndexDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: RecordingIndexDependencies): Promise<RecordingIndex> {
    const index = new RecordingIndex(dependencies)
    for (const recording of await dependencies.store.all()) index.#byId.set(recording.id, recording)
    return index
  }

  /** Oldest first; those in the trash too. */
  list(): readonly StoredRecording[] {
    return [...this.#byId.values()]
  }

  /** Throws `recording.not_found`. */
  get(id: string): StoredRecording {
    const recording = this.#byId.get(id)
    if (recording === undefined) throw new AppError('recording.not_found')
    return recording
  }

  path(recording: StoredRecording): string {
    return join(this.#dependencies.folder, recording.path)
  }

  /** Path of an image made from the recording. */
  imagePath(recording: StoredRecording, kind: 'poster.jpg' | 'sprites.jpg' | 'sprites.vtt'): string {
    return join(this.#dependencies.folder, '.pictures', `${recording.id}-${kind}`)
  }

  /** Takes a new recording in, or keeps what has changed, and reports it. */
  keep(recording: StoredRecording): void {
    this.#byId.set(recording.id, recording)
    this.#dependencies.store.save(recording)
    this.#dependencies.events.publish('recording.updated', recordingView(recording), { stream: recording.streamId })
  }

  /** Deletes the file for good. Never a running one. */
  async remove(recording: StoredRecording): Promise<void> {
    await rm(this.path(recording), { force: true })
    for (const kind of ['poster.jpg', 'sprites.jpg', 'sprites.vtt'] as const) await rm(this.imagePath(recording, kind), { force: true })
    this.#byId.delete(recording.id)
    this.#dependencies.store.remove(recording.id)
    this.#dependencies.events.publish('recording.removed', { id: recording.id }, { stream: recording.streamId })
  }

  /** Reads files again whose recording was cut off when the host ended; answers them. */
  async recover(): Promise<readonly StoredRecording[]> {
    const cut = [...this.#byId.values()].filter(({ state }) => state === 'recording')
    for (const recording of cut) await this.mend(recording, 'recovered')
    return cut
  }

  /** Records a file without a proper end with the length that it really has. */
  async mend(recording: StoredRecording, state: 'recovered' | 'complete'): Promise<void> {
    const { log, onWhole } = this.#dependencies
    const found = await recoverFile(this.path(recording), recording.container).catch((error: NodeJS.ErrnoException) => {
      log.warn({ err: error, recording: recording.id }, 'a recording could not be read')
      return undefined
    })
    recording.state = found === undefined ? 'failed' : state
    recording.durationMs = found === undefined ? 0 : Math.round(found.durationMs)
    recording.bytes = found?.bytes ?? (await stat(this.path(recording)).catch(() => undefined))?.size ?? 0
    if (found === undefined) recording.error ??= { code: 'recording.file_missing', message: 'Nothing of it reached the disk' }
    this.keep(recording)
    if (found !== undefined) onWhole(recording)
  }
}

/** A recording as the API and the events show it. */
export function recordingView(recording: StoredRecording): Recording {
  const { path: _path, poster, sprites, ...shown } = recording
  const address = `/api/v1/live/recordings/${recording.id}`
  return {
    ...shown,
    fileUrl: `${address}/file`,
    thumbnailUrl: poster ? `${address}/thumbnail.jpg` : null,
    spritesUrl: sprites ? `${address}/sprites.vtt` : null,
  }
}
