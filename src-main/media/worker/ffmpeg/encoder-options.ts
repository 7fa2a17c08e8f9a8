/** What an encoder's own options depend on. */
export interface EncoderPreferences {
  /** FFmpeg's name of the encoder. */
  readonly encoder: string
  /** Its word for a speed. */
  readonly preset: string
  /** Every frame comes out before the next goes in. */
  readonly lowLatency: boolean
  /** `high444`: a color for each pixel, by x264 alone. */
  readonly profile: 'baseline' | 'main' | 'high' | 'high444'
  readonly bFrames: number
  /** Constant quality instead of a bitrate. */
  readonly crf?: number
  /** x264 alone: constant quantizer instead of a bitrate, 0 to 51. It measures nothing of a frame before it encodes it. */
  readonly qp?: number
}

/** The better presets look ahead for a third of a second and more: six frames are enough for a live stream. */
function lookahead({ preset, lowLatency }: EncoderPreferences): string {
  return lowLatency || preset === 'ultrafast' || preset === 'superfast' ? '' : ':rc-lookahead=6:sync-lookahead=0'
}

/** Options of an encoder, in its own words. No keyframe comes but those that are asked for. */
export function encoderOptions(wishes: EncoderPreferences): readonly (readonly [name: string, value: string])[] {
  const quality = wishes.crf === undefined ? [] : ([['crf', String(wishes.crf)]] as const)
  switch (wishes.encoder) {
    case 'libx264':
      return [
        ['preset', wishes.preset],
        ...(wishes.lowLatency ? ([['tune', 'zerolatency']] as const) : []),
        ['profile', wishes.profile],
        ['forced-idr', '1'],
        ...(wishes.qp === undefined ? quality : ([['qp', String(wishes.qp)]] as const)),
        ['x264-params', `keyint=infinite:scenecut=0:open-gop=0:b-pyramid=none${lookahead(wishes)}`],
      ]
    case 'libx265':
      return [
        ['preset', wishes.preset],
        ...(wishes.lowLatency ? ([['tune', 'zerolatency']] as const) : []),
        ['forced-idr', '1'],
        ...quality,
        ['x265-params', `keyint=-1:scenecut=0:open-gop=0:bframes=${wishes.bFrames}:rc-lookahead=6:log-level=error:info=0`],
      ]
    case 'libsvtav1':
      return [
        ['preset', wishes.preset],
        ...quality,
        ['svtav1-params', `keyint=-1:force-key-frames=1:pred-struct=1:scd=0${wishes.crf === undefined ? ':rc=2' : ''}`],
      ]
    case 'h264_nvenc':
    case 'hevc_nvenc':
    case 'av1_nvenc':
      return [
        ['preset', wishes.preset],
        ['tune', 'll'],
        ['rc', 'cbr'],
        ['forced-idr', '1'],
        ['no-scenecut', '1'],
        ['delay', '0'],
      ]
    case 'h264_qsv':
    case 'hevc_qsv':
    case 'av1_qsv':
      return [
        ['preset', wishes.preset],
        ['forced_idr', '1'],
        ['async_depth', '1'],
      ]
    case 'h264_amf':
    case 'hevc_amf':
    case 'av1_amf':
      return [
        ['quality', wishes.preset],
        ['usage', 'lowlatency'],
        ['rc', 'cbr'],
        ['forced_idr', '1'],
      ]
    case 'h264_videotoolbox':
    case 'hevc_videotoolbox':
      return [['realtime', '1']]
    case 'h264_vaapi':
    case 'hevc_vaapi':
    case 'av1_vaapi':
      return [
        ['rc_mode', 'CBR'],
        ['async_depth', '1'],
      ]
    default:
      return []
  }
}
