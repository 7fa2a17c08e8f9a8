import type { Kysely } from 'kysely'
import type { SecretBox } from '../../../../platform/identity/secret-box.ts'
import { newSecret } from '../../../../platform/identity/secrets.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { findOverlayKind } from './kinds/overlay-kinds.ts'

/** An overlay: how it looks, what it shows, and the secrets that open it. */
export interface Overlay {
  readonly id: string
  readonly createdAt: string
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly state: unknown
  /** The URL of its data was named by an editor: it is limited to what editors may reach. */
  readonly byEditor: boolean
  /** Opens the page and its feed, and nothing else. */
  readonly viewToken: string
  /** Takes posts to this overlay, and nothing else. */
  readonly postToken: string
}

interface Tables {
  studio_overlay: { id: string; created_at: string; overlay: string }
}

export interface OverlayStoreDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly secrets: SecretBox
  readonly log: Logger
}

export interface OverlayStore {
  /** The oldest first. */
  load(): Promise<readonly Overlay[]>
  keep(overlay: Overlay): void
  remove(id: string): void
}

/** Overlays in the database: secrets and the URL of the data, which may hold one, are encrypted. */
export function openOverlayStore({ database, writes, secrets, log }: OverlayStoreDependencies): OverlayStore {
  const tables = database as Kysely<Tables>

  const read = (text: string): Overlay | undefined => {
    const stored = JSON.parse(text) as Overlay
    if (findOverlayKind(stored.kind) === undefined) return undefined
    const { url } = stored.settings
    try {
      return {
        ...stored,
        viewToken: secrets.open(stored.viewToken),
        postToken: secrets.open(stored.postToken),
        settings: typeof url === 'string' && url !== '' ? { ...stored.settings, url: secrets.open(url) } : stored.settings,
      }
    } catch (error) {
      log.warn(
        { err: error, overlay: stored.id },
        'the secrets of an overlay cannot be read: its URLs are new ones, that of its data is gone',
      )
      const settings = url === undefined ? stored.settings : { ...stored.settings, url: '', source: 'posted' }
      return { ...stored, settings, viewToken: newSecret(), postToken: newSecret() }
    }
  }

  return {
    async load() {
      const rows = await tables.selectFrom('studio_overlay').selectAll().orderBy('created_at').execute()
      return rows.flatMap(({ overlay }) => read(overlay) ?? [])
    },
    keep(overlay) {
      const { url } = overlay.settings
      const stored = {
        ...overlay,
        state: findOverlayKind(overlay.kind)?.kept?.(overlay.state) ?? overlay.state,
        viewToken: secrets.encrypt(overlay.viewToken),
        postToken: secrets.encrypt(overlay.postToken),
        settings: typeof url === 'string' && url !== '' ? { ...overlay.settings, url: secrets.encrypt(url) } : overlay.settings,
      }
      const row = { id: overlay.id, created_at: overlay.createdAt, overlay: JSON.stringify(stored) }
      writes.enqueue('keep an overlay', async () => {
        await tables
          .insertInto('studio_overlay')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ overlay: row.overlay }))
          .execute()
      })
    },
    remove(id) {
      writes.enqueue('delete an overlay', async () => {
        await tables.deleteFrom('studio_overlay').where('id', '=', id).execute()
      })
    },
  }
}
