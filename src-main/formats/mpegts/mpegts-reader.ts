import { crc32Mpeg, tsPacketBytes } from './mpegts-packets.ts'
import { TsAudio } from './mpegts-reader-audio.ts'
import { readAssociation, readMap, type TsMapEntry } from './mpegts-reader-tables.ts'
import { TsVideo } from './mpegts-reader-video.ts'
import type { TsSink } from './mpegts-sink.ts'

const syncByte = 0x47
const maxSectionBytes = 4096
/** A larger frame is invalid. */
const maxPesBytes = 8 * 1024 * 1024
/** Elementary streams of one program at most. */
const maxStreams = 16
const modulus = 2 ** 33

/** A stream of sections on one PID, put together. */
interface Sections {
  bytes: Uint8Array
  length: number
  wanted: number
  counter: number
  /** The last section that was read, to pass over its repetitions. */
  last: Uint8Array
}

interface Elementary {
  readonly pid: number
  /** What the map says of it, as text, to notice a change. */
  readonly reported: string
  readonly video: TsVideo | undefined
  readonly audio: TsAudio | undefined
  readonly trackId: string
  counter: number
  /** The PES packet that grows; empty where none does. */
  pieces: Uint8Array[]
  bytes: number
  /** Bytes of the whole PES packet where its header tells, else 0. */
  wanted: number
  lastDts: number | undefined
  stepTicks: number
}

/**
 * Reads an MPEG transport stream (ISO/IEC 13818-1) in pieces of any size: the first program's video and audio. Never throws; what is
 * malformed is reported and skipped, and after a loss of sync or of packets it goes on with the next whole frame.
 */
export class TsReader {
  readonly #sink: TsSink
  #carried: Uint8Array = new Uint8Array(0)
  readonly #association = newSections()
  #map = newSections()
  #mapPid = -1
  #streams = new Map<number, Elementary>()
  #inSync = true
  #reported = new Set<string>()
  #lastTime: number | undefined

  constructor(sink: TsSink) {
    this.#sink = sink
  }

