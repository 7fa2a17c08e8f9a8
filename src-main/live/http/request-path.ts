/** What an address under `/live/` asks for. Read by hand: this runs for every request of every viewer. */
export type PlaybackTarget =
  | { readonly kind: 'multivariant'; readonly name: string; readonly plain: boolean }
  | { readonly kind: 'mpd'; readonly name: string }
  | { readonly kind: 'keyframe'; readonly name: string }
  | { readonly kind: 'about'; readonly name: string }
  | { readonly kind: 'playlist'; readonly name: string; readonly epoch: string; readonly rendition: string; readonly plain: boolean }
  | { readonly kind: 'init'; readonly name: string; readonly epoch: string; readonly rendition: string; readonly init: number }
  | { readonly kind: 'segment'; readonly name: string; readonly epoch: string; readonly rendition: string; readonly sequence: number }
  /** A segment of an MPEG transport stream. */
  | { readonly kind: 'ts-segment'; readonly name: string; readonly epoch: string; readonly rendition: string; readonly sequence: number }
  | { readonly kind: 'part'; readonly name: string; readonly epoch: string; readonly rendition: string; readonly serial: number }
  /** Under a stream's address but nothing that we have. */
  | { readonly kind: 'unknown'; readonly name: string }

const prefix = '/live/'
const maxPath = 512

/** Reads a path without its query. Undefined: not playback's (the page, the API, `/live/NAME` itself). */
export function parsePlaybackPath(path: string): PlaybackTarget | undefined {
  if (!path.startsWith(prefix) || path.length > maxPath) return undefined
  const nameEnd = path.indexOf('/', prefix.length)
  if (nameEnd < 0) return undefined
  const name = path.slice(prefix.length, nameEnd)
  if (!isStreamName(name)) return undefined
  const afterName = nameEnd + 1
  const epochEnd = path.indexOf('/', afterName)
  if (epochEnd < 0) return namedFile(name, path.slice(afterName))
  const renditionEnd = path.indexOf('/', epochEnd + 1)
  if (renditionEnd < 0 || path.indexOf('/', renditionEnd + 1) >= 0) return { kind: 'unknown', name }
  const epoch = path.slice(afterName, epochEnd)
  const rendition = path.slice(epochEnd + 1, renditionEnd)
  if (!isWord(epoch) || !isWord(rendition)) return { kind: 'unknown', name }
  return mediaFile(name, epoch, rendition, path.slice(renditionEnd + 1))
}

function namedFile(name: string, file: string): PlaybackTarget | undefined {
  switch (file) {
    case 'index.m3u8':
      return { kind: 'multivariant', name, plain: false }
    case 'hls.m3u8':
      return { kind: 'multivariant', name, plain: true }
    case 'manifest.mpd':
      return { kind: 'mpd', name }
    case 'keyframe.mp4':
      return { kind: 'keyframe', name }
    case 'about.json':
      return { kind: 'about', name }
    default:
      // The page has addresses of its own below a stream's; only what looks like a file is ours to refuse.
      return file.includes('.') ? { kind: 'unknown', name } : undefined
  }
}

function mediaFile(name: string, epoch: string, rendition: string, file: string): PlaybackTarget {
  if (file === 'index.m3u8') return { kind: 'playlist', name, epoch, rendition, plain: false }
  if (file === 'hls.m3u8') return { kind: 'playlist', name, epoch, rendition, plain: true }
  if (file.startsWith('part-') && file.endsWith('.m4s')) {
    const serial = wholeNumber(file, 5, file.length - 4)
    if (serial >= 0) return { kind: 'part', name, epoch, rendition, serial }
  } else if (file.startsWith('seg-') && file.endsWith('.m4s')) {
    const sequence = wholeNumber(file, 4, file.length - 4)
    if (sequence >= 0) return { kind: 'segment', name, epoch, rendition, sequence }
  } else if (file.startsWith('seg-') && file.endsWith('.ts')) {
    const sequence = wholeNumber(file, 4, file.length - 3)
    if (sequence >= 0) return { kind: 'ts-segment', name, epoch, rendition, sequence }
  } else if (file.startsWith('init-') && file.endsWith('.mp4')) {
    const init = wholeNumber(file, 5, file.length - 4)
    if (init >= 0) return { kind: 'init', name, epoch, rendition, init }
  }
  return { kind: 'unknown', name }
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

function isStreamName(text: string): boolean {
  if (text.length === 0 || text.length > 64) return false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const letterOrDigit = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
    if (!letterOrDigit && (index === 0 || (code !== 0x2d && code !== 0x5f))) return false
  }
  return true
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
