import { parseSyncFrame } from '../codecs/ac3.ts'
import { LatmReader } from '../codecs/latm.ts'
import { opusPacketDuration } from '../codecs/opus.ts'
import { audioTrack } from '../codecs/track-from-config.ts'
import { isFault } from '../fault.ts'
import type { AudioCodec, AudioTrack } from '../track.ts'
import type { TsSink } from './mpegts-sink.ts'

/** Bytes of an unfinished frame that may wait for the next PES packet. */
const maxCarried = 8192
const clockHz = 90_000

/** Frames of one audio stream: cut out of the PES packets' bytes, whose borders they need not respect, each with its own time. */
export class TsAudio {
  readonly #id: string
  readonly #codec: AudioCodec
  readonly #sink: TsSink
  readonly #cutter: Cutter
  #carried: Uint8Array = new Uint8Array(0)
  /** Time of the next frame as it follows from the last one, 90 kHz. */
  #next: number | undefined
  #track: AudioTrack | undefined
  #shape = ''
  #refused = false

  constructor(id: string, codec: AudioCodec, sink: TsSink, latm: boolean, opusChannels: number) {
    this.#id = id
    this.#codec = codec
    this.#sink = sink
    this.#cutter =
      codec === 'opus'
        ? opusCutter(opusChannels)
        : latm
          ? latmCutter()
          : codec === 'aac'
            ? adtsCutter
            : codec === 'mp3'
              ? mp3Cutter
              : ac3Cutter
  }

  /** Bytes are missing before the next PES packet. */
  onLoss(): void {
    this.#carried = new Uint8Array(0)
    this.#next = undefined
  }

