import { type FileHandle, open } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import { type AnyRequest, answerHeaders, header, type PlaybackResponse } from '../../http/response.ts'
import type { MediaSegment } from '../../packaging/packaged-stream.ts'
import type { StoredMedia } from '../../packaging/segment-archive.ts'

/** Media never changes at its URL: EPOCH differs for every run of a stream. */
export const immutable = 'public, max-age=600, immutable'

/** A client that reads nothing for this long is disconnected, so that it does not keep memory forever. */
const stuckAfterMs = 30_000

/**
 * Ends the response when its client stops reading. To be called when the first byte goes out (a request that still waits
 * is silent by right); Node looks at progress of unsent bytes, so a slow client that reads is left alone.
 */
export function guardAgainstStuckClient(response: PlaybackResponse): void {
  response.setTimeout(stuckAfterMs, () => response.destroy())
}

/**
 * Sends complete media with its length, honouring `If-None-Match` and a single byte range (RFC 9110 section 14); several
 * ranges are answered with the whole. Returns the bytes of body sent.
 */
export function sendMedia(
  request: AnyRequest,
  response: PlaybackResponse,
  media: MediaHead & { readonly pieces: readonly Uint8Array[] },
): number {
  const range = answerHead(request, response, media)
  if (range === undefined) return 0
  const { from, to } = range
  const [only] = media.pieces
  if (media.pieces.length === 1 && only !== undefined) {
    response.end(to - from === only.length ? only : only.subarray(from, to))
    return to - from
  }
  let start = 0
  response.cork()
  for (const piece of media.pieces) {
    const end = start + piece.length
    if (end > from && start < to) response.write(start >= from && end <= to ? piece : piece.subarray(Math.max(0, from - start), to - start))
    start = end
  }
  response.end()
  response.uncork()
  return to - from
}

/** The same for media on disk, read in pieces as fast as the client takes them. `missing` answers where the file has just gone. */
export function sendStored(
  request: AnyRequest,
  response: PlaybackResponse,
  media: MediaHead & { readonly stored: StoredMedia; readonly missing: () => void; readonly onSent: (bytes: number) => void },
): void {
  const { stored } = media
  open(stored.path).then(
    async (file) => {
      const range = response.destroyed ? undefined : answerHead(request, response, media)
      if (range === undefined) {
        await file.close()
        return
      }
      media.onSent(range.to - range.from)
      try {
        await sendFile(file, stored.offset + range.from, stored.offset + range.to, response)
      } catch {
        response.destroy()
      } finally {
        await file.close().catch(() => undefined)
      }
    },
    () => {
      if (!response.destroyed) media.missing()
    },
  )
}

/** Sends the bytes of a file from `from` to before `to` as fast as the client takes them, then ends the response. Throws where the file fails. */
async function sendFile(file: FileHandle, from: number, to: number, response: PlaybackResponse): Promise<void> {
  let goOn = (): void => undefined
  response.once('close', () => goOn())
  for (let at = from; at < to && !response.destroyed; ) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(readBytes, to - at)), position: at })
    if (bytesRead === 0) throw new Error('the file is shorter than it was')
    at += bytesRead
    if (response.destroyed || response.write(buffer.subarray(0, bytesRead))) continue
    await new Promise<void>((resolve) => {
      goOn = resolve
      response.once('drain', resolve)
    })
  }
  response.end()
}

interface MediaHead {
  readonly byteLength: number
  readonly contentType: string
  readonly etag: string
  readonly cacheControl: string
}

/** Bytes read from disk at a time, for each client. */
const readBytes = 256 * 1024

/** Writes the head, and the whole answer where it has no body. Half-open range of the bytes that are to follow; undefined: none. */
function answerHead(request: AnyRequest, response: PlaybackResponse, media: MediaHead): { from: number; to: number } | undefined {
  const { byteLength, contentType, etag, cacheControl } = media
  if (header(request, 'if-none-match') === etag) {
    response.writeHead(304, answerHeaders(contentType, cacheControl, undefined, { etag }))
    response.end()
    return undefined
  }
  const wanted = header(request, 'range')
  const range = wanted === '' || !rangeApplies(request, etag) ? undefined : parseRange(wanted, byteLength)
  if (range === 'outside') {
    response.writeHead(416, answerHeaders(contentType, 'no-store', 0, { 'content-range': `bytes */${byteLength}` }))
    response.end()
    return undefined
  }
  const from = range?.from ?? 0
  const to = range?.to ?? byteLength
  if (range) {
    const more = { etag, 'accept-ranges': 'bytes', 'content-range': `bytes ${from}-${to - 1}/${byteLength}` }
    response.writeHead(206, answerHeaders(contentType, cacheControl, to - from, more))
  } else response.writeHead(200, wholeMediaHeaders(contentType, etag, byteLength, cacheControl))
  if (request.method === 'HEAD') {
    response.end()
    return undefined
  }
  guardAgainstStuckClient(response)
  return { from, to }
}

/** Headers of an answer with all of some media. */
export function wholeMediaHeaders(contentType: string, etag: string, byteLength: number, cacheControl = immutable): OutgoingHttpHeaders {
  return answerHeaders(contentType, cacheControl, byteLength, { etag, 'accept-ranges': 'bytes' })
}

/** A range with an `If-Range` that names another entity is ignored. */
function rangeApplies(request: AnyRequest, etag: string): boolean {
  const condition = header(request, 'if-range')
  return condition === '' || condition === etag
}

/** Half-open byte range; undefined where the header is to be ignored, `outside` where it cannot be satisfied. */
export function parseRange(text: string, length: number): { from: number; to: number } | 'outside' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text)
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    const count = Number(last)
    return count === 0 || length === 0 ? 'outside' : { from: Math.max(0, length - count), to: length }
  }
  const from = Number(first)
  const to = last === '' ? length : Math.min(length, Number(last) + 1)
  if (last !== '' && Number(last) < from) return undefined
  return from >= length ? 'outside' : { from, to }
}

/** The bytes of a complete segment as its parts hold them: nothing is copied. */
export function segmentPieces(segment: MediaSegment): Uint8Array[] {
  return segment.parts.map((part) => part.data)
}
