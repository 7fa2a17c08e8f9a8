import { type Static, Type } from 'typebox'
import { TrackSchema } from '../../../media/track-info.ts'
import { DeletedAt, ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { StreamName } from '../../schemas.ts'

const Moment = Type.Union([Type.Number({ minimum: 0, maximum: 1e12 }), Type.String({ minLength: 10, maxLength: 40 })], {
  description: 'ms on the stream’s timeline, or ISO 8601; the frame that is shown then',
})

export const ClipOrderSchema = Type.Object(
  {
    from: Type.Optional(Moment),
    to: Type.Optional(Moment),
    lastSeconds: Type.Optional(
      Type.Number({ minimum: 0.1, maximum: 3600, description: 'instead of `from` and `to`: up to the newest frame' }),
    ),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    rendition: Type.Optional(
      Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', description: 'a rendition’s video; left out: as published' }),
    ),
  },
  { additionalProperties: false },
)
export type ClipOrderBody = Static<typeof ClipOrderSchema>

export const ClipSchema = Type.Object({
  id: Type.String(),
  streamId: Type.String(),
  stream: StreamName,
  title: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('making'), Type.Literal('ready'), Type.Literal('failed')], {
    description: 'waiting: until the stream’s media reach the end of the clip',
  }),
  error: Nullable(ErrorSchema),
  createdAt: Type.String({ format: 'date-time' }),
  startedAt: Type.String({ format: 'date-time', description: 'wall clock of the first frame' }),
  fromMs: Type.Number({ description: 'on the stream’s timeline: the first frame, once it is ready; until then as asked' }),
  toMs: Type.Number({ description: 'when the last frame has been shown' }),
  durationMs: Type.Number(),
  frames: Type.Integer({ description: 'frames of the video' }),
  encodedFrames: Type.Integer({
    description: 'of them encoded again, in the GOPs that were cut; all others are as they were published',
  }),
  exact: Type.Boolean({ description: 'starts and ends with the requested frames' }),
  note: Type.String({ description: 'why it is not exact' }),
  bytes: Type.Integer(),
  rendition: Nullable(Type.String({ description: 'null: audio only' })),
  tracks: Type.Array(TrackSchema),
  fileName: Type.String(),
  deletedAt: DeletedAt,
  fileUrl: Nullable(Type.String()),
  thumbnailUrl: Nullable(Type.String()),
  published: Type.Boolean({ description: 'whoever may watch the stream may watch the clip, at `publicUrl`' }),
  publicUrl: Nullable(Type.String({ description: 'path at this host and at its nodes; null where it is not published' })),
})
export type Clip = Static<typeof ClipSchema>

export const ClipWindowSchema = Type.Object({
  originTimeMs: Type.Number({ description: 'wall clock of the timeline’s 0, ms since 1970' }),
  fromMs: Type.Number({ description: 'oldest moment that can be clipped, on the timeline' }),
  toMs: Type.Number({ description: 'newest moment' }),
  frameMs: Nullable(Type.Number({ description: 'duration of a frame' })),
  seamsMs: Type.Array(Type.Number(), { description: 'moments over which no clip reaches' }),
})
export type ClipWindow = Static<typeof ClipWindowSchema>

/** Event `clip.progress`. */
export interface ClipProgress {
  readonly id: string
  readonly fraction: number
}
