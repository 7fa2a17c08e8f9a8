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
    default:
      return []
  }
}
