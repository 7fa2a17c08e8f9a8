import { type Static, Type } from 'typebox'
import type { CacheEntry } from './cache-file.ts'
import { nameOfKey } from './purge-order.ts'

/** Objects of a node in one answer. */
export const maxFound = 50
/** What is longer is cut off. */
const maxText = 4096

const Time = Type.String({ format: 'date-time', maxLength: 40 })
const Text = (maxLength: number) => Type.String({ maxLength })

/** What a node found in its cache; the origin checks it. */
export const FoundObjectsSchema = Type.Object({
  objects: Type.Array(
    Type.Object({
      url: Type.String({
        maxLength: maxText,
        description: 'What names it in a purge: its URL, or its path where its site has all host names',
      }),
      site: Text(253),
      variant: Type.String({ maxLength: 300, description: 'Encoding, language, image format and slice; empty where there is one variant' }),
      type: Text(100),
      bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      fetchedAt: Time,
      freshUntil: Time,
      state: Type.Union([Type.Literal('fresh'), Type.Literal('stale')], { description: 'stale: the next request revalidates it' }),
      tags: Type.Array(Text(128), { maxItems: 64 }),
    }),
    { maxItems: maxFound },
  ),
  hasMore: Type.Boolean({ description: 'There are more than are shown' }),
})
export type FoundObjects = Static<typeof FoundObjectsSchema>

/** An object as it is shown; undefined for a file that is not one of ours. */
export function foundObject(entry: CacheEntry, hostOf: (site: string) => string | undefined): FoundObjects['objects'][number] | undefined {
  const named = nameOfKey(entry.key)
  if (named === undefined) return undefined
  const host = hostOf(named.site)?.replace(/^\*\./, 'any.')
  const [, , ...words] = entry.key.split(' ')
  const variant = words
    .flatMap((word) => word.split(','))
    .filter((word) => word !== '')
    .join(' ')
  return {
    url: `${host === undefined ? '' : `https://${host}`}${named.target}`.slice(0, maxText),
    site: named.site,
    variant: variant.slice(0, 300),
    type: entry.type,
    bytes: entry.bytes,
    fetchedAt: timeOf(entry.fetchedAt),
    freshUntil: timeOf(entry.freshUntil),
    state: entry.freshUntil > Date.now() ? 'fresh' : 'stale',
    tags: [...entry.tags],
  }
}

/** A file may say anything: a time is within this century. */
function timeOf(ms: number): string {
  return new Date(Math.max(0, Math.min(ms, 4e12))).toISOString()
}
