import { type Static, Type } from 'typebox'
import { streamNamePattern } from '../../media/stream-name.ts'
import { Nullable } from '../../platform/routes/schemas.ts'

export const NewBroadcastSchema = Type.Object(
  {
    stream: Type.Optional(
      Type.String({ pattern: streamNamePattern, description: 'name of the stream; left out: made of the name of the display' }),
    ),
    audio: Type.Optional(Type.Boolean({ description: 'what its programs play is heard; true where left out' })),
  },
  { additionalProperties: false },
)
export type NewBroadcast = Static<typeof NewBroadcastSchema>

export const BroadcastStateSchema = Type.Object({
  id: Type.String({ description: 'of the display' }),
  stream: Nullable(Type.String({ description: 'name of the stream; null: the display is not sent live' })),
  streamId: Nullable(Type.String()),
  audio: Type.Boolean(),
  startedAt: Nullable(Type.String({ format: 'date-time' })),
})
export type BroadcastState = Static<typeof BroadcastStateSchema>
