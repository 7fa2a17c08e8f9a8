import { type TSchema, Type } from 'typebox'
import { pageFields, pageOf, pageSchema } from '../../platform/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes.ts'

/** What is in the trash may be taken out of it for so long, ms. */
export const trashMs = 5 * 60_000

/** A file of a stream that may be in the trash. */
export interface Throwable {
  readonly id: string
  readonly stream: string
  readonly streamId: string
  /** In the trash since, ISO 8601. */
  deletedAt: string | null
}

/** Files of one kind. */
export interface TrashDependencies<Kept extends Throwable> {
  /** Its word in sentences, e.g. `clip`; its URL is `/live/` and the word's plural. */
  readonly noun: string
  readonly schema: TSchema
  /** All that there are, the oldest first. */
  readonly list: () => readonly Kept[]
  /** Throws where there is none. */
  readonly get: (id: string) => Kept
  readonly view: (kept: Kept) => unknown
  readonly keep: (kept: Kept) => void
  /** Deletes it for good. */
  readonly remove: (kept: Kept) => Promise<void>
  /** Before it is deleted: notes who did. Throws where it may not be. */
  readonly onDelete: (kept: Kept, actor: string) => void
  readonly now: () => number
}

const tag = 'live'
const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of files that go through a trash: their list, into it and out of it. */
export function trashRoutes<Kept extends Throwable>(dependencies: TrashDependencies<Kept>): readonly RouteDefinition[] {
  const { noun, schema, list, get, view, keep, remove, onDelete, now } = dependencies
  const path = `/live/${noun}s`
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s, newest first`,
      role: 'viewer',
      query: Type.Object({
        stream: Type.Optional(Type.String({ maxLength: 80, description: 'of this stream alone: id or name' })),
        deleted: Type.Optional(Type.Boolean({ description: 'those in the trash instead' })),
        ...pageFields(100),
      }),
      responses: { 200: pageSchema(schema) },
      handler: ({ query }) => {
        const { stream, deleted = false } = query
        const all = list().filter(
          (each) => (each.deletedAt !== null) === deleted && (stream === undefined || each.stream === stream || each.streamId === stream),
        )
        const { items, nextCursor } = pageOf(all.toReversed(), query)
        return { body: { items: items.map(view), nextCursor } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      tag,
      summary: `Puts a ${noun} into the trash, from which it goes after five minutes; \`permanently\` deletes it at once`,
      role: 'editor',
      params: Params,
      query: Type.Object({ permanently: Type.Optional(Type.Boolean()) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, query, principal }) => {
        const kept = get(params.id)
        onDelete(kept, principal.id)
        if (query.permanently === true) await remove(kept)
        else {
          kept.deletedAt = new Date(now()).toISOString()
          keep(kept)
        }
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/restore`,
      tag,
      summary: `Takes a ${noun} back out of the trash`,
      role: 'editor',
      params: Params,
      responses: { 200: schema },
      handler: ({ params }) => {
        const kept = get(params.id)
        kept.deletedAt = null
        keep(kept)
        return { body: view(kept) }
      },
    }),
  ]
}
