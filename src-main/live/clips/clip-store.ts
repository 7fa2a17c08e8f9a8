import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { Clip } from './schemas.ts'

/** What is kept of a clip: all but the addresses, which are made from it. */
export type StoredClip = { -readonly [Field in keyof Omit<Clip, 'fileUrl' | 'thumbnailUrl'>]: Clip[Field] } & { poster: boolean }

export interface ClipStoreNeeds {
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The folder of clips. */
  readonly folder: string
  readonly events: EventBus
}

/** Every clip that there is. */
export class ClipStore {
  readonly #needs: ClipStoreNeeds
  readonly #byId = new Map<string, StoredClip>()

  private constructor(needs: ClipStoreNeeds) {
    this.#needs = needs
  }

  static async open(needs: ClipStoreNeeds): Promise<ClipStore> {
    const store = new ClipStore(needs)
    for (const row of await needs.database.selectFrom('clip').selectAll().orderBy('created_at').execute()) {
      const clip = JSON.parse(row.clip) as StoredClip
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
    return join(this.#needs.folder, `${id}.mp4`)
  }

  picturePath(id: string): string {
    return join(this.#needs.folder, `${id}.jpg`)
  }

  /** Takes a new clip in, or keeps what has changed, and tells of it. */
  keep(clip: StoredClip): void {
    this.#byId.set(clip.id, clip)
    const row = { id: clip.id, created_at: clip.createdAt, clip: JSON.stringify(clip) }
    this.#needs.writes.enqueue('keep a clip', async () => {
      await this.#needs.database
        .insertInto('clip')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ clip: row.clip }))
        .execute()
    })
    this.#needs.events.publish('clip.updated', clipView(clip), { stream: clip.streamId })
  }

  /** Deletes the file for good. */
  async remove(clip: StoredClip): Promise<void> {
    await rm(this.path(clip.id), { force: true })
    await rm(this.picturePath(clip.id), { force: true })
    this.#byId.delete(clip.id)
    this.#needs.writes.enqueue('forget a clip', async () => {
      await this.#needs.database.deleteFrom('clip').where('id', '=', clip.id).execute()
    })
    this.#needs.events.publish('clip.removed', { id: clip.id }, { stream: clip.streamId })
  }
}

/** A clip as the API and the events show it. */
export function clipView(clip: StoredClip): Clip {
  const { poster, ...shown } = clip
  const address = `/api/v1/live/clips/${clip.id}`
  return {
    ...shown,
    fileUrl: clip.state === 'ready' ? `${address}/file` : null,
    thumbnailUrl: poster ? `${address}/thumbnail.jpg` : null,
  }
}
