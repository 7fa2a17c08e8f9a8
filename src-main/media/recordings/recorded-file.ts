import { Type } from 'typebox'
import { DeletedAt, Nullable } from '../../platform/routes/schemas.ts'
import type { Container } from '../files/container.ts'
import type { Expendable } from '../files/retention.ts'
import { type TrackInfo, TrackSchema } from '../track-info.ts'

/** What is kept of a file that was recorded, whatever it shows; it changes while the file is written. */
export interface RecordedFile extends Expendable {
  /** Files of one recording share it. */
  readonly session: string
  /** Place of the file within its recording, from 1. */
  readonly number: number
  state: 'recording' | 'complete' | 'recovered' | 'failed'
  error: { code: string; message: string } | null
  readonly container: Container
  readonly fileName: string
  /** Path of the file below the folder of recordings. */
  readonly path: string
  durationMs: number
  bytes: number
  readonly tracks: TrackInfo[]
}

/** What every part's API says of a file that was recorded. */
export const recordedFileFields = {
  id: Type.String(),
  title: Type.String(),
  session: Type.String({ description: 'files of one recording share it' }),
  number: Type.Integer({ description: 'place of the file within its recording, from 1' }),
  state: Type.Union([Type.Literal('recording'), Type.Literal('complete'), Type.Literal('recovered'), Type.Literal('failed')], {
    description: 'recovered: the host ended while it ran; what was on the disk plays',
  }),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  fileName: Type.String(),
  startedAt: Type.String({ format: 'date-time', description: 'wall clock of the first frame' }),
  durationMs: Type.Number(),
  bytes: Type.Integer({ description: 'on the disk' }),
  tracks: Type.Array(TrackSchema),
  kept: Type.Boolean({ description: 'retention leaves it alone' }),
  deletedAt: DeletedAt,
  fileUrl: Type.String(),
  thumbnailUrl: Nullable(Type.String()),
}
