import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { AttackSettingsSchema, NodeAlarmSchema } from './attack-schemas.ts'
import type { GuardBook } from './guard-book.ts'
import { maxImport } from './network-list.ts'

const tag = 'network'
const DateTime = Type.String({ format: 'date-time' })
const Node = Type.String({ description: 'Id of the node' })

const AttackSchema = Type.Object({
  id: Type.String(),
  node: Node,
  startedAt: DateTime,
  endedAt: Type.Union([DateTime, Type.Null()], { description: 'null while it goes on' }),
  ...NodeAlarmSchema.properties,
})

const BlockedSchema = Type.Object({
  network: Type.String({ description: 'An IPv4 address, or the first half of an IPv6 address' }),
  node: Node,
  perSecond: Type.Number({ description: 'Requests a second when it was blocked' }),
  expiresAt: DateTime,
})

const ListedSchema = Type.Object({
  network: Type.String({ description: 'IP address or network' }),
  addedAt: DateTime,
  expiresAt: Type.Union([DateTime, Type.Null()], { description: 'null: stays until it is removed' }),
})

const ListParams = Type.Object({
  list: Type.Union([Type.Literal('allow'), Type.Literal('deny')], {
    description: '`allow`: never limited or blocked; `deny`: always answered with 403, unless allowed',
  }),
})

const ImportSchema = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: maxImport, description: 'One IP address or network a line; `#` starts a comment' }),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 525_600, description: 'For how long; left out: until it is removed' })),
  },
  { additionalProperties: false },
)

/** Attacks on nodes, what is blocked, and lists of IP addresses for all nodes. Admins: who is denied sees nothing of this host. */
export function attackRoutes(book: GuardBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/attacks',
      alsoAt: '/api/v1/cdn/attacks',
      tag,
      summary: 'The last 200 attacks that nodes noticed, newest first',
      role: 'admin',
      responses: { 200: wholeListSchema(AttackSchema) },
      handler: () => ({ body: { items: [...book.attacks()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/attacks/settings',
      alsoAt: '/api/v1/cdn/attacks/settings',
      tag,
      summary: 'When nodes report an attack, and whether they block',
      role: 'admin',
      responses: { 200: AttackSettingsSchema },
      handler: () => ({ body: book.settings }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/attacks/settings',
      alsoAt: '/api/v1/cdn/attacks/settings',
      tag,
      summary: 'Changes when nodes report an attack, and whether they block',
      role: 'admin',
      body: AttackSettingsSchema,
      responses: { 200: AttackSettingsSchema },
      handler: async ({ body, principal }) => ({ body: await book.changeSettings(body, principal.id) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/blocks',
      alsoAt: '/api/v1/cdn/blocks',
      tag,
      summary: 'IP addresses that nodes block for a while by themselves',
      role: 'admin',
      responses: { 200: wholeListSchema(BlockedSchema) },
      handler: () => ({ body: { items: [...book.blocked()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/blocks',
      alsoAt: '/api/v1/cdn/blocks',
      tag,
      summary: 'Lifts a block at all nodes, and keeps it away for as long as it would have lasted',
      role: 'admin',
      query: Type.Object({ network: Type.String({ minLength: 1, maxLength: 64 }) }),
      responses: { 204: Type.Null() },
      handler: ({ query, principal }) => {
        book.lift(query.network, principal.id)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/lists/:list',
      alsoAt: '/api/v1/cdn/lists/:list',
      tag,
      summary: 'IP addresses and networks that are always allowed, or always denied, at all nodes',
      role: 'admin',
      params: ListParams,
      responses: { 200: wholeListSchema(ListedSchema) },
      handler: ({ params }) => ({ body: { items: [...book.list(params.list)], nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/lists/:list',
      alsoAt: '/api/v1/cdn/lists/:list',
      tag,
      summary: 'Adds IP addresses and networks to a list: all of the text, or nothing',
      role: 'admin',
      params: ListParams,
      body: ImportSchema,
      responses: { 200: Type.Object({ added: Type.Integer({ description: 'Those that were not there' }), total: Type.Integer() }) },
      handler: async ({ params, body, principal }) => ({ body: await book.import(params.list, body.text, body.minutes, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/lists/:list',
      alsoAt: '/api/v1/cdn/lists/:list',
      tag,
      summary: 'Removes one IP address or network from a list, or all',
      role: 'admin',
      params: ListParams,
      query: Type.Object({ network: Type.Optional(Type.String({ maxLength: 64, description: 'Left out: all' })) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, query, principal }) => {
        await book.remove(params.list, query.network, principal.id)
        return { status: 204, body: undefined }
      },
    }),
  ]
}
