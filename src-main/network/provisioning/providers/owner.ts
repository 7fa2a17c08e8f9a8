import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { randomText } from '../../../platform/random-id.ts'
import { createSettingStore } from '../../setting-store.ts'

const OwnerSchema = Type.Object({ owner: Type.String({ pattern: '^[a-z0-9]{12}$' }) })

/** The label by which this host finds its machines at providers, made at the first start. */
// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export async function openOwner(database: Kysely<any>): Promise<string> {
  const store = createSettingStore(database, 'provider-owner', OwnerSchema)
  const known = await store.read()
  if (known !== undefined) return known.owner
  const owner = randomText(12)
  await store.write({ owner })
  return owner
}
