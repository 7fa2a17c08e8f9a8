import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import Value from 'typebox/value'
import { expired, type Retention, RetentionSchema } from '../../../../media/files/retention.ts'
import type { EventBus } from '../../../../platform/events/events.ts'
import { trashMs } from '../../../../platform/routes/trash-routes.ts'
import type { StateStore } from '../../state-store.ts'
import type { StoredFile } from './studio-file.ts'

const key = 'file-retention'
/** What people recorded stays until they say otherwise. */
const never: Retention = { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 }

export interface FileRetentionDependencies {
  readonly store: StateStore
  readonly events: EventBus
  /** ms since 1970. */
  readonly now: () => number
  /** Bytes that may still be written to the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** How long the files of the studio are kept, and which of them have to go. */
export class FileRetention {
  readonly #dependencies: FileRetentionDependencies
  #policy: Retention

  constructor(dependencies: FileRetentionDependencies) {
    this.#dependencies = dependencies
    const stored = dependencies.store.get(key)
    this.#policy = Value.Check(RetentionSchema, stored) ? stored : never
  }

  get policy(): Retention {
    return this.#policy
  }

  set(policy: Retention): void {
    this.#policy = policy
    this.#dependencies.store.set(key, policy)
    this.#dependencies.events.publish('studio.file-retention.updated', policy)
  }

  /** Ids of files that have to go, those in the trash for long enough first. Each disk is kept free by what is on it. */
  async expired(files: readonly StoredFile[]): Promise<readonly string[]> {
    const { now, freeBytes = freeOn } = this.#dependencies
    const { maxAgeDays, maxTotalMegabytes, minFreeMegabytes } = this.#policy
    const timeMs = now()
    const nothing = { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 }
    const whatever = { timeMs, freeBytes: Number.POSITIVE_INFINITY, trashMs }
    const going = new Set(expired(files, { ...nothing, maxAgeDays, maxTotalMegabytes }, whatever))
    if (minFreeMegabytes > 0) {
      for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
        const here = files.filter(({ id, path }) => dirname(path) === folder && !going.has(id))
        const free = await freeBytes(folder).catch(() => Number.POSITIVE_INFINITY)
        for (const id of expired(here, { ...nothing, minFreeMegabytes }, { ...whatever, freeBytes: free })) going.add(id)
      }
    }
    return [...going]
  }
}

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
