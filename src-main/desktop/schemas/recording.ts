import { type Static, Type } from 'typebox'
import { TrackSchema } from '../../media/track-info.ts'

const exactly = { additionalProperties: false }
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const By = Type.Union([Type.Literal('hand'), Type.Literal('rule')], { description: 'rule: since somebody controls the display' })

export const DisplayRecordingSchema = Type.Object({
  id: Type.String(),
  display: Type.String({ description: 'id of the display, which may have been removed since' }),
  displayName: Type.String({ description: 'as it was called then' }),
  title: Type.String(),
  session: Type.String({ description: 'files of one recording share it: a new one starts where the size of the display changes' }),
  number: Type.Integer({ description: 'place of the file within its recording, from 1' }),
  by: By,
  state: Type.Union([Type.Literal('recording'), Type.Literal('complete'), Type.Literal('recovered'), Type.Literal('failed')], {
    description: 'recovered: the host ended while it ran; what was on the disk plays',
  }),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  container: Type.Literal('mp4'),
  fileName: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  durationMs: Type.Number(),
  bytes: Type.Integer({ description: 'on the disk' }),
  tracks: Type.Array(TrackSchema),
  kept: Type.Boolean({ description: 'retention leaves it alone' }),
  deletedAt: Nullable(Type.String({ format: 'date-time', description: 'in the trash since; gone for good some minutes later' })),
  fileUrl: Type.String(),
  thumbnailUrl: Nullable(Type.String()),
})
export type DisplayRecording = Static<typeof DisplayRecordingSchema>

export const RecordingStateSchema = Type.Object({
  id: Type.String({ description: 'of the display' }),
  state: Type.Union([Type.Literal('off'), Type.Literal('recording'), Type.Literal('waiting'), Type.Literal('failed')], {
    description: 'waiting: goes on by itself when the cause in `error` has passed',
  }),
  by: Nullable(By),
  startedAt: Nullable(Type.String({ format: 'date-time' })),
  recordingId: Nullable(Type.String({ description: 'the file that grows now' })),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String(), remedy: Type.String() })),
  whileControlled: Type.Boolean({ description: 'the rule of the display: it is recorded always while somebody controls it' }),
})
export type RecordingState = Static<typeof RecordingStateSchema>

/** What everybody at a display sees of its recording; null: it is not recorded. */
export type RecordingMark = Pick<RecordingState, 'by' | 'startedAt'> | null

export const RecordingRuleSchema = Type.Object(
  { whileControlled: Type.Boolean({ description: 'record always while somebody controls the display' }) },
  exactly,
)

export const RecordingChangesSchema = Type.Object(
  { title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), kept: Type.Optional(Type.Boolean()) },
  exactly,
)

export const WindowTitleSchema = Type.Object({
  atMs: Type.Integer({ minimum: 0, description: 'from the start of the file' }),
  title: Type.String(),
})
export type WindowTitle = Static<typeof WindowTitleSchema>

export const TitlesSchema = Type.Object({ titles: Type.Array(WindowTitleSchema) })

/** Event `desktop.recording.progress`, each second for each file that grows. */
export interface DisplayRecordingProgress {
  readonly id: string
  readonly durationMs: number
  readonly bytes: number
}
