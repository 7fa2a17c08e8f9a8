import { AppError } from '../../../platform/errors.ts'
import { hiddenPart, maskUrl } from '../../../platform/outbound/url-secrets.ts'
import type { DestinationProtocol } from './schemas.ts'

/** An RTMP URL, split as `connect` and `publish` need it. */
export interface RtmpUrl {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** With its query, as it is in the URL. */
  readonly app: string
  readonly tcUrl: string
  /** What `publish` names: the stream key. */
  readonly publishName: string
}

/** Where an SRT listener is. */
export interface SrtUrl {
  readonly host: string
  readonly port: number
}

const schemes: Readonly<Record<DestinationProtocol, readonly string[]>> = {
  rtmp: ['rtmp:', 'rtmps:'],
  srt: ['srt:'],
  whip: ['http:', 'https:'],
}
/** Bytes of an SRT stream id. */
const maxStreamId = 512

function invalid(message: string): AppError {
  return new AppError('destination.address_invalid', message)
}

/** Checks the server's part of a URL and returns it trimmed, without a slash at its end. Throws `destination.address_invalid`. */
export function checkDestinationUrl(text: string, protocol: DestinationProtocol): string {
  const trimmed = protocol === 'whip' ? text.trim() : text.trim().replace(/\/+$/, '')
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    throw invalid('The URL is invalid')
  }
  const known = schemes[protocol]
  if (!known.includes(url.protocol)) {
    throw invalid(`URLs of this kind start with ${known.map((scheme) => `${scheme}//`).join(' or ')}, not with ${url.protocol}//`)
  }
  if (url.hostname === '') throw invalid('The URL names no host')
  if (url.username !== '' || url.password !== '') {
    throw invalid('A name or password in the URL would be readable: put it into the key')
  }
  if (protocol === 'srt') {
    if (url.port === '') throw invalid('The URL names no port')
    if (url.search !== '' || url.pathname.replaceAll('/', '') !== '') {
      throw invalid('An SRT URL is srt://HOST:PORT alone: stream id, passphrase and latency have their own fields')
    }
  }
  if (protocol === 'rtmp' && url.pathname.replaceAll('/', '') === '') throw invalid('The URL names no application')
  return trimmed
}

/** Joins URL and key. Without a key the last part of the URL's path is the name to publish. Throws `destination.address_invalid`. */
export function parseRtmpUrl(server: string, key: string): RtmpUrl {
  const url = new URL(checkDestinationUrl(server, 'rtmp'))
  const secure = url.protocol === 'rtmps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const path = url.pathname.replace(/^\/+/, '')
  let app = path
  let publishName = key.trim()
  if (publishName === '') {
    const cut = path.lastIndexOf('/')
    if (cut < 0) throw invalid('Without a key the URL needs an application and a name')
    app = path.slice(0, cut)
    publishName = path.slice(cut + 1) + url.search
  } else {
    app += url.search
  }
  const port = url.port === '' ? (secure ? 443 : 1935) : Number(url.port)
  return { secure, host, port, app, tcUrl: `${url.protocol}//${url.host}/${app}`, publishName }
}

/** Takes `srt://HOST:PORT` apart. Throws `destination.address_invalid`. */
export function parseSrtUrl(server: string): SrtUrl {
  const url = new URL(checkDestinationUrl(server, 'srt'))
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
}

/** The URL as people may see it. RTMP without a key: the last part of the path is what is published, which services call the key. */
export function shownUrl(url: string, protocol: DestinationProtocol, hasKey: boolean): string {
  if (protocol !== 'rtmp' || hasKey) return maskUrl(url)
  const [path = '', query] = url.split(/(?=\?)/, 2)
  return maskUrl(path.replace(/[^/]+$/, hiddenPart) + (query ?? ''))
}

/** Checks URL and key together. Throws `destination.address_invalid`. */
export function checkDestination(url: string, key: string, protocol: DestinationProtocol): void {
  if (protocol === 'rtmp') parseRtmpUrl(url, key)
  if (protocol === 'srt' && Buffer.byteLength(key.trim()) > maxStreamId) {
    throw invalid(`A stream id of SRT has at most ${maxStreamId} bytes`)
  }
  if (protocol === 'whip' && /[^\x21-\x7e]/.test(key.trim())) throw invalid('A bearer token has no blanks and no letters beyond ASCII')
}

/** The end of a key, by which its owner knows it; nothing of a short one. */
export function keyHint(key: string): string | null {
  const text = key.trim()
  if (text === '') return null
  return text.length >= 12 ? text.slice(-4) : ''
}