  /** The next bytes. They are not kept, except where a frame is made of them: the caller must not write into them again. */
  push(bytes: Uint8Array): void {
    let data = bytes
    if (this.#carried.length > 0) {
      data = new Uint8Array(this.#carried.length + bytes.length)
      data.set(this.#carried)
      data.set(bytes, this.#carried.length)
      this.#carried = new Uint8Array(0)
    }
    let at = 0
    while (at + tsPacketBytes <= data.length) {
      if (data[at] === syncByte && (this.#inSync || at + tsPacketBytes >= data.length || data[at + tsPacketBytes] === syncByte)) {
        this.#inSync = true
        this.#packet(data, at)
        at += tsPacketBytes
        continue
      }
      if (this.#inSync) {
        this.#inSync = false
        this.#sink.onFault('The transport stream lost its sync')
      }
      const next = data.indexOf(syncByte, at + 1)
      at = next < 0 ? data.length : next
    }
    if (at < data.length) this.#carried = data.slice(at)
  }

  /** The sender is done: what has come of its last frames is handed on. */
  end(): void {
    for (const stream of this.#streams.values()) this.#finish(stream)
  }

  #packet(data: Uint8Array, at: number): void {
    const second = data[at + 1] as number
    const fourth = data[at + 3] as number
    const pid = ((second & 0x1f) << 8) | (data[at + 2] as number)
    if (pid === 0x1fff) return
    if ((second & 0x80) !== 0) {
      this.#sink.onFault('A transport packet was marked as broken by the sender')
      return
    }
    const start = (second & 0x40) !== 0
    let from = at + 4
    let jump = false
    if ((fourth & 0x20) !== 0) {
      const length = data[from] as number
      if (length > 183) {
        this.#sink.onFault('An adaptation field is longer than its packet')
        return
      }
      jump = length > 0 && ((data[from + 1] as number) & 0x80) !== 0
      from += 1 + length
    }
    const end = at + tsPacketBytes
    if ((fourth & 0x10) === 0 || from >= end) return
    const counter = fourth & 15
    if (pid === 0 || pid === this.#mapPid) {
      this.#section(pid === 0 ? this.#association : this.#map, pid, data, from, end, start, counter)
      return
    }
    const stream = this.#streams.get(pid)
    if (stream === undefined) return
    if ((fourth & 0xc0) !== 0) {
      this.#once('scrambled', () => this.#sink.onFault('The stream is scrambled'))
      return
    }
    if (stream.counter >= 0 && counter !== ((stream.counter + 1) & 15) && !jump) {
      // A packet may be sent twice.
      if (counter === stream.counter) return
      this.#sink.onFault(`Packets of ${stream.trackId} are missing`)
      this.#lose(stream)
    }
    stream.counter = counter
    if (start) {
      this.#finish(stream)
      stream.wanted = end - from >= 6 ? pesBytes(data, from) : 0
    } else if (stream.bytes === 0) {
      return
    }
    stream.pieces.push(data.subarray(from, end))
    stream.bytes += end - from
    if (stream.bytes > maxPesBytes) {
      this.#sink.onFault(`A frame of ${stream.trackId} is larger than ${maxPesBytes} bytes`)
      this.#lose(stream)
    } else if (stream.wanted > 0 && stream.bytes >= stream.wanted) {
      this.#finish(stream)
    }
  }

  #lose(stream: Elementary): void {
    stream.pieces = []
    stream.bytes = 0
    stream.audio?.onLoss()
  }

  #section(sections: Sections, pid: number, data: Uint8Array, from: number, end: number, start: boolean, counter: number): void {
    if (sections.length > 0 && counter !== ((sections.counter + 1) & 15)) sections.length = 0
    sections.counter = counter
    let at = from
    if (start) {
      const pointer = data[at++] as number
      if (at + pointer > end) return
      if (sections.length > 0) this.#grow(sections, pid, data, at, at + pointer)
      at += pointer
      sections.length = 0
      sections.wanted = 0
    } else if (sections.length === 0) {
      return
    }
    while (at < end && (sections.length > 0 || data[at] !== 0xff)) at = this.#grow(sections, pid, data, at, end)
  }

  /** Adds bytes to the section that grows, and reads it when it is whole. Returns where the next starts. */
  #grow(sections: Sections, pid: number, data: Uint8Array, from: number, end: number): number {
    let at = from
    while (sections.length < 3 && at < end) sections.bytes[sections.length++] = data[at++] as number
    if (sections.length < 3) return at
    sections.wanted = 3 + ((((sections.bytes[1] as number) & 0x0f) << 8) | (sections.bytes[2] as number))
    if (sections.wanted > maxSectionBytes) {
      this.#sink.onFault('A table is too long')
      sections.length = 0
      return end
    }
    const take = Math.min(end - at, sections.wanted - sections.length)
    sections.bytes.set(data.subarray(at, at + take), sections.length)
    sections.length += take
    at += take
    if (sections.length === sections.wanted) {
      sections.length = 0
      this.#table(sections, pid)
    }
    return at
  }

  #table(sections: Sections, pid: number): void {
    const section = sections.bytes.subarray(0, sections.wanted)
    if (section.length < 12 || section[0] !== (pid === 0 ? 0 : 2)) return
    // A table that is not yet in force is repeated when it is.
    if (((section[5] as number) & 1) === 0 || same(section, sections.last)) return
    if (crc32Mpeg(section) !== 0) {
      this.#sink.onFault('The checksum of a table is wrong')
      return
    }
    sections.last = section.slice()
    if (pid === 0) {
      const mapPid = readAssociation(section) ?? -1
      if (mapPid === this.#mapPid) return
      this.#mapPid = mapPid
      this.#map = newSections()
    } else {
      this.#adopt(readMap(section))
    }
  }

  #adopt(entries: readonly TsMapEntry[]): void {
    const before = this.#streams
    const after = new Map<number, Elementary>()
    let videos = 0
    let audios = 0
    for (const { pid, stream } of entries) {
      if (stream.kind === 'unsupported') {
        this.#once(stream.name, () => this.#sink.onUnsupported(stream.name))
        continue
      }
      if (after.size >= maxStreams || after.has(pid)) continue
      const trackId = stream.kind === 'video' ? `v${videos++}` : `a${audios++}`
      const reported = `${trackId} ${JSON.stringify(stream)}`
      const known = before.get(pid)
      if (known?.reported === reported) {
        after.set(pid, known)
        continue
      }
      if (known) this.#finish(known)
      after.set(pid, {
        pid,
        reported,
        trackId,
        video: stream.kind === 'video' ? new TsVideo(trackId, stream.codec, this.#sink) : undefined,
        audio:
          stream.kind === 'audio'
            ? new TsAudio(trackId, stream.codec, this.#sink, stream.latm === true, stream.opusChannels ?? 0)
            : undefined,
        counter: -1,
        pieces: [],
        bytes: 0,
        wanted: 0,
        lastDts: undefined,
        stepTicks: 3000,
      })
    }
    this.#streams = after
    this.#sink.onProgram([...after.values()].map((stream) => stream.trackId))
  }

  /** Takes a PES packet apart (2.4.3.6). */
  #finish(stream: Elementary): void {
    if (stream.bytes === 0) return
    const { wanted } = stream
    const pes = joined(stream.pieces, stream.bytes)
    stream.pieces = []
    stream.bytes = 0
    stream.wanted = 0
    if (pes.length < 9 || pes[0] !== 0 || pes[1] !== 0 || pes[2] !== 1 || ((pes[6] as number) & 0xc0) !== 0x80) {
      this.#sink.onFault(`A PES packet of ${stream.trackId} is malformed`)
      return
    }
    if (wanted > pes.length) {
      this.#sink.onFault(`A PES packet of ${stream.trackId} is cut`)
      stream.audio?.onLoss()
      return
    }
    const from = 9 + (pes[8] as number)
    const flags = (pes[7] as number) >> 6
    const end = wanted > 0 ? wanted : pes.length
    if (from >= end) return
    const data = pes.subarray(from, end)
    const hasPts = (flags & 2) !== 0 && from >= 14
    if (stream.audio) {
      stream.audio.onPes(data, hasPts ? this.#unwrap(readTime(pes, 9)) : undefined)
      return
    }
    let pts: number
    let dts: number
    if (hasPts) {
      pts = this.#unwrap(readTime(pes, 9))
      dts = flags === 3 && from >= 19 ? this.#unwrap(readTime(pes, 14)) : pts
    } else {
      if (stream.lastDts === undefined) return
      pts = dts = stream.lastDts + stream.stepTicks
    }
    const step = stream.lastDts === undefined ? 0 : dts - stream.lastDts
    if (step > 0 && step < 90_000) stream.stepTicks = step
    stream.lastDts = dts
    stream.video?.onUnit(data, pts, dts)
  }

  /** Times of 33 bits wrap after 26.5 hours: they go on from the last one, of whatever track. */
  #unwrap(time: number): number {
    const last = this.#lastTime
    let full = time
    if (last !== undefined) {
      let step = (time - last) % modulus
      if (step < -modulus / 2) step += modulus
      else if (step >= modulus / 2) step -= modulus
      full = last + step
    }
    this.#lastTime = full
    return full
  }

  #once(what: string, notify: () => void): void {
    if (this.#reported.has(what) || this.#reported.size > 64) return
    this.#reported.add(what)
    notify()
  }
}

function newSections(): Sections {
  return { bytes: new Uint8Array(maxSectionBytes), length: 0, wanted: 0, counter: 0, last: new Uint8Array(0) }
}

/** Length of a whole PES packet; 0 where it is left open. */
function pesBytes(data: Uint8Array, at: number): number {
  const length = ((data[at + 4] as number) << 8) | (data[at + 5] as number)
  return length === 0 ? 0 : 6 + length
}

function readTime(pes: Uint8Array, at: number): number {
  return (
    (((pes[at] as number) >> 1) & 7) * 2 ** 30 +
    ((pes[at + 1] as number) << 22) +
    (((pes[at + 2] as number) >> 1) << 15) +
    ((pes[at + 3] as number) << 7) +
    ((pes[at + 4] as number) >> 1)
  )
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
