import { type Static, Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { FileContent } from '../../platform/routes/routes.ts'
import type { DisplayFiles, Download } from '../files/display-files.ts'
import type { DisplayUpload } from '../files/display-uploads.ts'
import type { UserLink } from './user-link.ts'
import { filePieceBytes } from './user-wire.ts'

const name = Type.String({ maxLength: 4096 })
const bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const kind = Type.Union([Type.Literal('file'), Type.Literal('folder')])
const changedMs = Type.Number({ minimum: -8.64e15, maximum: 8.64e15 })

const ListSchema = Type.Object({
  folder: name,
  entries: Type.Array(Type.Object({ name, path: name, kind, bytes, changedMs }), { maxItems: 2000 }),
  more: Type.Boolean(),
})
const CopiedSchema = Type.Object({ entries: Type.Array(Type.Object({ name, kind, bytes }), { maxItems: 500 }), more: Type.Boolean() })
const OpenedSchema = Type.Object({
  handle: Type.Integer({ minimum: 1, maximum: 2 ** 32 }),
  name,
  what: Type.String({ maxLength: 65_536 }),
  bytes,
  changedMs: Type.Union([changedMs, Type.Null()], { description: 'null: an archive' }),
})
const UploadSchema = Type.Object({
  id: Type.String({ maxLength: 80 }),
  path: name,
  bytes,
  received: bytes,
  placed: Type.Union([Type.Object({ path: name, realPath: name }), Type.Null()]),
})

/** Files of a display of another user of this machine: the process that runs as that user opens each of them. */
export function userFiles({ id, name: displayName }: { readonly id: string; readonly name: string }, link: UserLink): DisplayFiles {
  const display = { id, name: displayName }
  const close = (handle: number): void => void link.ask('handle.close', { handle }, Type.Null()).catch(() => undefined)

  /** Exactly so many bytes of what is open: an answer has the length that it was said to have. */
  async function* read(handle: number, from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; ) {
      const wanted = Math.min(filePieceBytes, to - at)
      const piece = (await link.askBytes('handle.read', { handle, offset: at, bytes: wanted }, Type.Null())).bytes
      if (piece.length === 0 || piece.length > wanted) throw new Error('a file of a user ended before its end')
      yield piece
      at += piece.length
    }
  }

  function opened({ handle, name: called, what, bytes: all, changedMs: changed }: Static<typeof OpenedSchema>): Download {
    if (changed === null) {
      const archive = (async function* () {
        try {
          yield* read(handle, 0, all)
        } finally {
          close(handle)
        }
      })()
      return { name: called, what, archive: { bytes: all, data: archive } }
    }
    let isOpen = true
    const content: FileContent = {
      bytes: all,
      changedMs: changed,
      read: (start, end) => read(handle, start, end + 1),
      close() {
        if (isOpen) close(handle)
        isOpen = false
      },
    }
    return { name: called, what, file: { content } }
  }

  const uploadOf = ({ placed, ...rest }: Static<typeof UploadSchema>): DisplayUpload => ({
    ...rest,
    display: id,
    placed: placed ?? undefined,
  })

  return {
    list: (path) => link.ask('files.list', { display, path }, ListSchema),
    download: async (path) => opened(await link.ask('files.open', { display, path }, OpenedSchema)),
    copied: (uris) => link.ask('copied.list', { display, uris }, CopiedSchema),
    async downloadCopied(uris) {
      const found = await link.ask('copied.open', { display, uris }, Type.Union([OpenedSchema, Type.Null()]))
      return found === null ? undefined : opened(found)
    },
    urisOf: (paths) => link.ask('files.uris', { display, paths }, Type.Array(Type.String({ maxLength: 20_000 }), { maxItems: 500 })),
    beginUpload: async (wish) => uploadOf(await link.ask('upload.begin', { display, wish }, UploadSchema)),
    upload: async (upload) => uploadOf(await link.ask('upload.get', { display, upload }, UploadSchema)),
    async append(upload, offset, piece) {
      let at = offset
      try {
        for await (const chunk of piece) {
          for (let from = 0; from < chunk.length; from += filePieceBytes) {
            const part = chunk.subarray(from, from + filePieceBytes)
            await link.ask('upload.append', { display, upload, offset: at }, UploadSchema, part)
            at += part.length
          }
        }
      } catch (cause) {
        throw cause instanceof AppError ? cause : new AppError('desktop.upload_interrupted', undefined, { cause })
      }
      return uploadOf(await link.ask('upload.get', { display, upload }, UploadSchema))
    },
    cancelUpload: async (upload) => void (await link.ask('upload.cancel', { display, upload }, Type.Null())),
  }
}
