import { Type } from 'typebox'
import type { IceServers } from '../../../media/realtime/ice-servers.ts'
import { AppError } from '../../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'

const IceServerSchema = Type.Object({
  urls: Type.String({ description: '`stun:HOST:PORT`, `turn:HOST:PORT?transport=udp` or `turns:...`' }),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
})

/**
 * STUN and TURN servers for other programs' players; WHIP and WHEP send them in `Link` headers too. `isSession`: true for the id of a
 * WebRTC session that runs.
 */
export function iceServerRoutes(iceServers: IceServers, isSession: (id: string) => boolean): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/ice-servers',
      tag: 'live',
      summary: 'STUN servers as RTCConfiguration has them, and for a WebRTC session that runs TURN servers with a login that expires',
      role: 'viewer',
      query: Type.Object({
        session: Type.Optional(Type.String({ maxLength: 40, description: 'id of a WHIP or WHEP session: the end of its Location' })),
      }),
      responses: { 200: Type.Object({ iceServers: Type.Array(IceServerSchema) }) },
      handler: ({ query }) => {
        if (query.session === undefined) return { body: { iceServers: [...iceServers.open] } }
        if (!isSession(query.session)) throw new AppError('webrtc.session_unknown')
        return { body: { iceServers: [...iceServers.ofSession()] } }
      },
    }),
  ]
}
