import type { Chapter, FileEnding, MediaFileWriter } from '../media-file-writer.ts'
import { ticksToMs } from '../media-time.ts'
import type { FileStart } from '../mp4/mp4-file-writer.ts'
import type { Packet, Track } from '../track.ts'
import { element, elementHeadBytes, openElement, text, unsigned, voidElement, writeElementHead } from './ebml.ts'
import { Cues, durationBytes, ids, seekHeadBytes, segmentEnding } from './matroska-ending.ts'
import { trackEntry } from './matroska-tracks.ts'

/** Nanoseconds of Matroska's clock (2001-01-01) behind 1970, in ms. */
const epochMs = 978_307_200_000
/**
 * A Matroska file (RFC 9559): clusters of known size, so that everything up to the last whole one plays whenever its writer dies;
 * at the end the cues are put behind it, and the segment's size, its duration and the place of the cues are filled in.
 */
export class MatroskaWriter implements MediaFileWriter {
  readonly #tracks: readonly Track[]
  readonly #start: FileStart
  /** Of the keyframes of the first video track. */
  readonly #cues: Cues
  readonly #chapters: Chapter[] = []
  #at = 0
  /** First byte of the segment's content: positions count from it. */
  #origin = 0
  #infoAt = 0
  #tracksAt = 0
  #endMs = 0

  constructor(tracks: readonly Track[], start: FileStart) {
    this.#tracks = tracks
    this.#start = start
    const videoIndex = tracks.findIndex((track) => track.kind === 'video')
    this.#cues = new Cues(Math.max(1, videoIndex + 1))
  }

  head(): Uint8Array {
    const header = element(
      0x1a45dfa3,
      unsigned(0x4286, 1),
      unsigned(0x42f7, 1),
      unsigned(0x42f2, 4),
      unsigned(0x42f3, 8),
      text(0x4282, 'matroska'),
      unsigned(0x4287, 4),
      unsigned(0x4285, 2),
    )
    const segment = openElement(ids.segment)
    const created = new Uint8Array(8)
    new DataView(created.buffer).setBigInt64(0, BigInt(Math.round(this.#start.createdMs - epochMs)) * 1_000_000n)
    // The duration's place is last, so that it can be found from the element's end.
    const info = element(
      ids.info,
      unsigned(0x2ad7b1, 1_000_000),
      text(0x4d80, 'AMI Streams'),
      text(0x5741, 'AMI Streams'),
      element(0x4461, created),
      voidElement(durationBytes),
    )
    const tracks = element(
      ids.tracks,
      ...this.#tracks.map((track, index) => trackEntry(track, index + 1, this.#start.nameOf?.(track), this.#isFirst(track))),
    )
    this.#origin = header.length + segment.length
    this.#infoAt = this.#origin + seekHeadBytes
    this.#tracksAt = this.#infoAt + info.length
    const head = new Uint8Array(this.#tracksAt + tracks.length)
    head.set(header)
    head.set(segment, header.length)
    head.set(voidElement(seekHeadBytes), this.#origin)
    head.set(info, this.#infoAt)
    head.set(tracks, this.#tracksAt)
    this.#at = head.length
    return head
  }

  chapter(chapter: Chapter): void {
    this.#chapters.push(chapter)
  }

  fragment(packets: readonly Packet[]): Uint8Array {
    let firstMs = Number.POSITIVE_INFINITY
    for (const packet of packets) if (this.#number(packet) > 0) firstMs = Math.min(firstMs, this.#timeMs(packet))
    if (firstMs === Number.POSITIVE_INFINITY) return new Uint8Array(0)
    const baseMs = Math.max(0, firstMs)
    const timestamp = unsigned(ids.timestamp, baseMs)
    let size = timestamp.length
    for (const packet of packets) {
      if (this.#number(packet) === 0) continue
      const content = 4 + packet.data.length
      size += elementHeadBytes(ids.simpleBlock, content) + content
    }
    const out = Buffer.allocUnsafeSlow(elementHeadBytes(ids.cluster, size) + size)
    let at = writeElementHead(out, 0, ids.cluster, size)
    out.set(timestamp, at)
    at += timestamp.length
    for (const packet of packets) {
      const number = this.#number(packet)
      if (number === 0) continue
      const ms = this.#timeMs(packet)
      at = writeElementHead(out, at, ids.simpleBlock, 4 + packet.data.length)
      out[at] = 0x80 | number
      out.writeInt16BE(Math.max(-32_768, Math.min(32_767, ms - baseMs)), at + 1)
      out[at + 3] = packet.key ? 0x80 : 0
      out.set(packet.data, at + 4)
      at += 4 + packet.data.length
      this.#endMs = Math.max(this.#endMs, ms + ticksToMs(packet.duration, packet.track.timescale))
      if (packet.key && number === this.#cues.track) this.#cues.add(ms, this.#at - this.#origin)
    }
    this.#at += out.length
    return out
  }

  finish(): FileEnding {
    const [origin, infoAt, tracksAt] = [this.#origin, this.#infoAt, this.#tracksAt]
    return segmentEnding({ origin, infoAt, tracksAt, end: this.#at, durationMs: this.#endMs, cues: this.#cues }, this.#chapters)
  }

  /** Of several of a kind the first is played where nobody chooses. */
  #isFirst(track: Track): boolean {
    return this.#tracks.find(({ kind }) => kind === track.kind) === track
  }

  /** Track number, 0 where the file has no such track. */
  #number(packet: Packet): number {
    const tracks = this.#tracks
    for (let i = 0; i < tracks.length; i++) if ((tracks[i] as Track).id === packet.track.id) return i + 1
    return 0
  }

  #timeMs(packet: Packet): number {
    return Math.round((packet.pts / packet.track.timescale - this.#start.startS) * 1000)
  }
}
