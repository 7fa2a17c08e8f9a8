import { Type } from 'typebox'
import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes.ts'

const tag = 'studio'

/** API routes of guests: people who come into the show by WebRTC, each by a stream of their own. */
export function guestRoutes(carrier: Pick<StreamCarrier, 'invite' | 'disinvite'>, audit: AuditLog): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/guests',
      tag,
      summary: 'Invites a guest: answers the page to send them to, this once, and the stream for a source of kind `guest`',
      role: 'editor',
      idempotent: true,
      body: Type.Object({ label: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false }),
      responses: { 201: Type.Object({ id: Type.String(), stream: Type.String(), joinUrl: Type.String() }) },
      handler: async ({ body, principal, sharedBaseUrl }) => {
        const { stream, joinPath, keyId } = await carrier.invite(body.label)
        audit.record({ kind: 'command', message: `${body.label} was invited as a guest`, streamName: stream, actor: principal.id })
        return { status: 201, body: { id: keyId, stream, joinUrl: `${sharedBaseUrl}${joinPath}` } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/guests/:id',
      tag,
      summary: 'Ends an invitation: the guest is disconnected, and the page lets nobody in any more',
      role: 'editor',
      params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await carrier.disinvite(params.id)
        audit.record({ kind: 'command', message: 'an invitation of a guest was ended', actor: principal.id, data: { keyId: params.id } })
        return { status: 204, body: null }
      },
    }),
  ]
}
