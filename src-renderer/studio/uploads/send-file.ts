import { ApiError, call, problemOf } from '../../client/api.ts'
import type { UploadedFile } from '../types.ts'

/** What becomes of a file while it is sent. */
export interface SendProgress {
  /** Bytes that the host has, and those on the way to it. */
  onBytes(received: number): void
  /** The connection was lost, or is back. */
  onWaiting(waiting: boolean): void
}

/** A file that the host has: an uploaded file, or a bundle that is to be imported. */
export interface Sent {
  /** Id of the upload. */
  readonly upload: string
  readonly file: UploadedFile | null
}

/** A request must be over within a minute: pieces are halved where the connection is too slow for that. */
const maxPieceBytes = 8 * 1024 * 1024
const minPieceBytes = 256 * 1024
const maxRetries = 40
const retryMs = 1500

/** Sends a file to the host, piece by piece, and goes on where it was after a lost connection. Rejects with ApiError, or as `signal` says. */
export async function sendFile(file: File, bundle: boolean, signal: AbortSignal, progress: SendProgress): Promise<Sent> {
  let upload = await call('POST', '/studio/uploads', { body: { name: file.name, bytes: file.size, bundle }, signal })
  const { id } = upload
  let pieceBytes = maxPieceBytes
  try {
    for (let retries = 0; upload.received < upload.bytes || (upload.file === null && !bundle); ) {
      const offset = upload.received
      const piece = file.slice(offset, offset + pieceBytes)
      try {
        const status = await put(`/api/v1/studio/uploads/${id}/bytes?offset=${offset}`, piece, signal, (sent) =>
          progress.onBytes(offset + sent),
        )
        if (status !== 200) throw new ApiError(0, 'network', '', '')
        retries = 0
        progress.onWaiting(false)
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 0 || signal.aborted || ++retries > maxRetries) throw error
        progress.onWaiting(true)
        pieceBytes = Math.max(minPieceBytes, pieceBytes / 2)
        await pause(retryMs, signal)
      }
      upload = await call('GET', `/studio/uploads/${id}`, { signal }).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 0) return upload
        throw error
      })
      progress.onBytes(upload.received)
    }
    return { upload: id, file: upload.file }
  } catch (error) {
    await call('DELETE', `/studio/uploads/${id}`, { quiet: true }).catch(() => undefined)
    throw error
  }
}

/** One piece; `fetch` reports no progress of what is sent. Rejects with ApiError, of status 0 where the connection was lost. */
function put(url: string, piece: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    const lost = (): void => reject(new ApiError(0, 'network', '', ''))
    request.open('PUT', url)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.onerror = lost
    request.ontimeout = lost
    request.onabort = () => reject(signal.reason)
    request.onload = () => {
      // A lost connection and a piece that another try is still writing pass by themselves.
      if (request.status === 408 || request.status === 429 || request.status >= 502) lost()
      else if (request.status < 300) resolve(request.status)
      else {
        const code = codeOf(request.responseText)
        if (code === 'studio.upload_offset' || code === 'studio.upload_interrupted') lost()
        else reject(problemOf(request.status, request.responseText))
      }
    }
    request.onloadend = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    request.send(piece)
  })
}

const codeOf = (text: string): string => {
  try {
    return (JSON.parse(text) as { readonly code?: string }).code ?? ''
  } catch {
    return ''
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(signal.reason)
      },
      { once: true },
    )
  })