  /** The data of one PES packet. `pts` in 90 kHz is that of the first frame that starts in it; undefined if it had none. */
  onPes(pes: Uint8Array, pts: number | undefined): void {
    const carried = this.#carried.length
    const data = carried === 0 ? pes : joined(this.#carried, pes)
    this.#carried = new Uint8Array(0)
    let at = 0
    let reported = pts
    let lost = false
    while (at < data.length) {
      const cut = this.#cutter(data, at)
      if (cut === 'more') {
        if (data.length - at <= maxCarried) this.#carried = data.slice(at)
        break
      }
      if (typeof cut === 'string') {
        if (cut !== 'sync') {
          if (!this.#refused) this.#sink.onUnsupported(cut)
          this.#refused = true
          return
        }
        lost = true
        at++
        continue
      }
      if (at >= carried && reported !== undefined) {
        this.#next = reported
        reported = undefined
      }
      this.#frame(cut)
      at += cut.bytes
    }
    if (lost) this.#sink.onFault(`Audio of ${this.#id} lost its frames' borders`)
  }

  #frame(cut: CutFrame): void {
    if (cut.shape !== this.#shape) {
      const track = audioTrack(this.#id, this.#codec, cut.config())
      if (isFault(track)) {
        this.#sink.onFault(`A frame of ${this.#id} is malformed: ${track.fault}`)
        return
      }
      this.#shape = cut.shape
      this.#track = track
      this.#sink.onTrack(track)
    }
    if (this.#track === undefined || this.#next === undefined || cut.data.length === 0) return
    const pts = this.#next
    this.#next = pts + (cut.samples * clockHz) / this.#track.timescale
    this.#sink.onFrame(this.#id, pts, pts, true, cut.data)
  }
}

/** A frame as it was found. */
interface CutFrame {
  /** With what surrounds it. */
  readonly bytes: number
  readonly data: Uint8Array
  /** In ticks of the track. */
  readonly samples: number
  /** Changes where the track's configuration does. */
  readonly shape: string
  /** What `audioTrack` wants to know the track by. */
  readonly config: () => Uint8Array
}

/** Cuts the frame that starts at `at`; `more`: it is not whole; `sync`: none starts here; another text names what is not carried. */
type Cutter = (data: Uint8Array, at: number) => CutFrame | 'more' | 'sync' | (string & {})

/** ADTS (ISO/IEC 14496-3, 1.A.3.2). */
const adtsCutter: Cutter = (data, at) => {
  if (data[at] !== 0xff || (at + 1 < data.length && ((data[at + 1] as number) & 0xf6) !== 0xf0)) return 'sync'
  if (at + 7 > data.length) return 'more'
  const third = data[at + 2] as number
  const fourth = data[at + 3] as number
  const bytes = ((fourth & 3) << 11) | ((data[at + 4] as number) << 3) | ((data[at + 5] as number) >> 5)
  const headBytes = ((data[at + 1] as number) & 1) === 1 ? 7 : 9
  const rateIndex = (third >> 2) & 15
  if (bytes <= headBytes || rateIndex > 12) return 'sync'
  if (at + bytes > data.length) return 'more'
  const blocks = ((data[at + 6] as number) & 3) + 1
  if (blocks > 1) return 'AAC with several raw blocks in a frame'
  const channels = ((third & 1) << 2) | (fourth >> 6)
  if (channels === 0) return 'AAC whose channels are in a program config element'
  const type = (third >> 6) + 1
  return {
    bytes,
    data: data.subarray(at + headBytes, at + bytes),
    samples: 1024,
    shape: `${type} ${rateIndex} ${channels}`,
    config: () => Uint8Array.of((type << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3)),
  }
}

const mp3Rates = [44_100, 48_000, 32_000]
const mp3Bitrates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const mp3LowBitrates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

/** MPEG audio layer III (ISO/IEC 11172-3, 2.4.1.3). */
const mp3Cutter: Cutter = (data, at) => {
  if (data[at] !== 0xff || (at + 1 < data.length && ((data[at + 1] as number) & 0xe0) !== 0xe0)) return 'sync'
  if (at + 4 > data.length) return 'more'
  const second = data[at + 1] as number
  const version = (second >> 3) & 3
  const layer = (second >> 1) & 3
  if (version === 1 || layer === 0) return 'sync'
  if (layer !== 1) return `MPEG audio layer ${layer === 2 ? 'II' : 'I'}`
  const third = data[at + 2] as number
  const rate = (mp3Rates[(third >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4)
  const kbps = (version === 3 ? mp3Bitrates : mp3LowBitrates)[third >> 4] ?? 0
  if (rate === 0 || kbps === 0) return 'sync'
  const samples = version === 3 ? 1152 : 576
  const bytes = Math.floor((samples * 125 * kbps) / rate) + ((third >> 1) & 1)
  if (at + bytes > data.length) return 'more'
  const frame = data.subarray(at, at + bytes)
  return { bytes, data: frame, samples, shape: `${version} ${rate} ${(data[at + 3] as number) >> 6 === 3}`, config: () => frame }
}

const ac3Kbps = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]

/** AC-3 and E-AC-3 (ETSI TS 102 366, 4.4 and E.1.3): a packet is an independent frame and the dependent ones behind it. */
const ac3Cutter: Cutter = (data, at) => {
  const first = ac3Bytes(data, at)
  if (typeof first === 'string') return first
  let end = at + first
  // Dependent substreams belong to the frame before them. Where the next frame is not here, this one is whole.
  while (end + 6 <= data.length && (data[end + 2] as number) >> 6 === 1 && (data[end + 5] as number) >> 3 > 10) {
    const more = ac3Bytes(data, end)
    if (typeof more === 'string') break
    end += more
  }
  if (end > data.length) return 'more'
  const frame = data.subarray(at, end)
  const parsed = parseSyncFrame(frame)
  if (isFault(parsed)) return 'sync'
  const { samplesPerFrame, sampleRate, channels } = parsed
  return {
    bytes: end - at,
    data: frame,
    samples: samplesPerFrame,
    shape: `${sampleRate} ${channels} ${samplesPerFrame}`,
    config: () => frame,
  }
}

function ac3Bytes(data: Uint8Array, at: number): number | 'more' | 'sync' {
  if (data[at] !== 0x0b || (at + 1 < data.length && data[at + 1] !== 0x77)) return 'sync'
  if (at + 8 > data.length) return 'more'
  const identity = (data[at + 5] as number) >> 3
  if (identity > 16) return 'sync'
  if (identity > 10) return (((((data[at + 2] as number) & 7) << 8) | (data[at + 3] as number)) + 1) * 2
  const rate = (data[at + 4] as number) >> 6
  const size = (data[at + 4] as number) & 0x3f
  const kbps = ac3Kbps[size >> 1]
  if (kbps === undefined || rate === 3) return 'sync'
  return 2 * (rate === 0 ? kbps * 2 : rate === 2 ? kbps * 3 : Math.floor((kbps * 320) / 147) + (size & 1))
}

function latmCutter(): Cutter {
  const reader = new LatmReader()
  return (data, at) => {
    if (data[at] !== 0x56 || (at + 1 < data.length && ((data[at + 1] as number) & 0xe0) !== 0xe0)) return 'sync'
    if (at + 3 > data.length) return 'more'
    const bytes = 3 + ((((data[at + 1] as number) & 0x1f) << 8) | (data[at + 2] as number))
    if (at + bytes > data.length) return 'more'
    const frame = reader.read(data.subarray(at + 3, at + bytes))
    if (isFault(frame)) return 'sync'
    if (typeof frame === 'string') return frame
    return { bytes, data: frame.data, samples: 1024, shape: frame.config.join(), config: () => frame.config }
  }
}

/** Streams, coupled streams and channel order of the layouts of 1 to 8 channels (RFC 7845, 5.1.1.2). */
const opusLayouts: readonly (readonly number[])[] = [
  [],
  [1, 0, 0],
  [1, 1, 0, 1],
  [2, 1, 0, 2, 1],
  [2, 2, 0, 1, 2, 3],
  [3, 2, 0, 4, 1, 2, 3],
  [4, 2, 0, 4, 1, 2, 3, 5],
  [5, 2, 0, 4, 1, 2, 3, 5, 6],
  [5, 3, 0, 6, 1, 2, 3, 4, 5, 7],
]

/** Opus (its mapping for transport streams, version 1): every packet has a control header. */
function opusCutter(channels: number): Cutter {
  const layout = opusLayouts[channels]
  if (layout === undefined || channels === 0) return () => 'Opus with an unusual layout of channels'
  const family = channels > 2 ? 1 : 0
  const head = Uint8Array.of(
    ...[0x4f, 0x70, 0x75, 0x73, 0x48, 0x65, 0x61, 0x64, 1, channels, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, family],
    ...(family === 1 ? layout : []),
  )
  return (data, at) => {
    if (data[at] !== 0x7f || (at + 1 < data.length && ((data[at + 1] as number) & 0xe0) !== 0xe0)) return 'sync'
    if (at + 3 > data.length) return 'more'
    const flags = data[at + 1] as number
    let start = at + 2
    let size = 0
    while (data[start] === 0xff) {
      size += 255
      start++
    }
    if (start >= data.length) return 'more'
    size += data[start++] as number
    if ((flags & 0x10) !== 0) start += 2
    if ((flags & 0x08) !== 0) start += 2
    if ((flags & 0x04) !== 0) start += 1 + (data[start] ?? 0)
    if (start + size > data.length) return 'more'
    const packet = data.subarray(start, start + size)
    const samples = opusPacketDuration(packet)
    if (samples === 0) return 'sync'
    return { bytes: start + size - at, data: packet, samples, shape: 'opus', config: () => head }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}
