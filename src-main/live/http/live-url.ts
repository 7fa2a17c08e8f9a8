import { isStreamName } from '../../media/stream-name.ts'

/** What a URL below `/live` names. `resources.ts` says what each is. */
export type LiveResource =
  | { readonly kind: 'multivariant'; readonly plain: boolean }
  | { readonly kind: 'mpd' }
  | { readonly kind: 'keyframe' }
  | { readonly kind: 'about' }
  | { readonly kind: 'flv' }
  | { readonly kind: 'thumbnail' }
  | { readonly kind: 'sprites' }
  | { readonly kind: 'sprite-sheet'; readonly of: string; readonly sheet: number }
  | { readonly kind: 'beacon' }
  | { readonly kind: 'events' }
  | { readonly kind: 'whip' }
  | { readonly kind: 'whip-by-key' }
  | { readonly kind: 'whep' }
  | { readonly kind: 'whip-session'; readonly session: string }
  | { readonly kind: 'whep-session'; readonly session: string }
  | { readonly kind: 'signal' }
  | { readonly kind: 'playlist'; readonly epoch: string; readonly rendition: string; readonly plain: boolean }
  | { readonly kind: 'init'; readonly epoch: string; readonly rendition: string; readonly init: number }
  | { readonly kind: 'segment'; readonly epoch: string; readonly rendition: string; readonly sequence: number }
  /** A segment of an MPEG transport stream. */
  | { readonly kind: 'ts-segment'; readonly epoch: string; readonly rendition: string; readonly sequence: number }
  | { readonly kind: 'part'; readonly epoch: string; readonly rendition: string; readonly serial: number }
  /** A recording that is published. */
  | { readonly kind: 'recording'; readonly id: string; readonly container: string }
  /** A clip that is published. */
  | { readonly kind: 'clip'; readonly id: string }
  /** Below a stream's URL but nothing that we have: `unknown-resource` answers it. `path`: what is behind the name. */
  | { readonly kind: 'unknown'; readonly path: string }

export type ResourceKind = LiveResource['kind']
export type ResourceOf<Kind extends ResourceKind> = Extract<LiveResource, { kind: Kind }>

/** A URL below `/live`, taken apart. */
export interface LiveUrl {
  /** Name of the stream; empty for `whip-by-key`, where the key names it. */
  readonly stream: string
  readonly resource: LiveResource
  /** What is in the path as `/live/NAME/@TOKEN/…`. */
  readonly token: string | undefined
  /** Without its question mark; empty in a URL without query. */
  readonly query: string
}

const prefix = '/live/'
const maxPath = 512
const maxToken = 4096

/**
 * Reads the URL of a request, path and query. Undefined: nothing of a stream's (the page, the API, `/live/NAME` itself). Read by hand: this
 * runs for every request of every viewer.
 */
export function parseLiveUrl(url: string): LiveUrl | undefined {
  if (!url.startsWith(prefix)) return undefined
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const nameEnd = path.indexOf('/', prefix.length)
  if (nameEnd < 0) return parseWithoutFolder(path.slice(prefix.length), query)
  const stream = path.slice(prefix.length, nameEnd)
  if (!isStreamName(stream)) return undefined
  let from = nameEnd + 1
  let token: string | undefined
  if (path.charCodeAt(from) === 0x40) {
    const end = path.indexOf('/', from)
    if (end > from + 1 && end <= from + 1 + maxToken && end + 1 < path.length) {
      token = decode(path.slice(from + 1, end))
      from = end + 1
    }
  }
  if (nameEnd + 1 + path.length - from > maxPath) return undefined
  const resource = parseResource(path, from)
  return resource && { stream, resource, token, query }
}

/** `/live/NAME.flv`, and `/live/whip`, whose stream the key names. */
function parseWithoutFolder(file: string, query: string): LiveUrl | undefined {
  if (file === 'whip') return { stream: '', resource: { kind: 'whip-by-key' }, token: undefined, query }
  if (!file.endsWith('.flv')) return undefined
  const stream = file.slice(0, -'.flv'.length)
  return isStreamName(stream) ? { stream, resource: { kind: 'flv' }, token: undefined, query } : undefined
}

