/** What the first bytes of a file say that it is. */
export interface MediaSignature {
  /** `lut`: a table of colours (.cube). */
  readonly kind: 'image' | 'video' | 'audio' | 'lut' | 'font'
  /** Media type. */
  readonly type: string
  /** Endings that such files have, without the dot; the first is the usual one. */
  readonly endings: readonly [string, ...string[]]
}

/** This many bytes of a file's start are enough for `mediaSignature`. */
export const signatureBytes = 4096

const signature = (kind: MediaSignature['kind'], type: string, ...endings: [string, ...string[]]): MediaSignature => ({
  kind,
  type,
  endings,
})

const png = signature('image', 'image/png', 'png')
const jpeg = signature('image', 'image/jpeg', 'jpg', 'jpeg', 'jfif')
const gif = signature('image', 'image/gif', 'gif')
const webp = signature('image', 'image/webp', 'webp')
const bmp = signature('image', 'image/bmp', 'bmp')
const tiff = signature('image', 'image/tiff', 'tif', 'tiff')
const avif = signature('image', 'image/avif', 'avif')
const svg = signature('image', 'image/svg+xml', 'svg')
const mp4 = signature('video', 'video/mp4', 'mp4', 'm4v', 'mov', '3gp')
const quickTime = signature('video', 'video/quicktime', 'mov', 'qt')
const m4a = signature('audio', 'audio/mp4', 'm4a', 'm4b', 'mp4')
const matroska = signature('video', 'video/x-matroska', 'mkv', 'mka')
const webm = signature('video', 'video/webm', 'webm', 'weba')
const avi = signature('video', 'video/x-msvideo', 'avi')
const flv = signature('video', 'video/x-flv', 'flv')
const transport = signature('video', 'video/mp2t', 'ts', 'm2ts', 'mts')
const program = signature('video', 'video/mpeg', 'mpg', 'mpeg', 'vob')
const asf = signature('video', 'video/x-ms-wmv', 'wmv', 'wma', 'asf')
const mxf = signature('video', 'application/mxf', 'mxf')
const oggVideo = signature('video', 'video/ogg', 'ogv', 'ogg')
const oggAudio = signature('audio', 'audio/ogg', 'ogg', 'oga', 'opus')
const wav = signature('audio', 'audio/wav', 'wav')
const aiff = signature('audio', 'audio/aiff', 'aiff', 'aif', 'aifc')
const flac = signature('audio', 'audio/flac', 'flac')
const mp3 = signature('audio', 'audio/mpeg', 'mp3', 'mp2')
const adts = signature('audio', 'audio/aac', 'aac')
const caf = signature('audio', 'audio/x-caf', 'caf')
const trueType = signature('font', 'font/ttf', 'ttf')
const openType = signature('font', 'font/otf', 'otf')
const cube = signature('lut', 'text/plain', 'cube')

/** Starts that are one run of bytes. */
const starts: readonly (readonly [bytes: string, found: MediaSignature])[] = [
  ['\x89PNG\r\n\x1a\n', png],
  ['\xff\xd8\xff', jpeg],
  ['GIF87a', gif],
  ['GIF89a', gif],
  ['II*\0', tiff],
  ['MM\0*', tiff],
  ['FLV\x01', flv],
  ['\0\0\x01\xba', program],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', asf],
  ['\x06\x0e\x2b\x34\x02\x05\x01\x01', mxf],
  ['fLaC', flac],
  ['ID3', mp3],
  ['caff\0', caf],
  ['\0\x01\0\0\0', trueType],
  ['OTTO\0', openType],
]

/** Which image, video, audio or font file of the formats that are read here it is; undefined for other files. */
export function mediaSignature(head: Uint8Array): MediaSignature | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, signatureBytes)).toString('latin1')
  const known = starts.find(([bytes]) => text.startsWith(bytes))
  if (known !== undefined) return known[1]
  return chunked(text) ?? boxed(text) ?? ebml(text) ?? stepped(head, text) ?? written(text)
}

/** RIFF, RF64, AIFF, BMP and Ogg: a mark, a length, and what it is. */
function chunked(text: string): MediaSignature | undefined {
  const of = text.slice(8, 12)
  if (text.startsWith('RIFF') || text.startsWith('RF64'))
    return of === 'WEBP' ? webp : of === 'WAVE' ? wav : of === 'AVI ' ? avi : undefined
  if (text.startsWith('FORM')) return of === 'AIFF' || of === 'AIFC' ? aiff : undefined
  // The four reserved bytes of a bitmap are 0.
  if (text.startsWith('BM')) return text.slice(6, 10) === '\0\0\0\0' ? bmp : undefined
  if (text.startsWith('OggS')) return /\x80theora|BBCD\0/.test(text) ? oggVideo : oggAudio
  return undefined
}

/** ISO/IEC 14496-12, 4.3: the brands of a file. HEIC has no decoder here. */
function boxed(text: string): MediaSignature | undefined {
  const box = text.slice(4, 8)
  if (box === 'moov' || box === 'mdat' || box === 'wide') return quickTime
  if (box !== 'ftyp') return undefined
  const brands = text.slice(8, Math.min(Math.max(16, text.charCodeAt(3)), 128))
  if (/^(?:avif|avis|mif1|msf1)/.test(brands)) return brands.includes('avif') || brands.includes('avis') ? avif : undefined
  if (/^(?:heic|heix|hevc|hevx)/.test(brands)) return undefined
  if (/^(?:M4A |M4B )/.test(brands)) return m4a
  return brands.startsWith('qt  ') ? quickTime : mp4
}

/** RFC 8794: Matroska and WebM. */
function ebml(text: string): MediaSignature | undefined {
  if (!text.startsWith('\x1a\x45\xdf\xa3')) return undefined
  const start = text.slice(0, 256)
  return start.includes('webm') ? webm : start.includes('matroska') ? matroska : undefined
}

/** Packets and frames that follow each other with nothing before them. */
function stepped(head: Uint8Array, text: string): MediaSignature | undefined {
  const syncs = (first: number, step: number): boolean => [0, 1, 2].every((packet) => head[first + packet * step] === 0x47)
  if (syncs(0, 188) || syncs(4, 192)) return transport
  const second = head[1] ?? 0
  if (head[0] !== 0xff) return undefined
  // ADTS: layer 0; MPEG audio: layers I to III with a bit rate and a sample rate that there are.
  if ((second & 0xf6) === 0xf0) return adts
  const third = text.charCodeAt(2)
  return (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && third >> 4 !== 15 && (third & 0x0c) !== 0x0c ? mp3 : undefined
}

function written(text: string): MediaSignature | undefined {
  if (text.includes('\0')) return undefined
  const start = text.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (/^(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(start)) return svg
  return /^(?:[^\n]*\n){0,60}?LUT_[13]D_SIZE\s+\d+/m.test(start) ? cube : undefined
}
