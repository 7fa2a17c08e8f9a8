import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../live-database.ts'
import type { DestinationAim } from './destination-sender.ts'
import type { TemplateId } from './schemas.ts'

/** A destination as it is kept. */
export interface StoredDestination extends DestinationAim {
  readonly id: string
  /** Name of the stream. */
  readonly stream: string
  readonly label: string
  /** The key in the secret box's form; null: none. */
  readonly sealedKey: string | null
  readonly keyHint: string | null
  /** Of SRT, in the secret box's form; null: none. */
  readonly sealedPassphrase: string | null
  readonly enabled: boolean
  /** ISO 8601. */
  readonly createdAt: string
}

export interface DestinationStore {
  all(): Promise<readonly StoredDestination[]>
  /** Resolves when it is on disk. */
  save(stored: StoredDestination): Promise<void>
  remove(id: string): Promise<void>
}

/** Seals a key for keeping; null for none. */
export function sealKey(secrets: SecretBox, key: string): string | null {
  return key === '' ? null : secrets.seal(key)
}

/** Destinations in the host's database. */
export function createDestinationStore(database: LiveDatabase): DestinationStore {
  return {
    async all() {
      const rows = await database.selectFrom('destination').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map((row) => ({
        id: row.id,
        stream: row.stream,
        label: row.label,
        template: row.template as TemplateId,
        url: row.url,
        sealedKey: row.sealed_key,
        keyHint: row.key_hint,
        enabled: row.enabled !== 0,
        rendition: row.rendition,
        audioTrack: row.audio_track,
        sealedPassphrase: row.sealed_passphrase,
        certificate: row.certificate,
        latencyMs: row.latency_ms,
        createdAt: row.created_at,
      }))
    },
    async save(stored) {
      const columns = {
        stream: stored.stream,
        label: stored.label,
        template: stored.template,
        url: stored.url,
        sealed_key: stored.sealedKey,
        key_hint: stored.keyHint,
        enabled: stored.enabled ? 1 : 0,
        rendition: stored.rendition,
        audio_track: stored.audioTrack,
        sealed_passphrase: stored.sealedPassphrase,
        certificate: stored.certificate,
        latency_ms: stored.latencyMs,
        created_at: stored.createdAt,
      }
      await database
        .insertInto('destination')
        .values({ id: stored.id, ...columns })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
        .execute()
    },
    async remove(id) {
      await database.deleteFrom('destination').where('id', '=', id).execute()
    },
  }
}
