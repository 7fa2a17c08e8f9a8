import { type IncomingMessage, request } from 'node:http'

/** nginx of this node, as this program asks it. */
export interface OwnFront {
  /** IP address and port that it answers at. */
  readonly address: string
  readonly port: number
  /** Large files are kept in slices, and asked for as players do. */
  isSliced(target: string): boolean
}

/** A file of this node's nginx. */
export interface OwnTarget {
  /** Host header; undefined for the site of the node's own origin. */
  readonly host: string | undefined
  readonly path: string
}

export interface FetchedFile {
  /** It can be kept. */
  readonly isKept: boolean
  readonly bytes: number
  /** Text of an HLS playlist; empty for anything else. */
  readonly playlist: string
}

export interface FetchLimits {
  readonly signal: AbortSignal
  /** How long the answer may take, ms. */
  readonly answerMs: number
  /** Where there are more bytes the request is given up. */
  readonly maxBytes?: number
  readonly userAgent?: string
  /** `Accept-Encoding`, where it is not to be that of browsers; empty for none. */
  readonly encoding?: string
}

const maxPlaylistBytes = 1024 * 1024

/** Fetches a file as a browser does, so that it is kept as browsers ask for it. Rejects where it does not come. */
export function fetchFromFront(
  { address, port, isSliced }: OwnFront,
  { host, path }: OwnTarget,
  { signal, answerMs, maxBytes = Number.POSITIVE_INFINITY, userAgent, encoding }: FetchLimits,
): Promise<FetchedFile> {
  return new Promise((resolve, reject) => {
    const usual = /\.m3u8(?:\?|$)/.test(path) ? 'identity' : isSliced(path) ? '' : 'gzip, deflate, br'
    const accepted = encoding ?? usual
    const headers = {
      ...(host === undefined ? {} : { host }),
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
      // each encoding is kept by itself
      ...(accepted === '' ? {} : { 'accept-encoding': accepted }),
    }
    const late = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
    const asked = request({ host: address, port, path, headers, signal: late, agent: false }, (reply: IncomingMessage) => {
      const isPlaylist = /mpegurl/i.test(reply.headers['content-type'] ?? '')
      let [bytes, text] = [0, '']
      reply.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > maxBytes) reply.destroy(new Error(`more than ${maxBytes} bytes`))
        else if (isPlaylist && bytes <= maxPlaylistBytes) text += piece.toString()
      })
      reply.on('error', reject)
      reply.on('end', () => {
        const isKept = reply.statusCode === 200 && reply.headers['x-cache'] !== undefined
        resolve({ isKept, bytes, playlist: bytes <= maxPlaylistBytes ? text : '' })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}
