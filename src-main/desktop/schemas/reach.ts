import { type Static, Type } from 'typebox'

export const ReachCheckSchema = Type.Object({
  code: Type.Union([
    Type.Literal('bind-loopback'),
    Type.Literal('bind-open'),
    Type.Literal('udp-off'),
    Type.Literal('udp-loopback'),
    Type.Literal('udp-open'),
    Type.Literal('udp-private'),
    Type.Literal('stun-none'),
    Type.Literal('stun-silent'),
    Type.Literal('stun-sees'),
    Type.Literal('stun-differs'),
    Type.Literal('turn-none'),
    Type.Literal('turn-silent'),
    Type.Literal('turn-answers'),
  ]),
  state: Type.Union([Type.Literal('good'), Type.Literal('note'), Type.Literal('problem')], {
    description: 'problem: people elsewhere cannot connect, or not in this way',
  }),
  value: Type.String({ description: 'IP address, port or URL that it is about' }),
  message: Type.String(),
})
export type ReachCheck = Static<typeof ReachCheckSchema>

export const ReachSchema = Type.Object({
  checks: Type.Array(ReachCheckSchema),
  iceServers: Type.Array(
    Type.Object({ urls: Type.String(), username: Type.Optional(Type.String()), credential: Type.Optional(Type.String()) }),
    { description: 'What browsers are given, with a login of its own: to try it from there' },
  ),
})
