import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { UsableKey } from './grants.ts'
import { everybody } from './ip-rules.ts'
import type { HostAccess, StreamAccess } from './schemas.ts'

/** What is kept of who may watch and publish. */
export interface AccessStore {
  readonly keys: readonly UsableKey[]
  readonly host: HostAccess
  readonly streams: ReadonlyMap<string, StreamAccess>
  /** Resolves when it is on disk: a key that would not survive a restart is not given out. */
  addKey(key: UsableKey): Promise<void>
  removeKey(id: string): Promise<void>
  setHost(access: HostAccess): void
  setStream(stream: string, access: StreamAccess): void
  /** The stream has no rules of its own any more. */
  removeStream(stream: string): void
}

/** Reads all rules and keys; secrets are opened once. */
export async function openAccessStore(database: LiveDatabase, writes: Writes, secrets: SecretBox): Promise<AccessStore> {
  const keys: UsableKey[] = []
  for (const row of await database.selectFrom('playback_key').selectAll().orderBy('created_at').execute()) {
    const common = { id: row.id, label: row.label, createdAt: row.created_at, publicKey: row.public_key }
    keys.push(row.sealed === null ? { ...common, kind: 'public' } : { ...common, kind: 'secret', secret: secrets.open(row.sealed) })
  }
  let host: HostAccess = { play: everybody, publish: everybody }
  const streams = new Map<string, StreamAccess>()
  for (const { scope, rules } of await database.selectFrom('access_rule').selectAll().execute()) {
    if (scope === 'host') host = JSON.parse(rules) as HostAccess
    else streams.set(scope.slice('stream:'.length), JSON.parse(rules) as StreamAccess)
  }

  const save = (scope: string, rules: unknown): void => {
    const text = JSON.stringify(rules)
    writes.enqueue('keep access rules', async () => {
      await database
        .insertInto('access_rule')
        .values({ scope, rules: text })
        .onConflict((conflict) => conflict.column('scope').doUpdateSet({ rules: text }))
        .execute()
    })
  }
  return {
    keys,
    get host() {
      return host
    },
    streams,
    async addKey(key) {
      await database
        .insertInto('playback_key')
        .values({
          id: key.id,
          label: key.label,
          sealed: key.secret === undefined ? null : secrets.encrypt(key.secret),
          public_key: key.publicKey,
          created_at: key.createdAt,
        })
        .execute()
      keys.push(key)
    },
    async removeKey(id) {
      await database.deleteFrom('playback_key').where('id', '=', id).execute()
      const at = keys.findIndex((key) => key.id === id)
      if (at >= 0) keys.splice(at, 1)
    },
    setHost(access) {
      host = access
      save('host', access)
    },
    setStream(stream, access) {
      streams.set(stream, access)
      save(`stream:${stream}`, access)
    },
    removeStream(stream) {
      if (!streams.delete(stream)) return
      writes.enqueue('delete access rules', async () => {
        await database.deleteFrom('access_rule').where('scope', '=', `stream:${stream}`).execute()
      })
    },
  }
}
