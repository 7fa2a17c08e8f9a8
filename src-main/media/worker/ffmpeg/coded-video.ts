import { lengthPrefixed, splitAnnexB } from '../../../formats/codecs/annexb.ts'
import { stripTemporalDelimiters } from '../../../formats/codecs/av1.ts'
import { buildAv1Configuration } from '../../../formats/codecs/av1-record.ts'
import { buildAvcDecoderConfiguration } from '../../../formats/codecs/h264.ts'
import { buildHevcDecoderConfiguration } from '../../../formats/codecs/hevc-record.ts'
import { videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { type Fault, fault, isFault } from '../../../formats/fault.ts'
import type { VideoCodec, VideoTrack } from '../../../formats/track.ts'

/** What an encoder's output looks like as packets of this program. */
export interface CodedForm {
  readonly track: VideoTrack
  /** Bytes of one coded frame, in memory of their own. */
  packetData(data: Uint8Array): Uint8Array
}

/** Slices alone: parameter sets are in the track's configuration, delimiters and remarks are of no use. */
function slices(data: Uint8Array, isSlice: (unit: Uint8Array) => boolean): Uint8Array {
  return lengthPrefixed(splitAnnexB(data).filter(isSlice))
}

function avcRecord(headers: Uint8Array): Uint8Array | Fault {
  const units = splitAnnexB(headers)
  const ofType = (type: number): Uint8Array[] => units.filter((unit) => ((unit[0] as number) & 0x1f) === type)
  return buildAvcDecoderConfiguration(ofType(7), ofType(8))
}

/** From the configuration that an encoder gave when it was opened. */
export function codedForm(id: string, codec: VideoCodec, headers: Uint8Array): CodedForm | Fault {
  switch (codec) {
    case 'h264':
      return form(id, codec, avcRecord(headers), (data) => slices(data, (unit) => ((unit[0] as number) & 0x1f) <= 5))
    case 'hevc':
      return form(id, codec, buildHevcDecoderConfiguration(splitAnnexB(headers)), (data) =>
        slices(data, (unit) => (((unit[0] as number) >> 1) & 0x3f) < 32),
      )
    case 'av1':
      return form(id, codec, headers[0] === 0x81 ? headers : buildAv1Configuration(headers), (data) =>
        stripTemporalDelimiters(data).slice(),
      )
    default:
      return fault(`${codec} cannot be made`, 0)
  }
}

function form(id: string, codec: VideoCodec, record: Uint8Array | Fault, packetData: CodedForm['packetData']): CodedForm | Fault {
  if (isFault(record)) return record
  const track = videoTrack(id, codec, record)
  return isFault(track) ? track : { track, packetData }
}
