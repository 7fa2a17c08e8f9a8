import { type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { type PageRequest, pageFields, pageOf, pageSchema } from './pages.ts'
import type { Principal, Role } from './principal.ts'
import { defineRoute, type RouteDefinition } from './routes.ts'

/** What is in the trash may be taken out of it for this long, ms. */
export const trashMs = 5 * 60_000

/** A file that may be in the trash. */
export interface Throwable {
  readonly id: string
  /** In the trash since, ISO 8601. */
  deletedAt: string | null
}

/** Files of one kind. */
export interface TrashDependencies<Kept extends Throwable> {
  /** Its word in sentences, e.g. `clip`. */
  readonly noun: string
  /** Route of the list, e.g. `/live/clips`. */
  readonly path: string
  /** The OpenAPI tag. */
  readonly tag: string
  /** What the list can be limited by, and whether a file belongs to what was asked for. */
  readonly filters: TProperties
  readonly belongs: (kept: Kept, filters: Readonly<Record<string, unknown>>) => boolean
  /** Whether somebody may know of a file; left out: all viewers may. */
  readonly maySee?: (kept: Kept, principal: Principal) => boolean
  /** Least role that deletes and restores; `editor` where left out. */
  readonly changedBy?: Role
  readonly schema: TSchema
  /** All that there are, the oldest first. */
  readonly list: () => readonly Kept[]
  /** Throws for an unknown id. */
  readonly get: (id: string) => Kept
  readonly view: (kept: Kept) => unknown
  readonly keep: (kept: Kept) => void
  /** Deletes it for good. */
  readonly remove: (kept: Kept) => Promise<void>
  /** Takes it off the list and leaves it on the disk; left out: that is not offered. */
  readonly leave?: (kept: Kept) => void
  /** Before it is deleted: notes who did. Throws where it may not be. */
  readonly onDelete: (kept: Kept, actor: string) => void
  readonly now: () => number
}

const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of files that go through a trash: their list, into it and out of it. */
export function trashRoutes<Kept extends Throwable>(dependencies: TrashDependencies<Kept>): readonly RouteDefinition[] {
  const { noun, path, tag, filters, belongs, schema, list, get, view, keep, remove, leave, onDelete, now } = dependencies
  const { maySee = () => true, changedBy = 'editor' } = dependencies
  const ListQuery: TObject = Type.Object({
    ...filters,
    deleted: Type.Optional(Type.Boolean({ description: 'those in the trash instead' })),
    ...pageFields(100),
  })
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s, newest first`,
      role: 'viewer',
      query: ListQuery,
      responses: { 200: pageSchema(schema) },
      handler: ({ query, principal }) => {
        const { deleted = false, ...asked } = query as PageRequest & Record<string, unknown>
        const all = list().filter((each) => (each.deletedAt !== null) === deleted && belongs(each, asked) && maySee(each, principal))
        const { items, nextCursor } = pageOf(all.toReversed(), query as PageRequest)
        return { body: { items: items.map(view), nextCursor } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      tag,
      summary: `Puts a ${noun} into the trash, from which it goes after five minutes; \`permanently\` deletes it at once`,
      role: changedBy,
      params: Params,
      query: Type.Object({
        permanently: Type.Optional(Type.Boolean()),
        ...(leave === undefined
          ? {}
          : { keep: Type.Optional(Type.Boolean({ description: 'off the list alone: the file stays on the disk' })) }),
      }),
      responses: { 204: Type.Null() },
      handler: async ({ params, query, principal }) => {
        const kept = get(params.id)
        onDelete(kept, principal.id)
        const { permanently, keep: stays } = query as { permanently?: boolean; keep?: boolean }
        if (stays === true && leave !== undefined) leave(kept)
        else if (permanently === true) await remove(kept)
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
      role: changedBy,
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
