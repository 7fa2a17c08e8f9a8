import { access } from 'node:fs/promises'
import { type TBoolean, type TObject, type TOptional, Type } from 'typebox'
import type { AppError } from '../errors.ts'
import type { FileReply } from './routes.ts'

/** Query of an endpoint that gives a file. */
export const FileQuery: TObject<{ download: TOptional<TBoolean> }> = Type.Object({
  download: Type.Optional(Type.Boolean({ description: 'browsers save it instead of playing it' })),
})

/** Answers with a file, under its `name` where it is to be saved. Rejects with what `missing` makes where the file is gone. */
export async function giveFile(
  { path, type, name }: { readonly path: string; readonly type: string; readonly name: string },
  query: { readonly download?: boolean },
  missing: (cause: unknown) => AppError,
): Promise<{ body: null; file: FileReply }> {
  await access(path).catch((cause) => {
    throw missing(cause)
  })
  return { body: null, file: query.download === true ? { path, type, downloadName: name } : { path, type } }
}
