import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { type SendProgress, sendPieces } from '../../client/send-pieces.ts'
import type { UploadedFile } from '../types.ts'

/** A file that the host has: an uploaded file, or a bundle that is to be imported. */
export interface Sent {
  /** Id of the upload. */
  readonly upload: string
  readonly file: UploadedFile | null
}

/** Sends a file to the studio. Rejects with ApiError, or as `signal` says. */
export async function sendFile(file: File, bundle: boolean, signal: AbortSignal, progress: SendProgress): Promise<Sent> {
  const sent = await sendPieces<Answer<'GET', '/studio/uploads/*'>>(
    file,
    {
      begin: (stop) => call('POST', '/studio/uploads', { body: { name: file.name, bytes: file.size, bundle }, signal: stop }),
      bytesUrl: ({ id }, offset) => `/api/v1/studio/uploads/${id}/bytes?offset=${offset}`,
      look: ({ id }, stop) => call('GET', `/studio/uploads/${id}`, { signal: stop }),
      cancel: ({ id }) => call('DELETE', `/studio/uploads/${id}`, { quiet: true }),
      isDone: (upload) => upload.received >= upload.bytes && (upload.file !== null || bundle),
    },
    signal,
    progress,
  )
  return { upload: sent.id, file: sent.file }
}
