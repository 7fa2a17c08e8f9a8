import { type Static, Type } from 'typebox'

export const MediaKindSchema = Type.Union(
  [Type.Literal('image'), Type.Literal('video'), Type.Literal('audio'), Type.Literal('lut'), Type.Literal('font')],
  {
    description: 'by its first bytes; lut: a table of colours (.cube)',
  },
)

/** A file in the uploads folder. */
export const UploadedFileSchema = Type.Object({
  id: Type.String({ description: 'its name' }),
  path: Type.String({ description: 'on the machine of the host: what sources are given' }),
  kind: MediaKindSchema,
  type: Type.String({ description: 'media type' }),
  bytes: Type.Integer(),
  uploadedAt: Type.String({ format: 'date-time' }),
  usedBy: Type.Array(Type.String(), { description: 'names of the sources and filters of the open collection that use it' }),
})
export type UploadedFile = Static<typeof UploadedFileSchema>

/** A file that is on its way. */
export const UploadSchema = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'as it was sent' }),
  bytes: Type.Integer({ description: 'of the whole file' }),
  received: Type.Integer({ description: 'bytes that are here: where the next piece starts' }),
  file: Type.Union([UploadedFileSchema, Type.Null()], { description: 'once all bytes are here' }),
})
export type Upload = Static<typeof UploadSchema>

export const UploadSpaceSchema = Type.Object({
  usedBytes: Type.Integer({ description: 'uploaded files, and those on their way' }),
  quotaBytes: Type.Integer(),
  maxFileBytes: Type.Integer(),
})
