import type { Chapter, FileEnding, MediaFileWriter } from '../media-file-writer.ts'
import type { Packet, Track } from '../track.ts'
import { buildChunk, ChunkSamples } from './cmaf-chunk.ts'
import { movieHeader, type TrackLabels, trackBox, trackExtends } from './cmaf-init.ts'
import { box, fourCharacters, uint32s } from './mp4-boxes.ts'
import { movieEnding } from './mp4-ending.ts'
import { SampleTables } from './mp4-sample-tables.ts'

/** Ticks per second of the movie's own times. */
const movieTimescale = 1000
/** Seconds from 1904, where the format's clock starts, to 1970. */
const epochS = 2_082_844_800
const nothing = new Uint8Array(0)

interface Lane {
  readonly track: Track
  readonly id: number
  readonly samples: ChunkSamples
  readonly tables: SampleTables
  /** Ticks of the track's timescale at which the file starts. */
  readonly startTicks: number
  baseTicks: number
  /** Decoding time of the newest sample. */
  lastTicks: number
}

export interface FileStart {
  /** Where on the packets' timeline the file starts, seconds: no packet is earlier. */
  readonly startS: number
  /** The same moment on the wall clock, ms since 1970. */
  readonly createdMs: number
  /** What a track is called; undefined for the usual word. */
  readonly nameOf?: (track: Track) => string | undefined
}

/**
 * An MP4 file of several tracks that is a fragmented one as long as it grows (ISO/IEC 14496-12, 8.8), so that it plays up to the last
 * whole fragment whenever its writer dies, and a plain one when it is finished: a complete `moov` is put behind its end, and the bytes
 * of a `free` box at its start become the header of one `mdat` that contains the first `moov` and all fragments.
 */
export class Mp4FileWriter implements MediaFileWriter {
  readonly #lanes: readonly Lane[]
  readonly #createdS: number
  readonly #nameOf: (track: Track) => string | undefined
  readonly #chapters: Chapter[] = []
  #sequence = 0
  #at = 0
  /** Position of the `free` box. */
  #coverAt = 0
  /** The `moov` behind it. */
  #movie: Uint8Array = nothing

  constructor(tracks: readonly Track[], start: FileStart) {
    this.#createdS = Math.round(start.createdMs / 1000) + epochS
    this.#nameOf = start.nameOf ?? (() => undefined)
    this.#lanes = tracks.map((track, index) => ({
      track,
      id: index + 1,
      samples: new ChunkSamples(),
      tables: new SampleTables(track.kind === 'video'),
      startTicks: Math.round(start.startS * track.timescale),
      baseTicks: 0,
      lastTicks: 0,
    }))
  }

  head(): Uint8Array {
    const fileType = box('ftyp', uint32s(fourCharacters('iso6'), 0, ...['iso6', 'isom', 'mp41'].map(fourCharacters)))
    const cover = box('free', new Uint8Array(8))
    const movie = box(
      'moov',
      movieHeader(movieTimescale, this.#lanes.length + 1, 0, this.#createdS),
      ...this.#lanes.map(({ track, id }) => trackBox(track, id, this.#labels(track))),
      box('mvex', ...this.#lanes.map(({ track, id }) => trackExtends(track, id))),
    )
    this.#coverAt = fileType.length
    this.#movie = movie
    const head = join([fileType, cover, movie])
    this.#at = head.length
    return head
  }

  chapter(chapter: Chapter): void {
    this.#chapters.push(chapter)
  }

  fragment(packets: readonly Packet[]): Uint8Array {
    for (const packet of packets) {
      const lane = this.#lanes.find((each) => each.track.id === packet.track.id)
      if (lane === undefined) continue
      const dts = packet.dts - lane.startTicks
      const { samples } = lane
      if (dts < 0) continue
      // Where the next one's time is known, it tells the duration; the last one's is what its packet says.
      if (samples.count === 0) lane.baseTicks = dts
      else samples.durations[samples.count - 1] = Math.max(1, dts - lane.lastTicks)
      lane.lastTicks = dts
      samples.push(packet.data, packet.duration, packet.pts - packet.dts, packet.key)
    }
    const pieces: Uint8Array[] = []
    for (const lane of this.#lanes) if (lane.samples.count > 0) pieces.push(this.#chunk(lane))
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : join(pieces)
  }

  finish(): FileEnding {
    const tables = new Map(this.#lanes.map((lane) => [lane.id, lane.tables]))
    return movieEnding({ moov: this.#movie, coverAt: this.#coverAt, end: this.#at, tables }, this.#chapters)
  }

  /** Of several audio tracks one is heard: players let people choose. */
  #labels(track: Track): TrackLabels {
    const first = this.#lanes.find((lane) => lane.track.kind === track.kind)?.track === track
    const name = this.#nameOf(track)
    return { alternate: track.kind === 'audio' ? 1 : 0, enabled: first, ...(name === undefined ? {} : { name }) }
  }

  #chunk(lane: Lane): Uint8Array {
    const { samples, tables, track } = lane
    const chunk = buildChunk(track.kind, ++this.#sequence, lane.baseTicks, samples, false, lane.id)
    tables.chunk(this.#at + chunk.length - samples.byteLength, samples.count)
    let dts = lane.baseTicks
    for (let i = 0; i < samples.count; i++) {
      const duration = samples.durations[i] as number
      tables.sample((samples.data[i] as Uint8Array).length, dts, duration, samples.offsets[i] as number, samples.keys[i] as boolean)
      dts += duration
    }
    this.#at += chunk.length
    samples.clear()
    return chunk
  }
}

/** The pieces one behind the other. */
function join(pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const piece of pieces) size += piece.length
  const out = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
