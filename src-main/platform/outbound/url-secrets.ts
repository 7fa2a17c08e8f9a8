import { AppError } from '../errors.ts'

/** What is in a URL where a secret was. Sent back it means: as it was. */
export const hiddenPart = '***'

/** Query parameters whose values may be shown; the value of any other may be a secret, whatever it is called. */
const shownParameters = new Set(
  (
    'mode latency rcvlatency peerlatency transtype pkt_size payload_size timeout connect_timeout listen_timeout transport rtsp_transport tcp udp ' +
    'fifo_size buffer_size overrun_nonfatal localaddr localport ttl reuse sources maxbw inputbw oheadbw mss ffs ipttl iptos tlpktdrop nakreport ' +
    'linger channel subtype stream profile resolution camera quality codec bitrate fps framerate width height w h size format type lang theme color ' +
    'scene source page backup bandwidthtest vhost v version t start unicast proto audio video muted autoplay test'
  ).split(' '),
)

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, rtmp: 1935, rtmps: 443, rtsp: 554, rtsps: 322, ftp: 21 }

/** Browsers and Node take any number of slashes, in both directions, and none after http. A single letter is a drive of Windows. */
const form = /^([a-z][a-z0-9+.-]+):((?<=^https?:)[\\/]*|[\\/]+)([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is

/** A piece of a URL. One without a name is punctuation, scheme or host; the same name in another version of the URL is the same part. */
interface Piece {
  readonly text: string
  readonly name?: string
  /** It may be a secret. */
  readonly secret?: boolean
}

/** Undefined for an invalid URL. */
function takeApart(url: string): readonly Piece[] | undefined {
  const match = form.exec(url)
  if (match === null) return undefined
  const [, scheme = '', slashes = '', authority = '', path = '', query, fragment] = match
  const pieces: Piece[] = [{ text: `${scheme}:${slashes}` }]
  const at = authority.lastIndexOf('@')
  if (at >= 0) pieces.push({ name: 'user', text: authority.slice(0, at), secret: true }, { text: '@' })
  pieces.push({ text: authority.slice(at + 1) })
  for (const [index, segment] of path.split('/').entries()) {
    if (index > 0) pieces.push({ text: '/' })
    // a token of ours, as in /live/NAME/@TOKEN/index.m3u8
    const isToken = segment.startsWith('@') && segment.length > 1
    if (isToken) pieces.push({ text: '@' })
    pieces.push({ name: `path ${index}`, text: isToken ? segment.slice(1) : segment, secret: isToken || looksRandom(segment) })
  }
  if (query !== undefined) pieces.push({ text: '?' }, ...queryPieces(query.slice(1)))
  if (fragment !== undefined) pieces.push({ text: '#' }, { name: 'fragment', text: fragment.slice(1), secret: fragment.length > 1 })
  return pieces
}

function queryPieces(query: string): readonly Piece[] {
  const times = new Map<string, number>()
  return query.split(/([&;])/).flatMap((pair): Piece[] => {
    if (pair === '&' || pair === ';') return [{ text: pair }]
    const cut = pair.indexOf('=')
    const value = pair.slice(cut + 1)
    // a value without a name is called by what it is
    const called = (cut < 0 ? value : pair.slice(0, cut)).toLowerCase()
    const name = cut < 0 ? '' : called
    const time = times.get(name) ?? 0
    times.set(name, time + 1)
    const secret = value !== '' && !(shownParameters.has(called) && !looksRandom(value))
    return [{ text: pair.slice(0, cut + 1) }, { name: `query ${name} ${time}`, text: value, secret }]
  })
}

/** True for what nobody chose as a name: keys, tokens and ids that services put into paths. */
function looksRandom(text: string): boolean {
  const plain = text.replace(/\.[a-z0-9]{2,5}$/i, '')
  if (/^(?:[a-z0-9]{4}-){3,}[a-z0-9]{4}$/i.test(plain) || /^[0-9a-f-]{20,}$/i.test(plain)) return true
  for (const [run] of plain.matchAll(/[a-z0-9_~%.]{16,}/gi)) {
    // words and numbers of a name change seldom from one to the other
    const changes = run.match(/[a-z](?=[0-9])|[0-9](?=[a-z])|[a-z](?=[A-Z])/g)?.length ?? 0
    if (changes >= 3) return true
  }
  return false
}

/**
 * The URL as everybody may read it: user and password, values of query parameters that are not known to be harmless, path segments that
 * look like keys and the fragment are `***`. A text that is no URL (a path of a file) is answered as it is.
 */
export function maskUrl(url: string): string {
  const pieces = takeApart(url)
  return pieces === undefined ? url : pieces.map(({ text, secret }) => (secret ? hiddenPart : text)).join('')
}

/** Puts back what was sent as `***`, from the URL that was there. Undefined where there was no such part, or it belonged to another host. */
export function unmaskUrl(url: string, before: string): string | undefined {
  if (!isMaskedUrl(url)) return url
  if (originOf(url) !== originOf(before)) return undefined
  const known = new Map(takeApart(before)?.map(({ name, text }) => [name, text]))
  const texts = takeApart(url)?.map((piece) => (isHidden(piece) ? known.get(piece.name) : piece.text)) ?? []
  return texts.includes(undefined) ? undefined : texts.join('')
}

/** A URL that somebody sent, whole again; `before` is the one that was there, if any. Throws `secret.needed` where that is not possible. */
export function wholeUrl(url: string, before = ''): string {
  const whole = unmaskUrl(url.trim(), before)
  if (whole !== undefined) return whole
  throw new AppError('secret.needed', 'The URL has *** where its secret is', { details: { fields: ['url'] } })
}

/** True where a part of the URL is `***`. */
export function isMaskedUrl(url: string): boolean {
  return takeApart(url)?.some(isHidden) === true
}

function isHidden({ name, text }: Piece): boolean {
  return name !== undefined && text === hiddenPart
}

/** A URL as `fetch` takes it, with the user and password that it names as a header: in a URL `fetch` rejects them. */
export function fetchable(url: string): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return { url, headers: {} }
  const credentials = `${decoded(parsed.username)}:${decoded(parsed.password)}`
  parsed.username = ''
  parsed.password = ''
  return { url: parsed.href, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

/**
 * Protocol, host and port that a URL leads to, with the port that goes without saying; undefined for a text that is no URL. A URL that
 * parsers read differently (a backslash is a slash to some, control characters are left out) is an origin of its own.
 */
export function originOf(url: string): string | undefined {
  const [, scheme = '', slashes, authority = ''] = form.exec(url) ?? []
  if (scheme === '') return undefined
  if (slashes !== '//' || /[\\\s\p{Cc}]/u.test(url)) return url
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  const protocol = scheme.toLowerCase()
  const port = /:\d*$/.test(host) ? '' : `:${defaultPorts[protocol] ?? ''}`
  return `${protocol}://${host}${port}`
}

/**
 * A text of another program (FFmpeg, a browser, `fetch`) with the URLs that it quotes masked, and the secrets of the URLs that it was given
 * wherever they are.
 */
export function maskUrlsIn(text: string, ...given: readonly string[]): string {
  let masked = text
  for (const url of given) {
    if (url !== maskUrl(url)) masked = masked.replaceAll(url, maskUrl(url))
    for (const { text: secret } of takeApart(url)?.filter((piece) => piece.secret) ?? []) {
      for (const form of new Set([secret, ...secret.split(':')].flatMap((each) => [each, decoded(each)]))) {
        // shorter ones are in any text
        if (form.length >= 4 && form !== hiddenPart) masked = masked.replaceAll(form, hiddenPart)
      }
    }
  }
  if (!masked.includes('://')) return masked
  // a backslash is before the quote that ends a URL in JSON
  return masked.replace(/[a-z][a-z0-9+.-]+:\/\/[^\s'"<>`\\]+/gi, (url) => maskUrl(url))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
