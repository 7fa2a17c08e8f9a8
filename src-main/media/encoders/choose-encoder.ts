export type EncoderCodec = 'h264' | 'hevc' | 'av1'
export type EncoderSpeed = 'fastest' | 'fast' | 'fine'

/** What was found out about an encoder of this machine. */
export interface MeasuredEncoder {
  /** FFmpeg's name. */
  readonly name: string
  readonly codec: EncoderCodec
  readonly found: boolean
  /** Times real time at 720p30 with its fastest preset; null where it cannot be used. */
  readonly speed: number | null
}

/** The encoder that makes a codec here, with its word for a speed. */
export interface ChosenEncoder {
  readonly name: string
  readonly preset: string
}

const presets: Readonly<Record<string, Readonly<Record<EncoderSpeed, string>>>> = {
  libx264: { fastest: 'ultrafast', fast: 'superfast', fine: 'veryfast' },
  libx265: { fastest: 'ultrafast', fast: 'ultrafast', fine: 'superfast' },
  libsvtav1: { fastest: '13', fast: '12', fine: '10' },
  h264_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  hevc_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  av1_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  h264_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  hevc_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  av1_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  h264_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
  hevc_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
  av1_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
}
const softwareEncoders: Readonly<Record<EncoderCodec, string>> = { h264: 'libx264', hevc: 'libx265', av1: 'libsvtav1' }

/** The encoder's own word for a speed; empty where it has none. */
export function presetFor(encoder: string, speed: EncoderSpeed): string {
  return presets[encoder]?.[speed] ?? ''
}

/** The fastest encoder that was found for a codec; the software one while nothing has been measured. */
export function chooseEncoder(codec: EncoderCodec, speed: EncoderSpeed, encoders: readonly MeasuredEncoder[]): ChosenEncoder {
  let best: MeasuredEncoder | undefined
  for (const encoder of encoders) {
    if (encoder.codec === codec && encoder.found && (encoder.speed ?? 0) > (best?.speed ?? 0)) best = encoder
  }
  const name = best?.name ?? softwareEncoders[codec]
  return { name, preset: presetFor(name, speed) }
}
