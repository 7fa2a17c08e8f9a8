import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { isLimited, type Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { Author, InstanceBook } from '../instances/instance-book.ts'
import {
  ConnectorTokenSchema,
  FoundObsSchema,
  InstanceChangesSchema,
  InstanceSchema,
  NewConnectorSchema,
  NewInstanceSchema,
} from '../schemas/instance.ts'
import { IdParams, tag } from '../schemas/words.ts'

const authorOf = (principal: Principal): Author => ({ actor: principal.id, limited: isLimited(principal) })

/** Which OBS there are, and how their connections are. */
export function instanceRoutes(book: InstanceBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/obs',
      tag,
      summary: 'The OBS Studio instances that are controlled from here, and how their connections are',
      role: 'viewer',
      responses: { 200: wholeListSchema(InstanceSchema) },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs',
      tag,
      summary: 'Adds an OBS by host and port, or one that was found on this machine, and connects to it',
      role: 'editor',
      idempotent: true,
      body: NewInstanceSchema,
      responses: { 201: InstanceSchema },
      handler: async ({ body, principal }) => ({ status: 201, body: await book.add(body, authorOf(principal)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/connectors',
      tag,
      summary: 'Adds an OBS that this host cannot reach: a connector beside it connects to this host with the token',
      role: 'admin',
      body: NewConnectorSchema,
      responses: { 201: ConnectorTokenSchema },
      handler: async ({ body, principal }) => ({ status: 201, body: await book.addConnector(body, authorOf(principal)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/connector-token',
      tag,
      summary: 'Creates another token for the connector of an OBS; the one before is no longer valid',
      role: 'admin',
      params: IdParams,
      responses: { 200: ConnectorTokenSchema },
      handler: async ({ params, principal }) => ({ body: await book.renewToken(params.id, authorOf(principal)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/found',
      tag,
      summary: 'Installations of OBS Studio on this machine, by their own settings',
      role: 'editor',
      responses: { 200: wholeListSchema(FoundObsSchema) },
      handler: async () => ({ body: { items: await book.found(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id',
      tag,
      summary: 'One OBS: its connection, version and what runs, never its password',
      role: 'viewer',
      params: IdParams,
      responses: { 200: InstanceSchema },
      handler: ({ params }) => ({ body: book.describe(params.id) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/obs/:id',
      tag,
      summary: 'Changes name, host, port or password of an OBS, or switches its connection on or off',
      role: 'editor',
      params: IdParams,
      body: InstanceChangesSchema,
      responses: { 200: InstanceSchema },
      handler: async ({ params, body, principal }) => ({ body: await book.change(params.id, body, authorOf(principal)) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/obs/:id',
      tag,
      summary: 'Disconnects an OBS and deletes what is kept of it; OBS itself goes on',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await book.remove(params.id, authorOf(principal))
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/connect',
      tag,
      summary: 'Connects to an OBS at once instead of at the next attempt',
      role: 'editor',
      params: IdParams,
      responses: { 200: InstanceSchema },
      handler: async ({ params, principal }) => ({ body: await book.connect(params.id, authorOf(principal)) }),
    }),
  ]
}
