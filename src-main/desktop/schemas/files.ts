import { type Static, Type } from 'typebox'
import { DisplayIdParams } from './display.ts'

const exactly = { additionalProperties: false }
const path = (description: string) => Type.String({ maxLength: 4096, description })

/** Bytes of a piece: a request must be over within a minute. */
export const pieceBytes = 32 * 1024 * 1024

export const FilesQuery = Type.Object({
  path: Type.Optional(path('below the shared folder, with `/` between names; left out: the folder itself')),
})

export const SharedFilesSchema = Type.Object({
  folder: Type.String({ description: 'where the shared folder is on the machine' }),
  path: Type.String(),
  entries: Type.Array(
    Type.Object({
      name: Type.String(),
      path: Type.String({ description: 'below the shared folder' }),
      kind: Type.Union([Type.Literal('file'), Type.Literal('folder')]),
      bytes: Type.Integer(),
      changedAt: Type.String({ format: 'date-time' }),
    }),
  ),
  more: Type.Boolean({ description: 'the folder has more entries than are listed' }),
})

export const CopiedQuery = Type.Object({
  copied: Type.Integer({ minimum: 0, maximum: 0xffffffff, description: 'what `number` says: something else may have been copied since' }),
})

/** Files that a program of the display copied. */
export const CopiedFilesSchema = Type.Object({
  number: Type.Integer({ description: 'of what was copied' }),
  entries: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Union([Type.Literal('file'), Type.Literal('folder')]),
      bytes: Type.Integer({ description: 'of a file; 0 for a folder' }),
    }),
  ),
  more: Type.Boolean({ description: 'more was copied, which is left out: links, what cannot be read, and all after the first 500' }),
})

export const OfferedFilesSchema = Type.Object(
  {
    paths: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
      minItems: 1,
      maxItems: 500,
      description: 'below the shared folder',
    }),
  },
  exactly,
)

export const NewUploadSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 4096, description: 'below the shared folder, with `/` between names; folders are made' }),
    bytes: Type.Integer({ minimum: 0, maximum: 2 ** 50 }),
  },
  exactly,
)

export const UploadParams = Type.Object({ ...DisplayIdParams.properties, upload: Type.String({ maxLength: 80 }) })

export const UploadOffsetQuery = Type.Object({
  offset: Type.Integer({ minimum: 0, description: 'where it starts: what `received` says' }),
})

export const DisplayUploadSchema = Type.Object({
  id: Type.String(),
  path: Type.String({ description: 'as it was asked for' }),
  bytes: Type.Integer(),
  received: Type.Integer(),
  file: Type.Union(
    [
      Type.Object({
        path: Type.String({ description: 'below the shared folder; with a number where the name was taken' }),
        realPath: Type.String({ description: 'on the machine' }),
      }),
      Type.Null(),
    ],
    { description: 'null: not there yet' },
  ),
})
export type DisplayUploadAnswer = Static<typeof DisplayUploadSchema>
