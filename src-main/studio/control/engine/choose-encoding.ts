import { chooseEncoder, type EncoderSpeed, type MeasuredEncoder, presetFor } from '../../../media/encoders/choose-encoder.ts'
import type { VideoEncoding } from '../../document/schemas/encoding-schemas.ts'

/** What speeds were measured at, pixels a second. */
const measuredPixels = 1280 * 720 * 30

/**
 * The encoding with `auto` replaced by what suits this machine: the fastest encoder found, and the finest preset that leaves
 * most of the machine to everything else. `pixels` a second are what it shall encode.
 */
export function chooseEncoding(encoding: VideoEncoding, pixels: number, encoders: readonly MeasuredEncoder[]): VideoEncoding {
  const encoder = encoding.encoder === 'auto' ? chooseEncoder(encoding.codec, 'fastest', encoders).name : encoding.encoder
  const measured = encoders.find(({ name }) => name === encoder)?.speed ?? 0
  /** Times over that the fastest preset would carry it. */
  const room = (measured * measuredPixels) / pixels
  const speed: EncoderSpeed = room >= 10 ? 'fine' : room >= 6 ? 'fast' : 'fastest'
  return { ...encoding, encoder, preset: encoding.preset === 'auto' ? presetFor(encoder, speed) : encoding.preset }
}
