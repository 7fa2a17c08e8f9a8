import { type Static, Type } from 'typebox'

/** One SRT connection and what was measured on it. */
export const SrtConnectionSchema = Type.Object({
  id: Type.String(),
  role: Type.Union([Type.Literal('publish'), Type.Literal('play')]),
  streamId: Type.String({ description: 'id of the stream' }),
  streamName: Type.String(),
  remoteAddress: Type.String(),
  encrypted: Type.Boolean(),
  rttMs: Type.Number({ description: 'round trip, smoothed' }),
  latencyMs: Type.Integer({ description: 'delay of delivery that both ends agreed on' }),
  packets: Type.Integer({ description: 'received by a publisher, sent to a player' }),
  bytes: Type.Number(),
  lost: Type.Integer({ description: 'packets that were missing when a later one came (publisher)' }),
  retransmitted: Type.Integer({ description: 'packets that were sent again' }),
  dropped: Type.Integer({ description: 'packets that came too late or never' }),
})
export type SrtConnectionInfo = Static<typeof SrtConnectionSchema>
