import { type Static, Type } from 'typebox'
import { Nullable } from '../../platform/routes/schemas.ts'
import { ViewerSessionSchema } from '../schemas.ts'

const Counts = Type.Record(Type.String(), Type.Integer())

/** Who watches a stream and how well, in one second: published as `stream.viewers`, kept for the history. */
export const ViewerFiguresSchema = Type.Object({
  timeMs: Type.Number({ description: 'ms since 1970' }),
  concurrent: Type.Integer(),
  total: Type.Integer({ description: 'sessions since the stream started' }),
  peak: Type.Integer(),
  protocols: Type.Object(
    Object.fromEntries(['hls', 'll-hls', 'dash', 'rtmp', 'http-flv', 'webrtc', 'srt'].map((each) => [each, Type.Optional(Type.Integer())])),
    { description: 'sessions by protocol', additionalProperties: Type.Integer() },
  ),
  qualities: { ...Counts, description: 'sessions by quality: 720p, audio, unknown' } as typeof Counts,
  measured: Type.Integer({ description: 'sessions of players that report their playback' }),
  rebufferRatio: Nullable(Type.Number({ description: 'time stalled over time stalled and played, of the last 60 s, 0 to 1' })),
  stalls: Type.Integer({ description: 'stalls since the stream started' }),
  startupMs: Nullable(Type.Integer({ description: 'mean of the last 100 starts' })),
  latencyP50Ms: Nullable(Type.Integer()),
  latencyP95Ms: Nullable(Type.Integer()),
  kbps: Type.Integer({ description: 'sent in this second' }),
  bytes: Type.Number({ description: 'sent since the stream started' }),
  healthScore: Nullable(Type.Integer({ description: '0 to 100, see docs/viewers.md; null while no player reports' })),
})
export type ViewerFigures = Static<typeof ViewerFiguresSchema>

/** GET /live/streams/:id/viewers */
export const StreamViewersSchema = Type.Object({
  streamId: Type.String(),
  figures: ViewerFiguresSchema,
  items: Type.Array(ViewerSessionSchema, { description: 'one page of the sessions that watch now, or of those that have ended' }),
  nextCursor: Nullable(Type.String()),
})
export type StreamViewers = Static<typeof StreamViewersSchema>

/** GET /live/streams/:id/viewers/history */
export const ViewerHistorySchema = Type.Object({
  step: Type.Integer({ description: 's between two samples' }),
  samples: Type.Array(ViewerFiguresSchema, { description: 'oldest first; seconds without a viewer are left out' }),
})
export type ViewerHistory = Static<typeof ViewerHistorySchema>

/** One run of a stream, from its start to its end, as its viewers had it. */
export const ViewerRunSchema = Type.Object({
  id: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Nullable(Type.String({ format: 'date-time' })),
  total: Type.Integer(),
  peak: Type.Integer(),
  watchedMs: Type.Number({ description: 'all sessions together' }),
  rebufferRatio: Nullable(Type.Number()),
  stalls: Type.Integer(),
  startupMs: Nullable(Type.Integer()),
  bytes: Type.Number(),
})
export type ViewerRun = Static<typeof ViewerRunSchema>
