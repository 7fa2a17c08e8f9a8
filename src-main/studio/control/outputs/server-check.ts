import { Type } from 'typebox'
import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { isLimited } from '../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'

/** Servers that are tried at a time: each may take its time to answer. */
const maxTried = 4

/** API route that tries a server before anything is sent to it. */
export function serverCheckRoutes(carrier: Pick<StreamCarrier, 'tryServer'>): readonly RouteDefinition[] {
  let tried = 0
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/server-check',
      tag: 'studio',
      summary: 'Tries whether an RTMP server answers: connection, TLS and RTMP handshake. No key is sent and nothing is published',
      role: 'editor',
      body: Type.Object(
        {
          url: Type.String({ minLength: 1, maxLength: 500, description: 'rtmp://HOST/APP or rtmps://HOST/APP' }),
          certificate: Type.Optional(
            Type.String({ maxLength: 120, description: '`system` (where left out), `any` (not verified) or a SHA-256 fingerprint' }),
          ),
        },
        { additionalProperties: false },
      ),
      responses: { 200: Type.Object({ tookMs: Type.Integer({ description: 'until the handshake was done, ms' }) }) },
      handler: async ({ body: { url, certificate = 'system' }, principal }) => {
        if (tried >= maxTried) throw new AppError('studio.busy', `${maxTried} servers are being tried already`)
        tried++
        try {
          return { body: { tookMs: await carrier.tryServer({ url, certificate, limited: isLimited(principal) }) } }
        } finally {
          tried--
        }
      },
    }),
  ]
}
