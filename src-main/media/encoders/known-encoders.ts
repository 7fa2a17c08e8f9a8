import type { RenditionCodec } from './encoder-info.ts'

export interface KnownEncoder {
  /** FFmpeg's name. */
  readonly name: string
  readonly codec: RenditionCodec
  readonly kind: 'NVENC' | 'QSV' | 'AMF' | 'VideoToolbox' | 'VAAPI' | 'software'
  /** Systems on which it can exist at all, Node's names; undefined for all. */
  readonly systems?: readonly NodeJS.Platform[]
}

const hardware = [
  { kind: 'NVENC', ending: 'nvenc', codecs: ['h264', 'hevc', 'av1'], systems: ['linux', 'win32'] },
  { kind: 'QSV', ending: 'qsv', codecs: ['h264', 'hevc', 'av1'], systems: ['linux', 'win32'] },
  { kind: 'AMF', ending: 'amf', codecs: ['h264', 'hevc', 'av1'], systems: ['linux', 'win32'] },
  { kind: 'VAAPI', ending: 'vaapi', codecs: ['h264', 'hevc', 'av1'], systems: ['linux'] },
  { kind: 'VideoToolbox', ending: 'videotoolbox', codecs: ['h264', 'hevc'], systems: ['darwin'] },
] as const

/** Every encoder that is looked for. */
export const knownEncoders: readonly KnownEncoder[] = [
  { name: 'libx264', codec: 'h264', kind: 'software' },
  { name: 'libx265', codec: 'hevc', kind: 'software' },
  { name: 'libsvtav1', codec: 'av1', kind: 'software' },
  ...hardware.flatMap(({ kind, ending, codecs, systems }) => codecs.map((codec) => ({ name: `${codec}_${ending}`, codec, kind, systems }))),
]
