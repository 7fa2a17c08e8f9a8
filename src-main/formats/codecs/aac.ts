import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'

/** What an AudioSpecificConfig says (ISO/IEC 14496-3, 1.6.2.1). */
export interface AacConfiguration {
  /** Audio object type of the core: 2 is AAC-LC. */
  readonly objectType: number
  /** Hz of the core coder: the track's timescale. */
  readonly sampleRate: number
  /** Hz of the decoded audio: twice the core's with SBR. */
  readonly outputSampleRate: number
  /** Channels of the decoded audio: 2 for mono with parametric stereo. 0 if a program config element could not be read. */
  readonly channels: number
  /** Samples of the core in one packet: 1024, 960, 512 or 480. */
  readonly samplesPerFrame: number
  /** `mp4a.40.2`, `mp4a.40.5` with SBR, `mp4a.40.29` with parametric stereo. */
  readonly codecString: string
}

const sampleRates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350]
const channelCounts = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8]
const typesWithGeneralConfig = new Set([1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23])

/** Reads an AudioSpecificConfig, with SBR and parametric stereo signalled either hierarchically or behind the core's configuration. */
export function parseAudioSpecificConfig(body: Uint8Array): AacConfiguration | Fault {
  if (body.length < 2) return fault('AudioSpecificConfig is shorter than 2 bytes', body.length)
  const reader = new BitReader(body)
  let objectType = readObjectType(reader)
  const sampleRate = readSampleRate(reader)
  const channelConfiguration = reader.bits(4)
  let sbr = false
  let ps = false
  let extensionRate = 0
  if (objectType === 5 || objectType === 29) {
    sbr = true
    ps = objectType === 29
    extensionRate = readSampleRate(reader)
    objectType = readObjectType(reader)
  }
  if (reader.overrun) return fault('AudioSpecificConfig is cut', body.length)
  if (objectType === 0) return fault('AAC object type is 0', 0)
  if (sampleRate < 4_000 || sampleRate > 192_000) return fault(`AAC sample rate ${sampleRate} cannot be`, 0)
  let channels = channelCounts[channelConfiguration] ?? 0
  if (channelConfiguration !== 0 && channels === 0) return fault('AAC channel configuration is reserved', 1)
  const shortFrame = reader.flag()
  const lowDelay = objectType === 23 || objectType === 39
  if (typesWithGeneralConfig.has(objectType)) {
    if (reader.flag()) reader.skip(14)
    const extension = reader.flag()
    if (channelConfiguration === 0) channels = readProgramConfig(reader)
    if (objectType === 6 || objectType === 20) reader.skip(3)
    if (extension)
      reader.skip(objectType === 22 ? 17 : objectType === 17 || objectType === 19 || objectType === 20 || objectType === 23 ? 4 : 1)
    if (!sbr && reader.remaining >= 16 && reader.bits(11) === 0x2b7 && readObjectType(reader) === 5 && reader.flag()) {
      sbr = true
      extensionRate = readSampleRate(reader)
      if (reader.remaining >= 12 && reader.bits(11) === 0x548) ps = reader.flag()
    }
  }
  if (ps && channels !== 1) ps = false
  const outputSampleRate = sbr && extensionRate >= sampleRate && extensionRate <= 192_000 ? extensionRate : sampleRate
  return {
    objectType,
    sampleRate,
    outputSampleRate,
    channels: ps ? 2 : channels,
    samplesPerFrame: lowDelay ? (shortFrame ? 480 : 512) : shortFrame ? 960 : 1024,
    codecString: `mp4a.40.${ps ? 29 : sbr ? 5 : objectType}`,
  }
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5)
  return type === 31 ? 32 + reader.bits(6) : type
}

function readSampleRate(reader: BitReader): number {
  const index = reader.bits(4)
  return index === 15 ? reader.bits(24) : (sampleRates[index] ?? 0)
}

/** program_config_element (4.4.1.1): how many channels it names; 0 where it is cut. */
function readProgramConfig(reader: BitReader): number {
  reader.skip(10)
  const front = reader.bits(4)
  const side = reader.bits(4)
  const back = reader.bits(4)
  const lfe = reader.bits(2)
  const data = reader.bits(3)
  const coupling = reader.bits(4)
  if (reader.flag()) reader.skip(4)
  if (reader.flag()) reader.skip(4)
  if (reader.flag()) reader.skip(3)
  let channels = lfe
  for (let i = 0; i < front + side + back; i++) {
    channels += reader.flag() ? 2 : 1
    reader.skip(4)
  }
  reader.skip(4 * lfe + 4 * data + 5 * coupling)
  reader.align()
  const comment = reader.bits(8)
  if (!reader.overrun) reader.skip(8 * comment)
  return reader.overrun ? 0 : channels
}
