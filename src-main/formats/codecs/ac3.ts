import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'

/** What the first AC-3 or E-AC-3 packet says (ETSI TS 102 366, 4.4 and E.1). */
export interface Ac3Configuration {
  readonly codec: 'ac3' | 'eac3'
  /** Body of the dac3 or dec3 box (TS 102 366, F.4 and F.6). */
  readonly config: Uint8Array
  readonly sampleRate: number
  readonly channels: number
  /** Samples in this packet: 1536 for AC-3, 256 for each block of each E-AC-3 frame in it. */
  readonly samplesPerFrame: number
}

const sampleRates = [48_000, 44_100, 32_000]
const fullChannels = [2, 1, 2, 3, 3, 4, 4, 5]
const blockCounts = [1, 2, 3, 6]

/** Reads the sync frame(s) at the start of a packet. Dependent substreams (over 5.1 channels) are carried but not described. */
export function parseSyncFrame(data: Uint8Array): Ac3Configuration | Fault {
  if (data.length < 8) return fault('AC-3 frame is shorter than 8 bytes', data.length)
  if (data[0] !== 0x0b || data[1] !== 0x77) return fault('AC-3 sync word is missing', 0)
  const bsid = (data[5] as number) >> 3
  if (bsid <= 10) return parseAc3(data, bsid)
  if (bsid <= 16) return parseEac3(data, bsid)
  return fault('AC-3 bitstream id is over 16', 5)
}

function parseAc3(data: Uint8Array, bsid: number): Ac3Configuration | Fault {
  const reader = new BitReader(data, 4)
  const rateCode = reader.bits(2)
  const sizeCode = reader.bits(6)
  reader.skip(5)
  const mode = reader.bits(3)
  const channelMode = reader.bits(3)
  if ((channelMode & 1) !== 0 && channelMode !== 1) reader.skip(2)
  if ((channelMode & 4) !== 0) reader.skip(2)
  if (channelMode === 2) reader.skip(2)
  const lfe = reader.bits(1)
  const sampleRate = sampleRates[rateCode]
  if (sampleRate === undefined) return fault('AC-3 sample rate code is reserved', 4)
  if (sizeCode > 37) return fault('AC-3 frame size code is over 37', 4)
  const packed = rateCode * 2 ** 22 + (bsid << 17) + (mode << 14) + (channelMode << 11) + (lfe << 10) + ((sizeCode >> 1) << 5)
  const config = new Uint8Array([(packed >>> 16) & 255, (packed >>> 8) & 255, packed & 255])
  return {
    codec: 'ac3',
    config,
    sampleRate: sampleRate >> Math.max(0, bsid - 8),
    channels: (fullChannels[channelMode] as number) + lfe,
    samplesPerFrame: 1536,
  }
}

function parseEac3(data: Uint8Array, bsid: number): Ac3Configuration | Fault {
  const reader = new BitReader(data, 2)
  const streamType = reader.bits(2)
  if (streamType === 1) return fault('E-AC-3 packet starts with a dependent substream', 2)
  reader.skip(3)
  const frameBytes = (reader.bits(11) + 1) * 2
  const rateCode = reader.bits(2)
  const halfCode = reader.bits(2)
  const channelMode = reader.bits(3)
  const lfe = reader.bits(1)
  const fullRate = sampleRates[rateCode === 3 ? halfCode : rateCode]
  if (fullRate === undefined) return fault('E-AC-3 sample rate code is reserved', 4)
  const sampleRate = rateCode === 3 ? fullRate / 2 : fullRate
  const blocks = countBlocks(data)
  const bitrateKbps = Math.min(8191, Math.round((frameBytes * 8 * sampleRate) / (256 * frameBlocks(rateCode, halfCode)) / 1000))
  const config = new Uint8Array([bitrateKbps >> 5, (bitrateKbps & 31) << 3, (rateCode << 6) | (bsid << 1), (channelMode << 1) | lfe, 0])
  return { codec: 'eac3', config, sampleRate, channels: (fullChannels[channelMode] as number) + lfe, samplesPerFrame: 256 * blocks }
}

function frameBlocks(rateCode: number, blockCode: number): number {
  return rateCode === 3 ? 6 : (blockCounts[blockCode] as number)
}

/** Blocks of all frames of the first independent substream in the packet. */
function countBlocks(data: Uint8Array): number {
  let blocks = 0
  let at = 0
  while (at + 6 <= data.length && data[at] === 0x0b && data[at + 1] === 0x77) {
    const head = data[at + 2] as number
    const codes = data[at + 4] as number
    if (head >> 6 !== 1 && ((head >> 3) & 7) === 0) blocks += frameBlocks(codes >> 6, (codes >> 4) & 3)
    at += ((((head & 7) << 8) | (data[at + 3] as number)) + 1) * 2
  }
  return Math.max(1, blocks)
}
