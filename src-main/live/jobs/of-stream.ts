import { Type } from 'typebox'

interface OfStream {
  readonly stream: string
  readonly streamId: string
}

/** How lists of files are limited to those of one stream. */
export const ofStream = {
  filters: { stream: Type.Optional(Type.String({ maxLength: 80, description: 'of this stream alone: id or name' })) },
  belongs: ({ stream: name, streamId }: OfStream, { stream }: Readonly<Record<string, unknown>>): boolean =>
    stream === undefined || name === stream || streamId === stream,
}
