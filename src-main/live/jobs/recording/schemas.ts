import { type Static, Type } from 'typebox'
import type { Retention } from '../../../media/files/retention.ts'
import { recordedFileFields } from '../../../media/recordings/recorded-file.ts'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { StreamName } from '../../schemas.ts'

export const ContainerSchema = Type.Union([Type.Literal('mp4'), Type.Literal('mkv'), Type.Literal('ts')], {
  description: 'mp4: fragmented while it grows, plain when it is finished; ts takes no AV1, VP9, Opus, FLAC',
})

export const RecordingRuleSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'record whenever the stream is live' }),
    container: ContainerSchema,
    splitMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 720, description: 'a new file at the first keyframe after so long' })),
    splitMegabytes: Nullable(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'a new file at the first keyframe after so much' }),
    ),
    tracks: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }), {
      maxItems: 16,
      description: 'ids of the tracks to record, e.g. v0, a0; empty: all that the publisher sends',
    }),
    fileName: Type.String({
      minLength: 1,
      maxLength: 120,
      description: 'name without its ending; {stream}, {title}, {date}, {time} (UTC) and {number} are filled in',
    }),
  },
  { additionalProperties: false },
)
export type RecordingRule = Static<typeof RecordingRuleSchema>

export const defaultRule: RecordingRule = {
  enabled: false,
  container: 'mp4',
  splitMinutes: null,
  splitMegabytes: null,
  tracks: [],
  fileName: '{stream}-{date}-{time}-{number}',
}

export const RuleInForceSchema = Type.Object({
  rule: RecordingRuleSchema,
  from: Type.Union([Type.Literal('default'), Type.Literal('stream')], { description: 'whether the stream has a rule of its own' }),
})
export type RuleInForce = Static<typeof RuleInForceSchema>

/** Recordings of streams leave space for the recordings that run. */
export const defaultRetention: Retention = { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 500 }

export const RecordingSchema = Type.Object({
  ...recordedFileFields,
  streamId: Type.String(),
  stream: StreamName,
  container: ContainerSchema,
  timelineMs: Type.Number({ description: "position of the file's start on the stream's timeline" }),
  spritesUrl: Nullable(Type.String()),
  published: Type.Boolean({ description: 'whoever may watch the stream may watch the recording, at `publicUrl`' }),
  publicUrl: Nullable(Type.String({ description: 'path at this host and at its nodes; null where it is not published' })),
})
export type Recording = Static<typeof RecordingSchema>

export const RecordingStatusSchema = Type.Object({
  stream: StreamName,
  state: Type.Union([Type.Literal('off'), Type.Literal('recording'), Type.Literal('waiting'), Type.Literal('failed')], {
    description: 'waiting: goes on by itself when the cause in `error` has passed; failed: does not',
  }),
  by: Nullable(Type.Union([Type.Literal('rule'), Type.Literal('hand')])),
  session: Nullable(Type.String()),
  recordingId: Nullable(Type.String({ description: 'the file that grows now' })),
  error: Nullable(ErrorSchema),
})
export type RecordingStatus = Static<typeof RecordingStatusSchema>

/** Event `recording.progress`, each second for each file that grows. */
export interface RecordingProgress {
  readonly id: string
  readonly durationMs: number
  readonly bytes: number
}
