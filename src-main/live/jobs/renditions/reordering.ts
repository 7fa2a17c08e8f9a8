import { parseAvcDecoderConfiguration } from '../../../formats/codecs/h264.ts'
import { isFault } from '../../../formats/fault.ts'
import type { VideoTrack } from '../../../formats/track.ts'

/** Profiles that every WebRTC receiver decodes: baseline, main, high. */
const commonProfiles = new Set([66, 77, 100])

/**
 * Whether a track can be played to a WebRTC peer as it is. `by-packets`: B-frames are possible, and active as soon as a packet
 * is shown at another time than it is decoded.
 */
export function realtimeFitness(track: VideoTrack): 'passes' | 'must-be-made' | 'by-packets' {
  if (track.codec !== 'h264') return 'must-be-made'
  const parsed = parseAvcDecoderConfiguration(track.config)
  if (isFault(parsed) || !commonProfiles.has(parsed.profile)) return 'must-be-made'
  return parsed.reorders ? 'by-packets' : 'passes'
}
