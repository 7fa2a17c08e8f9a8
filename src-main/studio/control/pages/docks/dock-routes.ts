import { Type } from 'typebox'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import { fetchJudged } from '../../../../platform/outbound/judged-fetch.ts'
import { resolveTarget } from '../../../../platform/outbound/network-policy.ts'
import type { Reach } from '../../../../platform/outbound/reach.ts'
import { isLimited, type Principal } from '../../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { Nullable } from '../../../../platform/routes/schemas.ts'
import { dockFrame } from './dock-frame.ts'
import { judgeDockUrl } from './dock-url.ts'
import { type Docks, originOf } from './docks.ts'
import { framingOf } from './framing.ts'

const tag = 'studio'
/** Sites that are asked at a time. */
const maxAsked = 4
const patienceMs = 8000

const opens = Type.Union([Type.Literal('pane'), Type.Literal('window')], {
  description: 'in the pane beside the canvas, or in a window of its own: sites that forbid framing open there alone',
})
const DockSchema = Type.Object({ id: Type.String(), name: Type.String(), url: Type.String(), opens })
const name = Type.String({ minLength: 1, maxLength: 60 })
const url = Type.String({ minLength: 1, maxLength: 2000, description: 'https://…, or http://… in a private network' })
const params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const exactly = { additionalProperties: false }

export interface DockRoutesDependencies {
  readonly docks: Docks
  readonly reach: Pick<Reach, 'policy'>
  readonly audit: AuditLog
}

interface Asker {
  readonly principal: Principal
  readonly baseUrl: string
  readonly sharedBaseUrl: string
}

/** API routes of docks: pages of other sites beside the canvas. Viewers get none: their URLs carry tokens often. */
export function dockRoutes({ docks, reach, audit }: DockRoutesDependencies): readonly RouteDefinition[] {
  let asked = 0
  const judge = (text: string, { principal, baseUrl, sharedBaseUrl }: Asker): Promise<URL> =>
    judgeDockUrl(text, { network: reach.policy().network, limited: isLimited(principal), ownUrls: [baseUrl, sharedBaseUrl] })
  const record = (message: string, { principal }: Asker): void => audit.record({ kind: 'command', message, actor: principal.id })
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/docks',
      tag,
      summary: 'Pages of other sites beside the canvas of the studio page',
      role: 'editor',
      responses: { 200: Type.Object({ items: Type.Array(DockSchema) }) },
      handler: () => ({ body: { items: docks.list() } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/docks',
      tag,
      summary: 'Adds a dock, for all who edit. Editors: public hosts, and those that an admin opened; never this host itself',
      role: 'editor',
      body: Type.Object({ name, url, opens: Type.Optional(opens) }, exactly),
      responses: { 201: DockSchema },
      handler: async (request) => {
        const { body } = request
        const judged = await judge(body.url, request)
        const made = docks.add({ name: body.name, url: judged.href, opens: body.opens ?? 'pane' })
        record(`the dock ${made.name} (${judged.origin}) was added`, request)
        return { status: 201, body: made }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/docks/check',
      tag,
      summary: 'Asks a site whether it may be shown in a frame of this page, as its headers say',
      role: 'editor',
      body: Type.Object({ url }, exactly),
      responses: {
        200: Type.Object({
          framing: Nullable(
            Type.Union([Type.Literal('allowed'), Type.Literal('x-frame-options'), Type.Literal('frame-ancestors')], {
              description: 'the header that forbids it; null where the site could not be asked',
            }),
          ),
          problem: Nullable(Type.String({ description: 'why it could not be asked' })),
        }),
      },
      handler: async (request) => {
        const judged = await judge(request.body.url, request)
        if (asked >= maxAsked) throw new AppError('studio.busy', `${maxAsked} sites are being asked already`)
        asked++
        try {
          const { network } = reach.policy()
          const limited = isLimited(request.principal)
          const reply = await fetchJudged(judged, {
            judge: (host, port) => resolveTarget(host, port, network, limited),
            headers: { accept: 'text/html' },
            signal: AbortSignal.any([request.signal, AbortSignal.timeout(patienceMs)]),
          })
          // The headers are enough.
          reply.destroy()
          return { body: { framing: framingOf(reply.headers, judged, new URL(request.baseUrl)), problem: null } }
        } catch (error) {
          return { body: { framing: null, problem: (error as Error).message } }
        } finally {
          asked--
        }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/docks/:id',
      tag,
      summary: 'Changes a dock',
      role: 'editor',
      params,
      body: Type.Object({ name: Type.Optional(name), url: Type.Optional(url), opens: Type.Optional(opens) }, exactly),
      responses: { 200: DockSchema },
      handler: async (request) => {
        const { body, params: at } = request
        docks.get(at.id)
        const changes = body.url === undefined ? body : { ...body, url: (await judge(body.url, request)).href }
        const changed = docks.change(at.id, changes)
        record(`the dock ${changed.name} (${originOf(changed.url)}) was changed`, request)
        return { body: changed }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/docks/:id',
      tag,
      summary: 'Removes a dock, for all who edit',
      role: 'editor',
      params,
      responses: { 204: Type.Null() },
      handler: (request) => {
        const { name: gone } = docks.get(request.params.id)
        docks.remove(request.params.id)
        record(`the dock ${gone} was removed`, request)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/docks/:id/frame',
      tag,
      summary: 'The document that the studio page shows a dock in: its Content-Security-Policy allows this dock’s origin and nothing else',
      role: 'editor',
      params,
      responses: { 200: Type.Any({ description: 'HTML' }) },
      textTypes: ['text/html; charset=utf-8'],
      handler: ({ params: at }) => {
        const { html, headers } = dockFrame(docks.get(at.id))
        return { body: html, text: 'text/html; charset=utf-8', headers }
      },
    }),
  ]
}
