import { ticks } from '../../../formats/media-time.ts'
import { clockHz } from '../../../formats/mpegts/mpegts-packets.ts'
import { TsReader } from '../../../formats/mpegts/mpegts-reader.ts'
import type { TsSink } from '../../../formats/mpegts/mpegts-sink.ts'
import type { Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'

/** Faults in a row without one good frame after which the publisher is rejected: it is sending garbage. */
const maxFaultsInARow = 1000
/** Bytes without a single frame after which the publisher is rejected. */
const maxBytesWithoutFrame = 16 * 1024 * 1024
/** Frames wait until every track of the program is known, but no more than this many, and no longer than this much of their time. */
const maxKept = 600
const maxKeptTicks = 1.5 * clockHz

/** Publishes the frames of a transport stream, from wherever its bytes come. */
export class TransportStreamPublisher implements TsSink {
  readonly #publication: Publication
  readonly #reject: (reason: AppError) => void
  readonly #reader: TsReader
  readonly #awaited = new Set<string>()
  #kept: IngestPacket[] | undefined = []
  #keptTracks: Track[] = []
  #faultsInARow = 0
  #bytesWithoutFrame = 0

  /** @param reject ends the connection: a codec is not supported, or nothing but garbage arrives */
  constructor(publication: Publication, reject: (reason: AppError) => void) {
    this.#publication = publication
    this.#reject = reject
    this.#reader = new TsReader(this)
  }

  /** The next bytes, in pieces of any size; they are not to be written again. */
  push(bytes: Uint8Array): void {
    this.#bytesWithoutFrame += bytes.length
    this.#reader.push(bytes)
    if (this.#bytesWithoutFrame > maxBytesWithoutFrame)
      this.#reject(new AppError('ingest.media', 'No video or audio was found in the transport stream'))
  }

  /** The input has ended: the last frames are passed on. */
  end(): void {
    this.#reader.end()
    this.#letGo()
  }

  onProgram(trackIds: readonly string[]): void {
    if (this.#kept === undefined) return
    this.#awaited.clear()
    for (const id of trackIds) this.#awaited.add(id)
    for (const track of this.#keptTracks) this.#awaited.delete(track.id)
  }

  onTrack(track: Track): void {
    if (this.#kept === undefined) {
      this.#publication.setTrack(track)
      return
    }
    this.#keptTracks.push(track)
    this.#awaited.delete(track.id)
  }

  onFrame(trackId: string, pts: number, dts: number, key: boolean, data: Uint8Array): void {
    this.#faultsInARow = 0
    this.#bytesWithoutFrame = 0
    const packet = { trackId, timescale: clockHz, dts: ticks(Math.round(dts)), composition: ticks(Math.round(pts - dts)), key, data }
    const kept = this.#kept
    if (kept === undefined) {
      this.#publication.write(packet)
      return
    }
    // A track that appears in the middle is a seam for players: better that all start together.
    kept.push(packet)
    const first = kept[0] as IngestPacket
    if (this.#awaited.size === 0 || kept.length >= maxKept || Math.abs(packet.dts - first.dts) >= maxKeptTicks) this.#letGo()
  }

  onFault(sentence: string): void {
    this.#faultsInARow++
    if (this.#faultsInARow > maxFaultsInARow) this.#reject(new AppError('ingest.media', 'Nothing but malformed media arrives'))
    else this.#publication.report(new AppError('ingest.media', sentence))
  }

  onUnsupported(what: string): void {
    this.#reject(new AppError('publish.codec_unsupported', `${what} is not supported`))
  }

  #letGo(): void {
    const kept = this.#kept
    if (kept === undefined) return
    this.#kept = undefined
    // Video first, as in every other input.
    this.#keptTracks.sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'video' ? -1 : 1))
    for (const track of this.#keptTracks) this.#publication.setTrack(track)
    this.#keptTracks = []
    for (const packet of kept) this.#publication.write(packet)
  }
}
