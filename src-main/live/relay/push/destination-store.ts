import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { DestinationAim } from './destination-sender.ts'
import { shownUrl } from './destination-url.ts'
import type { TemplateId } from './schemas.ts'
import { templateOf } from './templates.ts'

/** A destination as it is kept. */
export interface StoredDestination extends DestinationAim {
  readonly id: string
  /** Name of the stream. */
  readonly stream: string
  readonly label: string
  /** As users may see it, with its secrets masked; the full URL is in `encryptedUrl`. */
  readonly url: string
  /** The URL in the secret box's form, if it contains secrets; null: `url` is complete. */
  readonly encryptedUrl: string | null
  /** The key in the secret box's form; null: none. */
  readonly encryptedKey: string | null
  readonly keyHint: string | null
  /** Of SRT, in the secret box's form; null: none. */
  readonly encryptedPassphrase: string | null
  readonly enabled: boolean
  /** Started (true) or stopped (false) by somebody while the stream is live; null: as `enabled` says. */
  readonly byHand: boolean | null
  /** ISO 8601. */
  readonly createdAt: string
}

export interface DestinationStore {
  all(): Promise<readonly StoredDestination[]>
  /** Resolves when it is on disk. */
  save(stored: StoredDestination): Promise<void>
  /** Stores that field alone: one that is being changed or removed at the same time keeps its changes, and stays removed. */
  saveByHand(id: string, byHand: boolean | null): Promise<void>
  remove(id: string): Promise<void>
}

/** Seals a key for keeping; null for none. */
export function encryptKey(secrets: SecretBox, key: string): string | null {
  return key === '' ? null : secrets.encrypt(key)
}

/** A URL as it is stored: the part that users may see, and the full URL encrypted if they differ. */
export function keepUrl(
  secrets: SecretBox,
  url: string,
  template: TemplateId,
  hasKey: boolean,
): Pick<StoredDestination, 'url' | 'encryptedUrl'> {
  const shown = shownUrl(url, templateOf(template).protocol, hasKey)
  return { url: shown, encryptedUrl: shown === url ? null : secrets.encrypt(url) }
}

/** Destinations in the host's database. Those that an older version kept with secrets in their URL are encrypted when they are read. */
export function createDestinationStore(database: LiveDatabase, secrets: SecretBox): DestinationStore {
  const store: DestinationStore = {
    async all() {
      const rows = await database.selectFrom('destination').selectAll().orderBy('created_at').orderBy('id').execute()
      const list = rows.map((row) => ({
        id: row.id,
        stream: row.stream,
        label: row.label,
        template: row.template as TemplateId,
        ...(row.sealed_url === null
          ? keepUrl(secrets, row.url, row.template as TemplateId, row.sealed_key !== null)
          : { url: row.url, encryptedUrl: row.sealed_url }),
        encryptedKey: row.sealed_key,
        keyHint: row.key_hint,
        enabled: row.enabled !== 0,
        byHand: row.by_hand === null ? null : row.by_hand !== 0,
        rendition: row.rendition,
        audioTrack: row.audio_track,
        encryptedPassphrase: row.sealed_passphrase,
        certificate: row.certificate,
        latencyMs: row.latency_ms,
        limited: row.limited !== 0,
        createdAt: row.created_at,
      }))
      for (const [index, stored] of list.entries()) if (rows[index]?.sealed_url !== stored.encryptedUrl) await store.save(stored)
      return list
    },
    async save(stored) {
      const columns = {
        stream: stored.stream,
        label: stored.label,
        template: stored.template,
        url: stored.url,
        sealed_url: stored.encryptedUrl,
        sealed_key: stored.encryptedKey,
        key_hint: stored.keyHint,
        enabled: stored.enabled ? 1 : 0,
        by_hand: byHandColumn(stored.byHand),
        rendition: stored.rendition,
        audio_track: stored.audioTrack,
        sealed_passphrase: stored.encryptedPassphrase,
        certificate: stored.certificate,
        latency_ms: stored.latencyMs,
        limited: stored.limited ? 1 : 0,
        created_at: stored.createdAt,
      }
      await database
        .insertInto('destination')
        .values({ id: stored.id, ...columns })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
        .execute()
    },
    async saveByHand(id, byHand) {
      await database
        .updateTable('destination')
        .set({ by_hand: byHandColumn(byHand) })
        .where('id', '=', id)
        .execute()
    },
    async remove(id) {
      await database.deleteFrom('destination').where('id', '=', id).execute()
    },
  }
  return store
}

const byHandColumn = (byHand: boolean | null): number | null => (byHand === null ? null : Number(byHand))
