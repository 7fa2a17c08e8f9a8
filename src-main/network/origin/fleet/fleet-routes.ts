import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { NodeBook } from '../nodes/node-book.ts'
import { NodeIdParams, tag } from '../nodes/node-schemas.ts'
import { DriftSchema, LogAnswerSchema, LogQuerySchema } from './drift-schemas.ts'
import type { GroupBook } from './group-book.ts'
import { GroupChangeSchema, GroupNameParams, GroupSchema, PreviewRequestSchema, PreviewSchema, RollBackSchema } from './group-schemas.ts'
import type { Inspector } from './inspector.ts'
import { RolloutIdParams, RolloutSchema } from './rollout-schemas.ts'
import type { Rollouts } from './rollouts.ts'

/** Several nodes at once: groups and their configuration, rollouts, drift, logs, keys. Admins alone. */
export function fleetRoutes({
  nodes,
  groups,
  rollouts,
  inspector,
}: {
  readonly nodes: NodeBook
  readonly groups: GroupBook
  readonly rollouts: Rollouts
  readonly inspector: Inspector
}): readonly RouteDefinition[] {
  /** Nodes that make a new key now. */
  const renewing = new Set<string>()
  return [
    defineRoute({
      method: 'GET',
      path: '/network/groups',
      tag,
      summary: 'Groups of nodes with their configuration, without its secrets',
      role: 'admin',
      responses: { 200: wholeListSchema(GroupSchema) },
      handler: () => ({ body: { items: [...groups.list()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/groups/:name',
      tag,
      summary: 'A group of nodes with its configuration, without its secrets',
      role: 'admin',
      params: GroupNameParams,
      responses: { 200: GroupSchema },
      handler: ({ params }) => ({ body: groups.find(params.name) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/groups/:name/preview',
      tag,
      summary: 'Checks a configuration for a group, and says what would change; nothing is changed',
      role: 'admin',
      params: GroupNameParams,
      body: PreviewRequestSchema,
      responses: { 200: PreviewSchema },
      handler: ({ params, body }) => {
        const { lines, changedSecrets } = groups.preview(params.name, body.configuration)
        return { body: { lines: [...lines], changedSecrets } }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/groups/:name',
      tag,
      summary:
        'Brings a configuration to the nodes of a group, some first, and back at the first failure; makes the group where it is missing',
      role: 'admin',
      params: GroupNameParams,
      body: GroupChangeSchema,
      responses: { 202: RolloutSchema },
      handler: async ({ params, body: { configuration, changedAt, ...stages }, principal }) => ({
        status: 202,
        body: await groups.rollOut(params.name, configuration, stages, principal.id, changedAt),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/groups/:name/rollback',
      tag,
      summary: 'Brings the former configuration to the nodes of a group',
      role: 'admin',
      params: GroupNameParams,
      body: RollBackSchema,
      responses: { 202: RolloutSchema },
      handler: ({ params, body, principal }) => ({ status: 202, body: groups.rollBack(params.name, body, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/groups/:name',
      tag,
      summary: 'Deletes a group; its nodes use what their own files say alone',
      role: 'admin',
      params: GroupNameParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await groups.remove(params.name, principal.id)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/rollouts',
      tag,
      summary: 'Changes that come to several nodes: the one that runs, and the last that have ended',
      role: 'admin',
      responses: { 200: wholeListSchema(RolloutSchema) },
      handler: () => ({ body: { items: [...rollouts.list()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/rollouts/:id',
      tag,
      summary: 'A change that comes to several nodes',
      role: 'admin',
      params: RolloutIdParams,
      responses: { 200: RolloutSchema },
      handler: ({ params }) => ({ body: rollouts.find(params.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/rollouts/:id/cancel',
      tag,
      summary: 'Ends a rollout; nodes that were changed go back',
      role: 'admin',
      params: RolloutIdParams,
      responses: { 202: RolloutSchema },
      handler: ({ params }) => {
        rollouts.cancel(params.id)
        return { status: 202, body: rollouts.find(params.id) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/drift',
      tag,
      summary: 'Asks all nodes what they are and have, and says what differs from what it should be',
      role: 'admin',
      responses: { 200: wholeListSchema(DriftSchema) },
      handler: async () => ({ body: { items: [...(await inspector.drift())], nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/log',
      tag,
      summary: 'The last lines of the logs of nodes',
      role: 'admin',
      query: LogQuerySchema,
      responses: { 200: LogAnswerSchema },
      handler: async ({ query: { node, group, label, lines = 100, level = 'info' } }) => {
        const chosen = nodes
          .list()
          .filter(
            (each) =>
              (node === undefined || each.id === node) &&
              (group === undefined || each.group === group) &&
              (label === undefined || each.labels.includes(label)),
          )
        if (node !== undefined && chosen.length === 0) throw new AppError('network.node_not_found', `There is no node "${node}"`)
        return { body: await inspector.log({ nodes: chosen, lines, level }) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/nodes/:id/key',
      tag,
      summary: 'Has a node make a new key in place of its own; the one before is valid until the new one has been used',
      role: 'admin',
      params: NodeIdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        if (nodes.find(params.id) === undefined) throw new AppError('network.node_not_found', `There is no node "${params.id}"`)
        // It connects again with its new key.
        rollouts.assertIdle()
        const connection = nodes.connectionOf(params.id)
        if (connection === undefined) throw new AppError('network.node_away', `${nodes.nameOf(params.id)} is away`)
        // What is kept, and what the node uses then, are of the same question.
        if (renewing.has(params.id)) throw new AppError('network.machine_busy', `${nodes.nameOf(params.id)} makes a new key already`)
        renewing.add(params.id)
        try {
          await nodes.setNextKey(params.id, await connection.renewKey(), principal.id)
          connection.acceptKey()
        } finally {
          renewing.delete(params.id)
        }
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/join-tokens',
      tag,
      summary: 'Deletes all join tokens that nobody has used',
      role: 'admin',
      responses: { 200: Type.Object({ deleted: Type.Integer() }) },
      handler: async ({ principal }) => ({ body: { deleted: await nodes.deleteTokens(principal.id) } }),
    }),
  ]
}
