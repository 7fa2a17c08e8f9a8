import { join } from 'node:path'
import { RecordedFiles } from '../../../media/recordings/recorded-files.ts'
import type { EventBus } from '../../../platform/events/events.ts'
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

const imageKinds = ['poster.jpg', 'sprites.jpg', 'sprites.vtt'] as const

/** Every recording of streams. */
export class RecordingIndex extends RecordedFiles<StoredRecording> {
  readonly #folder: string
  readonly #events: EventBus

  private constructor({ store, folder, events, log, onWhole }: RecordingIndexDependencies, known: readonly StoredRecording[]) {
    super({
      folder,
      known,
      log,
      onKept(recording) {
        store.save(recording)
        events.publish('recording.updated', recordingView(recording), { stream: recording.streamId })
      },
      onRemoved({ id, streamId }) {
        store.remove(id)
        events.publish('recording.removed', { id }, { stream: streamId })
      },
      besides: (recording) => imageKinds.map((kind) => this.imagePath(recording, kind)),
      onWhole,
    })
    this.#folder = folder
    this.#events = events
  }

  static async open(dependencies: RecordingIndexDependencies): Promise<RecordingIndex> {
    return new RecordingIndex(dependencies, await dependencies.store.all())
  }

  /** Reports that nobody may fetch it by its stream any more. */
  withdrawn({ id, streamId }: StoredRecording): void {
    this.#events.publish('recording.withdrawn', { id }, { stream: streamId })
  }

  /** Path of an image made from the recording. */
  imagePath({ id }: StoredRecording, kind: (typeof imageKinds)[number]): string {
    return join(this.#folder, '.pictures', `${id}-${kind}`)
  }
}

/** Where whoever may watch its stream finds a recording that is published. */
export function publicPath({ stream, id, container }: Pick<StoredRecording, 'stream' | 'id' | 'container'>): string {
  return `/live/${stream}/recordings/${id}.${container}`
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
    publicUrl: recording.published ? publicPath(recording) : null,
  }
}
