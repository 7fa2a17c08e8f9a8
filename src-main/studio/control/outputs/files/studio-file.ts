import { type Static, Type } from 'typebox'
import type { Track } from '../../../../formats/track.ts'
import type { AudioEncoding } from '../../../document/encoding-schemas.ts'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** A file that an output wrote, or is writing. */
export const StudioFileSchema = Type.Object({
  id: Type.String(),
  output: Type.String({ description: 'id of the output' }),
  outputName: Type.String(),
  kind: Type.Union([Type.Literal('recording'), Type.Literal('replay')]),
  session: Type.String({ description: 'the same for all files of one recording, from start to stop' }),
  part: Type.Integer({ description: 'from 1, within the session' }),
  state: Type.Union([Type.Literal('writing'), Type.Literal('complete'), Type.Literal('recovered'), Type.Literal('failed')], {
    description: 'recovered: the host died while it was written; it contains what was on the disk',
  }),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  container: Type.Union([Type.Literal('mp4'), Type.Literal('mkv')]),
  path: Type.String({ description: 'on the machine of the host' }),
  startedAt: Type.String({ format: 'date-time' }),
  durationMs: Type.Integer(),
  bytes: Type.Integer(),
  tracks: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), codec: Type.String(), name: Type.String() })),
  chapters: Type.Array(Type.Object({ atMs: Type.Integer(), name: Type.String() })),
  fileUrl: Type.String(),
})
export type StudioFile = Static<typeof StudioFileSchema>

/** As it is kept: it changes while it is written. */
export type StoredFile = { -readonly [Field in keyof Omit<StudioFile, 'fileUrl'>]: StudioFile[Field] }

/** A file as the API and the events show it. */
export function fileView(file: StoredFile): StudioFile {
  return { ...file, fileUrl: `/api/v1/studio/files/${file.id}/file` }
}

/** What people call a track of a feed (`v0`, `a0`, ...): its canvas, or its track of the mixer. */
export function trackName(track: Track, canvas: string, audio: readonly AudioEncoding[]): string {
  return track.kind === 'video' ? canvas : `Track ${audio[Number(track.id.slice(1))]?.track ?? 1}`
}
