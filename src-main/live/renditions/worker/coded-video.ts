import { lengthPrefixed, splitAnnexB } from '../../../formats/annexb.ts'
import { type Fault, fault, isFault } from '../../../formats/fault.ts'
import { buildAvcDecoderConfiguration } from '../../../formats/h264.ts'
import type { VideoCodec, VideoTrack } from '../../../formats/track.ts'
import { videoTrack } from '../../../formats/track-from-config.ts'

/** What an encoder's output looks like as packets of the house. */
export interface CodedForm {
  readonly track: VideoTrack
  /** Bytes of one coded picture, in memory of their own. */
  packetData(data: Uint8Array): Uint8Array
}

/** From the configuration that an encoder gave when it was opened. */
export function codedForm(id: string, codec: VideoCodec, headers: Uint8Array): CodedForm | Fault {
  if (codec !== 'h264') return fault(`${codec} cannot be made`, 0)
  const sps: Uint8Array[] = []
  const pps: Uint8Array[] = []
  for (const unit of splitAnnexB(headers)) {
    const type = (unit[0] as number) & 0x1f
    if (type === 7) sps.push(unit)
    else if (type === 8) pps.push(unit)
  }
  const record = buildAvcDecoderConfiguration(sps, pps)
  if (isFault(record)) return record
  const track = videoTrack(id, codec, record)
  if (isFault(track)) return track
  return {
    track,
    // Parameter sets stand in the track's configuration, delimiters and remarks are of no use.
    packetData: (data) =>
      lengthPrefixed(
        splitAnnexB(data).filter((unit) => {
          const type = (unit[0] as number) & 0x1f
          return type <= 5
        }),
      ),
  }
}
