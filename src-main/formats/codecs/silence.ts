import { isFault } from '../fault.ts'
import type { AudioTrack } from '../track.ts'
import { parseAudioSpecificConfig } from './aac.ts'

/** A packet in which nothing is heard. */
export interface SilentPacket {
  readonly data: Uint8Array
  /** Ticks of the track's timescale. */
  readonly duration: number
}

type Element = 'single' | 'pair' | 'low'

/** Syntactic elements of each channel configuration (ISO/IEC 14496-3, table 1.19). */
const elements: Readonly<Record<number, readonly Element[]>> = {
  1: ['single'],
  2: ['pair'],
  3: ['single', 'pair'],
  4: ['single', 'pair', 'single'],
  5: ['single', 'pair', 'pair'],
  6: ['single', 'pair', 'pair', 'low'],
  8: ['single', 'pair', 'pair', 'pair', 'low'],
}
const elementIds: Readonly<Record<Element, number>> = { single: 0, pair: 1, low: 3 }
const endId = 7

/** Silence that players and decoders take in the middle of a track; undefined for codecs and layouts where it is not known. */
export function silentPacket(track: AudioTrack): SilentPacket | undefined {
  if (track.codec === 'opus') return silentOpus(track)
  return track.codec === 'aac' ? silentAac(track) : undefined
}

/** 20 ms of CELT at full bandwidth (RFC 6716, 3.1) whose frame has the silence flag (4.3): the range coder reads it from these two bytes. */
function silentOpus({ channels, timescale }: AudioTrack): SilentPacket | undefined {
  if (channels !== 1 && channels !== 2) return undefined
  const fullBand20Ms = 31 << 3
  return { data: Uint8Array.of(fullBand20Ms | (channels === 2 ? 4 : 0), 0xff, 0xfe), duration: timescale / 50 }
}

/** A `raw_data_block` (ISO/IEC 14496-3, 4.4.2) whose channels have no scale factor bands; for AAC-LC alone. */
function silentAac({ config, channels, samplesPerPacket }: AudioTrack): SilentPacket | undefined {
  const read = parseAudioSpecificConfig(config)
  if (isFault(read) || read.codecString !== 'mp4a.40.2') return undefined
  const list = elements[channels]
  if (list === undefined || read.channels !== channels) return undefined
  const bits: number[] = []
  const put = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1)
  }
  const putChannel = (): void => {
    put(0, 8) // global_gain
    put(0, 1 + 2 + 1) // ics_reserved_bit, window_sequence: long, window_shape
    put(0, 6) // max_sfb
    put(0, 1) // predictor_data_present
    put(0, 1 + 1 + 1) // pulse_data_present, tns_data_present, gain_control_data_present
  }
  const tags: Record<Element, number> = { single: 0, pair: 0, low: 0 }
  for (const element of list) {
    put(elementIds[element], 3)
    put(tags[element]++, 4)
    if (element === 'pair') put(0, 1) // common_window
    putChannel()
    if (element === 'pair') putChannel()
  }
  put(endId, 3)
  while (bits.length % 8 !== 0) bits.push(0)
  const data = new Uint8Array(bits.length / 8)
  bits.forEach((bit, index) => {
    data[index >> 3] = (data[index >> 3] as number) | (bit << (7 - (index & 7)))
  })
  return { data, duration: samplesPerPacket ?? read.samplesPerFrame }
}
