import type { VideoOutput } from '../messages.ts'

/** The better presets look ahead for a third of a second and more: six pictures are enough for a live one. */
function lookahead({ preset, realtime }: VideoOutput): string {
  return realtime || preset === 'ultrafast' || preset === 'superfast' ? '' : ':rc-lookahead=6:sync-lookahead=0'
}

/** Options of an encoder for an output, in the encoder's own words. No keyframe comes but those that are asked for. */
export function encoderOptions(spec: VideoOutput): readonly (readonly [name: string, value: string])[] {
  switch (spec.encoder) {
    case 'libx264':
      return [
        ['preset', spec.preset],
        ...(spec.realtime ? ([['tune', 'zerolatency']] as const) : []),
        ['profile', spec.realtime ? 'baseline' : spec.height <= 360 ? 'main' : 'high'],
        ['forced-idr', '1'],
        ['x264-params', `keyint=infinite:scenecut=0:open-gop=0:b-pyramid=none${lookahead(spec)}`],
      ]
    case 'libx265':
      return [
        ['preset', spec.preset],
        ['forced-idr', '1'],
        ['x265-params', `keyint=-1:scenecut=0:open-gop=0:bframes=${spec.bFrames}:rc-lookahead=6:log-level=error:info=0`],
      ]
    case 'libsvtav1':
      return [
        ['preset', spec.preset],
        ['svtav1-params', 'keyint=-1:force-key-frames=1:pred-struct=1:rc=2:scd=0'],
      ]
    case 'h264_nvenc':
    case 'hevc_nvenc':
    case 'av1_nvenc':
      return [
        ['preset', spec.preset],
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
        ['preset', spec.preset],
        ['forced_idr', '1'],
        ['async_depth', '1'],
      ]
    case 'h264_amf':
    case 'hevc_amf':
    case 'av1_amf':
      return [
        ['quality', spec.preset],
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
