import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { FunctionBook } from './function-book.ts'
import { FunctionLineSchema } from './function-line.ts'
import {
  DeploySchema,
  FunctionParams,
  FunctionSchema,
  RollbackSchema,
  SecretBody,
  SecretParams,
  TriedSchema,
  TrySchema,
  WholeFunctionSchema,
} from './function-schemas.ts'
import type { FunctionTrials } from './function-trials.ts'

const tag = 'network'
/** Files are 1 MiB at most; as JSON they may be more. */
const bodyBytes = 4 * 2 ** 20

/** Functions at nodes: admins alone, as they see and answer what viewers ask. */
export function functionRoutes(book: FunctionBook, trials: FunctionTrials): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/functions',
      alsoAt: '/api/v1/cdn/functions',
      tag,
      summary: 'Functions that are deployed, and which nodes have them',
      role: 'admin',
      responses: { 200: wholeListSchema(FunctionSchema) },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/functions/try',
      alsoAt: '/api/v1/cdn/functions/try',
      tag,
      summary: 'Runs a function once with a request, here, and answers what it does; nothing is deployed',
      role: 'admin',
      body: TrySchema,
      bodyBytes,
      responses: { 200: TriedSchema },
      handler: async ({ body, signal }) => ({ body: await trials.run(body, signal) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/functions/:name',
      alsoAt: '/api/v1/cdn/functions/:name',
      tag,
      summary: 'A function with its files and the versions that are kept',
      role: 'admin',
      params: FunctionParams,
      responses: { 200: WholeFunctionSchema },
      handler: ({ params }) => ({ body: book.find(params.name) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/functions/:name',
      alsoAt: '/api/v1/cdn/functions/:name',
      tag,
      summary: 'Deploys a version of a function, and waits until each connected node uses it',
      role: 'admin',
      params: FunctionParams,
      body: DeploySchema,
      bodyBytes,
      responses: { 200: FunctionSchema },
      handler: async ({ params, body, principal }) => ({ body: await book.deploy(params.name, body, principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/functions/:name/rollback',
      alsoAt: '/api/v1/cdn/functions/:name/rollback',
      tag,
      summary: 'Uses a former version of a function with all that belongs to it; secrets stay as they are',
      role: 'admin',
      params: FunctionParams,
      body: RollbackSchema,
      responses: { 200: FunctionSchema },
      handler: async ({ params, body, principal }) => ({ body: await book.rollback(params.name, body.version, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/functions/:name',
      alsoAt: '/api/v1/cdn/functions/:name',
      tag,
      summary: 'Removes a function with all its versions and secrets',
      role: 'admin',
      params: FunctionParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await book.remove(params.name, principal.id)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/functions/:name/log',
      alsoAt: '/api/v1/cdn/functions/:name/log',
      tag,
      summary: 'The last 500 lines that a function wrote at nodes, and its failures; further ones are events',
      role: 'admin',
      params: FunctionParams,
      responses: { 200: wholeListSchema(Type.Object({ ...FunctionLineSchema.properties, node: Type.String() })) },
      handler: ({ params }) => ({ body: { items: [...book.lines(params.name)], nextCursor: null } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/functions/:name/secrets/:key',
      alsoAt: '/api/v1/cdn/functions/:name/secrets/:key',
      tag,
      summary: 'Sets a secret of a function: part of `env`, encrypted where it is kept, and never shown again',
      role: 'admin',
      params: SecretParams,
      body: SecretBody,
      responses: { 200: FunctionSchema },
      handler: async ({ params, body, principal }) => ({ body: await book.setSecret(params.name, params.key, body.value, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/functions/:name/secrets/:key',
      alsoAt: '/api/v1/cdn/functions/:name/secrets/:key',
      tag,
      summary: 'Removes a secret of a function',
      role: 'admin',
      params: SecretParams,
      responses: { 200: FunctionSchema },
      handler: async ({ params, principal }) => ({ body: await book.setSecret(params.name, params.key, undefined, principal.id) }),
    }),
  ]
}
