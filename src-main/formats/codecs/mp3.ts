import { type Fault, fault } from '../fault.ts'

/** What an MPEG audio layer III frame header says (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-3). */
export interface Mp3FrameHeader {
  readonly sampleRate: number
  readonly channels: number
  /** Samples in the frame: 1152, or 576 at the low rates of MPEG-2. */
  readonly samplesPerFrame: number
  /** `mp4a.6B`: the object type that Chromium and Firefox know MP3 in MP4 by. */
  readonly codecString: string
}

const sampleRates = [44_100, 48_000, 32_000]

/** Reads the header at the start of an MP3 frame. */
export function parseMp3FrameHeader(data: Uint8Array): Mp3FrameHeader | Fault {
  if (data.length < 4) return fault('MP3 frame is shorter than 4 bytes', data.length)
  const second = data[1] as number
  if (data[0] !== 0xff || (second & 0xe0) !== 0xe0) return fault('MP3 sync word is missing', 0)
  const version = (second >> 3) & 3
  if (version === 1) return fault('MPEG audio version is reserved', 1)
  if (((second >> 1) & 3) !== 1) return fault('MPEG audio is not layer III', 1)
  const rate = sampleRates[((data[2] as number) >> 2) & 3]
  if (rate === undefined) return fault('MP3 sample rate is reserved', 2)
  return {
    sampleRate: version === 3 ? rate : version === 2 ? rate / 2 : rate / 4,
    channels: (data[3] as number) >> 6 === 3 ? 1 : 2,
    samplesPerFrame: version === 3 ? 1152 : 576,
    codecString: 'mp4a.6B',
  }
}
