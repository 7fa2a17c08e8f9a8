import type { VideoOutput } from '../messages.ts'

/** Options of an encoder for an output, in the encoder's own words. No keyframe comes but those that are asked for. */
export function encoderOptions(spec: VideoOutput): readonly (readonly [name: string, value: string])[] {
  switch (spec.encoder) {
    case 'libx264':
      return [
        ['preset', spec.preset],
        ...(spec.realtime ? ([['tune', 'zerolatency']] as const) : []),
        ['profile', spec.realtime ? 'baseline' : spec.height <= 360 ? 'main' : 'high'],
        ['forced-idr', '1'],
        ['x264-params', `keyint=infinite:scenecut=0:open-gop=0:b-pyramid=none${spec.realtime ? '' : ':rc-lookahead=8:sync-lookahead=0'}`],
      ]
    default:
      return []
  }
}
