import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { NodeBook } from './node-book.ts'
import {
  JoinTokenSchema,
  NetworkHealthSchema,
  NewJoinTokenSchema,
  NodeChangesSchema,
  NodeIdParams,
  NodeSchema,
  RegisteredSchema,
  RegistrationSchema,
  tag,
} from './node-schemas.ts'

/** Nodes: who may add one shows this host's streams to the world. Admins alone. */
export function nodeRoutes(book: NodeBook, hasGroup: (name: string) => boolean): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/nodes',
      tag,
      summary: 'Nodes that deliver streams of this host',
      role: 'admin',
      responses: { 200: wholeListSchema(NodeSchema) },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/join-tokens',
      tag,
      summary: 'Creates a token with which one node can join, once',
      role: 'admin',
      body: NewJoinTokenSchema,
      responses: { 201: JoinTokenSchema },
      handler: async ({ body, principal, signInBaseUrl: origin }) => {
        const made = await book.createToken(body.expiresInS, principal.id)
        return { status: 201, body: { ...made, origin, command: `streams edge --origin ${origin} --token ${made.token}` } }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/network/nodes/:id',
      tag,
      summary: 'Changes a node: its name, public URL, group and labels, whether it drains, whether it may connect; with immediate effect',
      role: 'admin',
      params: NodeIdParams,
      body: NodeChangesSchema,
      responses: { 200: NodeSchema },
      handler: async ({ params, body, principal }) => {
        const { group } = body
        if (typeof group === 'string' && !hasGroup(group)) throw new AppError('network.group_not_found', `There is no group "${group}"`)
        return { body: await book.change(params.id, body, principal.id) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/nodes/:id',
      tag,
      summary: 'Revokes a node for good, with immediate effect',
      role: 'admin',
      params: NodeIdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await book.revoke(params.id, principal.id)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/edge/register',
      alsoAt: '/api/v1/cdn/edge/register',
      tag,
      summary: 'Joins as a node: a join token becomes a key of its own',
      role: 'none',
      body: RegistrationSchema,
      responses: { 201: RegisteredSchema },
      handler: async ({ body, remoteAddress }) => ({ status: 201, body: await book.register(body, remoteAddress) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/health',
      alsoAt: '/api/v1/cdn/health',
      tag,
      summary: 'How many nodes there are, and whether those that are enabled are connected',
      role: 'viewer',
      responses: { 200: NetworkHealthSchema },
      handler: () => {
        const nodes = book.list()
        const isAway = nodes.some(({ enabled, connected }) => enabled && !connected)
        return {
          body: {
            status: isAway ? 'degraded' : 'ok',
            nodes: nodes.length,
            connected: nodes.filter(({ connected }) => connected).length,
            disabled: nodes.filter(({ enabled }) => !enabled).length,
            requestsPerS: sum(nodes.map(({ traffic }) => traffic?.requestsPerS ?? 0)),
            bitrateOutBps: sum(nodes.map(({ traffic }) => traffic?.bitrateOutBps ?? 0)),
            cacheWarnings: nodes.flatMap(({ id, name, traffic }) => {
              const percent = traffic?.cache?.warning ?? 0
              return percent === 0 ? [] : [{ id, name, percent }]
            }),
          },
        }
      },
    }),
  ]
}

const sum = (values: readonly number[]): number => Math.round(values.reduce((all, each) => all + each, 0) * 100) / 100
