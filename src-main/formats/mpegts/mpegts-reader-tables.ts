import type { AudioCodec, VideoCodec } from '../track.ts'

/** What one entry of a program map is to us. */
export type TsStreamKind =
  | { readonly kind: 'video'; readonly codec: Extract<VideoCodec, 'h264' | 'hevc'> }
  | {
      readonly kind: 'audio'
      readonly codec: Extract<AudioCodec, 'aac' | 'opus' | 'ac3' | 'eac3' | 'mp3'>
      readonly latm?: boolean
      readonly opusChannels?: number
    }
  | { readonly kind: 'unsupported'; readonly name: string }

export interface TsMapEntry {
  readonly pid: number
  readonly stream: TsStreamKind
}

/** PID of the program map of the first program (ISO/IEC 13818-1, 2.4.4.3); undefined if the table lists no program. */
export function readAssociation(section: Uint8Array): number | undefined {
  for (let at = 8; at + 4 <= section.length - 4; at += 4) {
    const program = ((section[at] as number) << 8) | (section[at + 1] as number)
    if (program !== 0) return (((section[at + 2] as number) & 0x1f) << 8) | (section[at + 3] as number)
  }
  return undefined
}

/** Entries of a program map (2.4.4.8) that are video or audio; captions, teletext, data and markers of advertising are skipped. */
export function readMap(section: Uint8Array): readonly TsMapEntry[] {
  const entries: TsMapEntry[] = []
  if (section.length < 16) return entries
  const end = section.length - 4
  let at = 12 + ((((section[10] as number) & 0x0f) << 8) | (section[11] as number))
  while (at + 5 <= end) {
    const type = section[at] as number
    const pid = (((section[at + 1] as number) & 0x1f) << 8) | (section[at + 2] as number)
    const length = (((section[at + 3] as number) & 0x0f) << 8) | (section[at + 4] as number)
    const stream = identify(type, section.subarray(at + 5, Math.min(end, at + 5 + length)))
    if (stream) entries.push({ pid, stream })
    at += 5 + length
  }
  return entries
}

const unsupported: Readonly<Record<number, string>> = {
  1: 'MPEG-1 video',
  2: 'MPEG-2 video',
  16: 'MPEG-4 part 2 video',
  33: 'JPEG 2000 video',
  51: 'VVC video',
  66: 'AVS video',
  209: 'Dirac video',
  234: 'VC-1 video',
  130: 'DTS audio',
  133: 'DTS-HD audio',
  138: 'DTS audio',
  131: 'TrueHD audio',
}

function identify(type: number, descriptors: Uint8Array): TsStreamKind | undefined {
  switch (type) {
    case 0x1b:
      return { kind: 'video', codec: 'h264' }
    case 0x24:
      return { kind: 'video', codec: 'hevc' }
    case 0x0f:
      return { kind: 'audio', codec: 'aac' }
    case 0x11:
      return { kind: 'audio', codec: 'aac', latm: true }
    case 0x03:
    case 0x04:
      return { kind: 'audio', codec: 'mp3' }
    case 0x81:
      return { kind: 'audio', codec: 'ac3' }
    case 0x87:
      return { kind: 'audio', codec: 'eac3' }
    case 0x06:
      return identifyPrivate(descriptors)
  }
  const name = unsupported[type]
  return name === undefined ? undefined : { kind: 'unsupported', name }
}

/** Private data tells what it is by its descriptors (ETSI EN 300 468; Opus: its own mapping; 0x05 is a registration). */
function identifyPrivate(descriptors: Uint8Array): TsStreamKind | undefined {
  let registered = ''
  let opusChannels: number | undefined
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + (descriptors[at + 1] as number)) {
    const tag = descriptors[at] as number
    if (tag === 0x6a) return { kind: 'audio', codec: 'ac3' }
    if (tag === 0x7a) return { kind: 'audio', codec: 'eac3' }
    if (tag === 0x7b) return { kind: 'unsupported', name: 'DTS audio' }
    if (tag === 0x05 && at + 6 <= descriptors.length) registered = String.fromCharCode(...descriptors.subarray(at + 2, at + 6))
    if (tag === 0x7f && descriptors[at + 2] === 0x80 && at + 4 <= descriptors.length) opusChannels = descriptors[at + 3]
  }
  switch (registered) {
    case 'Opus':
      return { kind: 'audio', codec: 'opus', opusChannels: opusChannels ?? 2 }
    case 'AC-3':
      return { kind: 'audio', codec: 'ac3' }
    case 'EAC3':
      return { kind: 'audio', codec: 'eac3' }
    case 'HEVC':
      return { kind: 'video', codec: 'hevc' }
    case 'AV01':
      return { kind: 'unsupported', name: 'AV1 video in a transport stream' }
    default:
      return undefined
  }
}
