import { ApiError, problemOf } from './api.ts'

/** What becomes of a file while it is sent. */
export interface SendProgress {
  /** Bytes that the host has, and those on the way to it. */
  onBytes(received: number): void
  /** The connection was lost, or is back. */
  onWaiting(waiting: boolean): void
}

/** A file on its way, as the host describes it. */
export interface PieceUpload {
  readonly bytes: number
  readonly received: number
}

/** Where the pieces of a file go. */
export interface PieceTarget<Upload extends PieceUpload> {
  begin(signal: AbortSignal): Promise<Upload>
  /** URL of a piece that starts at that byte. */
  bytesUrl(upload: Upload, offset: number): string
  look(upload: Upload, signal: AbortSignal): Promise<Upload>
  cancel(upload: Upload): Promise<unknown>
  /** The host has the whole file, and has done with it what it does. */
  isDone(upload: Upload): boolean
}

/** A request must be over within a minute: pieces are halved where the connection is too slow for that. */
const maxPieceBytes = 8 * 1024 * 1024
const minPieceBytes = 256 * 1024
const maxRetries = 40
/** Errors that end by themselves: a guest of a desktop has lost the connection, too, which comes back. */
const passing = /\.(?:upload_(?:offset|interrupted)|visit_unknown)$/
const retryMs = 1500

/** Sends a file to the host, piece by piece, and goes on where it was after a lost connection. Rejects with ApiError, or as `signal` says. */
export async function sendPieces<Upload extends PieceUpload>(
  file: Blob,
  target: PieceTarget<Upload>,
  signal: AbortSignal,
  progress: SendProgress,
): Promise<Upload> {
  let upload = await target.begin(signal)
  let pieceBytes = maxPieceBytes
  try {
    for (let retries = 0; !target.isDone(upload); ) {
      const offset = upload.received
      const piece = file.slice(offset, offset + pieceBytes)
      try {
        const status = await put(target.bytesUrl(upload, offset), piece, signal, (sent) => progress.onBytes(offset + sent))
        if (status !== 200) throw new ApiError(0, 'network', '', '')
        retries = 0
        progress.onWaiting(false)
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 0 || signal.aborted || ++retries > maxRetries) throw error
        progress.onWaiting(true)
        pieceBytes = Math.max(minPieceBytes, pieceBytes / 2)
        await pause(retryMs, signal)
      }
      upload = await target.look(upload, signal).catch((error: unknown) => {
        if (error instanceof ApiError && (error.status === 0 || passing.test(error.code))) return upload
        throw error
      })
      progress.onBytes(upload.received)
    }
    return upload
  } catch (error) {
    await target.cancel(upload).catch(() => undefined)
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
        if (passing.test(code)) lost()
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
