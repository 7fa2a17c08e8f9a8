import { type Static, Type } from 'typebox'
import { recordedFileFields } from '../../media/recordings/recorded-file.ts'
import { ErrorSchema, Nullable } from '../../platform/routes/schemas.ts'

const exactly = { additionalProperties: false }
const By = Type.Union([Type.Literal('hand'), Type.Literal('rule')], { description: 'rule: since somebody controls the display' })

export const DisplayRecordingSchema = Type.Object({
  ...recordedFileFields,
  session: Type.String({ description: 'files of one recording share it: a new one starts where the size of the display changes' }),
  display: Type.String({ description: 'id of the display, which may have been removed since' }),
  displayName: Type.String({ description: 'as it was called then' }),
  by: By,
  container: Type.Literal('mp4'),
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
  error: Nullable(ErrorSchema),
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
