import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { FoundObjectsSchema } from '../../front/cache/cache-search.ts'
import { PurgeSelectionSchema } from '../../front/cache/purge-order.ts'
import type { PurgeBook } from './purge-book.ts'

const tag = 'network'

const PurgeRequestSchema = Type.Object(
  {
    ...PurgeSelectionSchema.properties,
    hard: Type.Boolean({ default: false, description: 'Removes the objects; else the next request revalidates them' }),
    dryRun: Type.Boolean({ default: false, description: 'Says how much would go, and purges nothing' }),
  },
  { additionalProperties: false },
)

const PurgeReportSchema = Type.Object({
  number: Type.Union([Type.Integer(), Type.Null()], { description: 'Grows by one with each purge; null for a dry run' }),
  objects: Type.Integer({ description: 'At all nodes that answered' }),
  bytes: Type.Integer(),
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      state: Type.Union([Type.Literal('done'), Type.Literal('away'), Type.Literal('failed')], {
        description: 'Nodes that are away, or failed, purge before they serve again',
      }),
      objects: Type.Integer(),
      bytes: Type.Integer(),
      ms: Type.Number({ description: 'Until the node had acknowledged it' }),
      reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed' }),
    }),
  ),
})

const PastPurgeSchema = Type.Object({
  number: Type.Integer(),
  madeAt: Type.String({ format: 'date-time' }),
  hard: Type.Boolean(),
  selection: PurgeSelectionSchema,
})

const FindObjectsSchema = Type.Object({
  prefix: Type.String({ minLength: 1, maxLength: 4096, description: '`https://HOST/PATH`, or `/PATH` for all sites' }),
  node: Type.Optional(Type.String({ maxLength: 60, description: 'At this node alone' })),
})

const FoundAtNodeSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Union([Type.Literal('done'), Type.Literal('away'), Type.Literal('failed')]),
  reason: Type.Union([Type.String(), Type.Null()]),
  ...FoundObjectsSchema.properties,
})

/** How many past purges are listed. */
const listed = 100

/** Purges of nodes' caches. Editors: who changes content may have its copies replaced. */
export function purgeRoutes(book: PurgeBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/network/cache/purge',
      alsoAt: '/api/v1/cdn/cache/purge',
      tag,
      summary: "Purges nodes' caches by URL, prefix, pattern, tag or altogether, and waits until each node has acknowledged it",
      role: 'editor',
      body: PurgeRequestSchema,
      responses: { 200: PurgeReportSchema },
      handler: async ({ body: { hard, dryRun, ...selection }, principal }) => {
        const { number, nodes } = dryRun ? await book.preview(selection) : await book.purge(selection, hard, principal.id)
        const sum = (of: 'objects' | 'bytes'): number => nodes.reduce((total, node) => total + node[of], 0)
        return { body: { number, objects: sum('objects'), bytes: sum('bytes'), nodes: [...nodes] } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/cache/objects',
      alsoAt: '/api/v1/cdn/cache/objects',
      tag,
      summary: 'What nodes keep whose URL or path starts like this: age, size and state of up to 50 objects of each node',
      role: 'editor',
      query: FindObjectsSchema,
      responses: { 200: wholeListSchema(FoundAtNodeSchema) },
      handler: async ({ query: { prefix, node } }) => ({
        body: { items: (await book.search(prefix, node)).map((each) => ({ ...each, objects: [...each.objects] })), nextCursor: null },
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/cache/purges',
      alsoAt: '/api/v1/cdn/cache/purges',
      tag,
      summary: 'The last hundred purges, newest first',
      role: 'viewer',
      responses: { 200: wholeListSchema(PastPurgeSchema) },
      handler: () => ({
        body: {
          items: book.recent(listed).map(({ order: { number, hard, selection }, madeAt }) => ({ number, madeAt, hard, selection })),
          nextCursor: null,
        },
      }),
    }),
  ]
}
