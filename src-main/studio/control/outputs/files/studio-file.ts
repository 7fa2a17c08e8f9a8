import { basename } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Track } from '../../../../formats/track.ts'
import { DeletedAt, Nullable } from '../../../../platform/routes/schemas.ts'
import type { AudioEncoding } from '../../../document/schemas/encoding-schemas.ts'

/** A file that an output wrote, or is writing. */
export const StudioFileSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
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
  fileName: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  durationMs: Type.Integer(),
  bytes: Type.Integer(),
  tracks: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String(),
      codec: Type.String(),
      name: Type.String(),
      width: Type.Optional(Type.Integer({ description: 'px' })),
      height: Type.Optional(Type.Integer({ description: 'px' })),
    }),
  ),
  chapters: Type.Array(Type.Object({ atMs: Type.Integer(), name: Type.String() })),
  kept: Type.Boolean({ description: 'retention leaves it alone' }),
  remuxedFrom: Nullable(Type.String({ description: 'id of the file that this one was made of by `POST /studio/files/ID/remux`' })),
  deletedAt: DeletedAt,
  fileUrl: Type.String(),
  thumbnailUrl: Nullable(Type.String()),
})
export type StudioFile = Static<typeof StudioFileSchema>

/** What is made of a file where it is shown. */
type Shown = 'fileUrl' | 'fileName' | 'thumbnailUrl'

/** As it is kept: it changes while it is written. */
export type StoredFile = { -readonly [Field in keyof Omit<StudioFile, Shown>]: StudioFile[Field] } & {
  /** An image of it has been made. */
  poster: boolean
}

/** A file that is about to be written, with what all of them start with. */
export function newFile(
  facts: Omit<StoredFile, 'title' | 'state' | 'error' | 'kept' | 'remuxedFrom' | 'deletedAt' | 'poster'>,
): StoredFile {
  return {
    ...facts,
    title: facts.outputName,
    state: 'writing',
    error: null,
    kept: false,
    remuxedFrom: null,
    deletedAt: null,
    poster: false,
  }
}

/** A file as the API and the events show it. */
export function fileView({ poster, ...file }: StoredFile): StudioFile {
  const url = `/api/v1/studio/files/${file.id}`
  return { ...file, fileName: basename(file.path), fileUrl: `${url}/file`, thumbnailUrl: poster ? `${url}/thumbnail.jpg` : null }
}

/** A track as the list of files has it. */
export function fileTrack(track: Track, name: string): StoredFile['tracks'][number] {
  const { id, kind, codec } = track
  return { id, kind, codec, name, ...(track.kind === 'video' && { width: track.width, height: track.height }) }
}

/** What people call a track of a feed (`v0`, `a0`, ...): its canvas, or its track of the mixer. */
export function trackName(track: Track, canvas: string, audio: readonly AudioEncoding[]): string {
  return track.kind === 'video' ? canvas : `Track ${audio[Number(track.id.slice(1))]?.track ?? 1}`
}
