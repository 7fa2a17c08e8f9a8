import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { Clip } from './schemas.ts'

/** What is stored of a clip: everything except the URLs, which are derived from it. */
export type StoredClip = { -readonly [Field in keyof Omit<Clip, 'fileUrl' | 'thumbnailUrl' | 'publicUrl'>]: Clip[Field] } & {
  poster: boolean
}

export interface ClipStoreDependencies {
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The folder of clips. */
  readonly folder: string
  readonly events: EventBus
}

/** Every clip that there is. */
export class ClipStore {
  readonly #dependencies: ClipStoreDependencies
  readonly #byId = new Map<string, StoredClip>()

  private constructor(dependencies: ClipStoreDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: ClipStoreDependencies): Promise<ClipStore> {
    const store = new ClipStore(dependencies)
    for (const row of await dependencies.database.selectFrom('clip').selectAll().orderBy('created_at').execute()) {
      // clips of versions before 1.0 that nobody could publish
      const clip = { published: false, ...JSON.parse(row.clip) } as StoredClip
      store.#byId.set(clip.id, clip)
    }
    return store
  }

  /** Oldest first; those in the trash too. */
  list(): readonly StoredClip[] {
    return [...this.#byId.values()]
  }

  /** Throws `clip.not_found`. */
  get(id: string): StoredClip {
    const clip = this.#byId.get(id)
    if (clip === undefined) throw new AppError('clip.not_found')
    return clip
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  path(id: string): string {
    return join(this.#dependencies.folder, `${id}.mp4`)
  }

  imagePath(id: string): string {
    return join(this.#dependencies.folder, `${id}.jpg`)
  }

  /** Takes a new clip in, or keeps what has changed, and reports it. */
  keep(clip: StoredClip): void {
    this.#byId.set(clip.id, clip)
    const row = { id: clip.id, created_at: clip.createdAt, clip: JSON.stringify(clip) }
    this.#dependencies.writes.enqueue('keep a clip', async () => {
      await this.#dependencies.database
        .insertInto('clip')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ clip: row.clip }))
        .execute()
    })
    this.#dependencies.events.publish('clip.updated', clipView(clip), { stream: clip.streamId })
  }

  /** Reports that nobody may fetch it by its stream any more. */
  withdrawn({ id, streamId }: StoredClip): void {
    this.#dependencies.events.publish('clip.withdrawn', { id }, { stream: streamId })
  }

  /** Deletes the file for good. */
  async remove(clip: StoredClip): Promise<void> {
    await rm(this.path(clip.id), { force: true })
    await rm(this.imagePath(clip.id), { force: true })
    this.#byId.delete(clip.id)
    this.#dependencies.writes.enqueue('delete a clip', async () => {
      await this.#dependencies.database.deleteFrom('clip').where('id', '=', clip.id).execute()
    })
    this.#dependencies.events.publish('clip.removed', { id: clip.id }, { stream: clip.streamId })
  }
}

/** A clip as the API and the events show it. */
export function clipView(clip: StoredClip): Clip {
  const { poster, ...shown } = clip
  const address = `/api/v1/live/clips/${clip.id}`
  return {
    ...shown,
    fileUrl: clip.state === 'ready' ? `${address}/file` : null,
    publicUrl: clip.published && clip.state === 'ready' ? `/live/${clip.stream}/clips/${clip.id}.mp4` : null,
    thumbnailUrl: poster ? `${address}/thumbnail.jpg` : null,
  }
}