function parseResource(path: string, from: number): LiveResource | undefined {
  const epochEnd = path.indexOf('/', from)
  if (epochEnd < 0) return parseFile(path.slice(from))
  const epoch = path.slice(from, epochEnd)
  const renditionEnd = path.indexOf('/', epochEnd + 1)
  if (renditionEnd < 0) return parseInFolder(epoch, path.slice(epochEnd + 1)) ?? { kind: 'unknown', path: path.slice(from) }
  const rendition = path.slice(epochEnd + 1, renditionEnd)
  const media = isWord(epoch) && isWord(rendition) ? parseMedia(epoch, rendition, path.slice(renditionEnd + 1)) : undefined
  return media ?? { kind: 'unknown', path: path.slice(from) }
}

const spriteSheet = /^sprites-([A-Za-z0-9_-]{1,64})-(\d{1,6})\.jpg$/

function parseFile(file: string): LiveResource | undefined {
  switch (file) {
    case 'index.m3u8':
      return { kind: 'multivariant', plain: false }
    case 'hls.m3u8':
      return { kind: 'multivariant', plain: true }
    case 'manifest.mpd':
      return { kind: 'mpd' }
    case 'keyframe.mp4':
      return { kind: 'keyframe' }
    case 'about.json':
      return { kind: 'about' }
    case 'thumbnail.jpg':
      return { kind: 'thumbnail' }
    case 'sprites.vtt':
      return { kind: 'sprites' }
    case 'beacon':
    case 'events':
    case 'whip':
    case 'whep':
    case 'signal':
      return { kind: file }
  }
  const sheet = spriteSheet.exec(file)
  if (sheet) return { kind: 'sprite-sheet', of: sheet[1] as string, sheet: Number(sheet[2]) }
  // The page has URLs below a stream's too; only what looks like a file is ours to reject.
  return file.includes('.') ? { kind: 'unknown', path: file } : undefined
}

/** A recording, a clip, or a session of WHIP or WHEP. */
function parseInFolder(folder: string, session: string): LiveResource | undefined {
  if (folder === 'recordings') {
    const [, id = '', container = ''] = /^([A-Za-z0-9_-]{1,64})\.(mp4|mkv|ts)$/.exec(session) ?? []
    return id === '' ? undefined : { kind: 'recording', id, container }
  }
  if (folder === 'clips') {
    const [, id = ''] = /^([A-Za-z0-9_-]{1,64})\.mp4$/.exec(session) ?? []
    return id === '' ? undefined : { kind: 'clip', id }
  }
  if ((folder !== 'whip' && folder !== 'whep') || !/^[a-z0-9]{24}$/.test(session)) return undefined
  return { kind: `${folder}-session`, session }
}

function parseMedia(epoch: string, rendition: string, file: string): LiveResource | undefined {
  if (file === 'index.m3u8') return { kind: 'playlist', epoch, rendition, plain: false }
  if (file === 'hls.m3u8') return { kind: 'playlist', epoch, rendition, plain: true }
  if (file.startsWith('part-') && file.endsWith('.m4s')) {
    const serial = wholeNumber(file, 5, file.length - 4)
    if (serial >= 0) return { kind: 'part', epoch, rendition, serial }
  } else if (file.startsWith('seg-') && file.endsWith('.m4s')) {
    const sequence = wholeNumber(file, 4, file.length - 4)
    if (sequence >= 0) return { kind: 'segment', epoch, rendition, sequence }
  } else if (file.startsWith('seg-') && file.endsWith('.ts')) {
    const sequence = wholeNumber(file, 4, file.length - 3)
    if (sequence >= 0) return { kind: 'ts-segment', epoch, rendition, sequence }
  } else if (file.startsWith('init-') && file.endsWith('.mp4')) {
    const init = wholeNumber(file, 5, file.length - 4)
    if (init >= 0) return { kind: 'init', epoch, rendition, init }
  }
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A decimal without sign or needless zeros, or -1. At most 15 digits, so that it is exact. */
export function wholeNumber(text: string, from: number, to: number): number {
  const length = to - from
  if (length < 1 || length > 15) return -1
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return length > 1 && text.charCodeAt(from) === 0x30 ? -1 : value
}

/** 1 to 64 of A-Z, a-z, 0-9, `-` and `_`: epochs, rendition ids and session keys. */
export function isWord(text: string): boolean {
  if (text.length === 0 || text.length > 64) return false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const fits =
      (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f
    if (!fits) return false
  }
  return true
}
