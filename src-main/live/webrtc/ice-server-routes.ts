import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../platform/routes.ts'
import type { IceServer } from './sfu-engine.ts'

const IceServerSchema = Type.Object({
  urls: Type.String({ description: '`stun:HOST:PORT`, `turn:HOST:PORT?transport=udp` or `turns:...`' }),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
})

/** The door behind which players of one's own find STUN and TURN; WHIP and WHEP tell them in `Link` headers too. */
export function iceServerRoutes(iceServers: () => readonly IceServer[]): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/ice-servers',
      tag: 'live',
      summary: 'STUN and TURN servers as RTCConfiguration wants them; TURN logins end by themselves',
      role: 'viewer',
      responses: { 200: Type.Object({ iceServers: Type.Array(IceServerSchema) }) },
      handler: () => ({ body: { iceServers: [...iceServers()] } }),
    }),
  ]
}
