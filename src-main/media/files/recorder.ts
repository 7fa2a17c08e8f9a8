import type { Chapter, MediaFileWriter } from '../../formats/media-file-writer.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { type Container, openWriter } from './container.ts'
import type { MediaFeed, MediaSubscriber } from './media-feed.ts'

/** A file that a recorder fills. */
export interface PartSink {
  /** Name of a chapter that starts with the file. */
  readonly firstChapter?: string | undefined
  /** False where the fragment could not be taken: the recorder stops. */
  write(fragment: Uint8Array): boolean
}

export interface PartStart {
  readonly tracks: readonly Track[]
  /** Place of the file's start on the feed's timeline, ms. */
  readonly timelineMs: number
  /** The same on the wall clock, ms since 1970. */
  readonly wallMs: number
}

export interface RecorderDependencies<Sink extends PartSink> {
  readonly feed: MediaFeed
  readonly container: Container
  /** Ids of the tracks to take; empty: all. */
  readonly tracks: readonly string[]
  /** A new file starts at the first keyframe after this time, or this size. */
  readonly splitMs: number | null
  readonly splitBytes: number | null
  /** What becomes of a file when the feed has a seam: goes on with a hole where the hole was, or ends, and a new one starts. */
  readonly atSeam?: 'go-on' | 'new-file'
  /** What a track is called in the file; undefined for the container's usual word. */
  readonly nameOf?: (track: Track) => string | undefined
  readonly openPart: (start: PartStart) => Sink
  readonly onProgress: (sink: Sink, durationMs: number) => void
  /** No more comes for this file but its ending. */
  readonly onPartEnd: (sink: Sink, writer: MediaFileWriter, durationMs: number) => void
  /** A file did not take a fragment: the recorder has stopped. */
  readonly onRejected: () => void
  /** The feed ended. */
  readonly onEnd: () => void
}

/** Media in one fragment: with the time to write it, less than a second is lost when the machine loses power. */
const fragmentS = 0.5
/** A keyframe starts a fragment of its own where the one before is at least so long. */
const minFragmentS = 0.1
const fragmentBytes = 8 * 1024 * 1024
/** How long a file's start waits for the first frame of each track. */
const settleS = 1
/** How long audio waits for the first frame. */
const videoWaitS = 5
/** Longest file: its index is kept in memory while it grows. */
const maxPartMs = 12 * 3_600_000

interface Part<Sink> {
  readonly tracks: readonly Track[]
  /** Tracks of which nothing has come. */
  readonly missing: Set<string>
  /** Video tracks that wait for a keyframe. */
  readonly waiting: Set<string>
  /** Undefined until the first fragment. */
  open: { readonly sink: Sink; readonly writer: MediaFileWriter; readonly startS: number; bytes: number } | undefined
  /** Decoding time of the first packet that came, taken or not. */
  firstS: number | undefined
  endS: number
}

/** Takes a feed's packets and makes files of them: a new one where the tracks change, and where the rule says split. */
export class Recorder<Sink extends PartSink> implements MediaSubscriber {
  readonly #dependencies: RecorderDependencies<Sink>
  readonly #tracks = new Map<string, Track>()
  #part: Part<Sink> | undefined
  #gathered: Packet[] = []
  #gatheredBytes = 0
  /** Decoding time of the first packet gathered, s. */
  #sinceS = 0
  /** Tracks differ from those of the file. */
  #stale = false
  /** A new file was asked for. */
  #splitAsked = false
  #running = true
  #leave: () => void = () => undefined

  constructor(dependencies: RecorderDependencies<Sink>) {
    this.#dependencies = dependencies
    const leave = dependencies.feed.subscribe(this, { from: 'keyframe' })
    if (this.#running) this.#leave = leave
    else leave()
  }

  onTrack(track: Track): void {
    const wanted = this.#dependencies.tracks
    if (wanted.length > 0 && !wanted.includes(track.id)) return
    const known = this.#tracks.get(track.id)
    this.#tracks.set(track.id, track)
    if (this.#part !== undefined && (known === undefined || !sameConfiguration(known, track))) this.#stale = true
  }

  onPacket(packet: Packet): void {
    if (!this.#running) return
    const { track } = packet
    if (!this.#tracks.has(track.id)) return
    if (this.#part !== undefined && this.#mustTurn(packet)) this.#endPart()
    if (!this.#running) return
    this.#part ??= this.#newPart()
    const part = this.#part
    // A track that this file does not have comes with the next.
    if (!part.tracks.some((each) => each.id === track.id)) return
    if (part.waiting.size > 0 && part.waiting.has(track.id)) {
      if (!packet.key) return
      part.waiting.delete(track.id)
    }
    const dtsS = packet.dts / track.timescale
    part.firstS ??= dtsS
    // Audio before the first frame has nothing to be seen with, unless no video comes.
    if (part.open === undefined && part.waiting.size > 0 && this.#gathered.length === 0 && dtsS - part.firstS < videoWaitS) return
    if (this.#gathered.length > 0 && this.#fragmentDue(part, packet, dtsS)) this.#flush()
    if (!this.#running) return
    if (this.#gathered.length === 0) this.#sinceS = dtsS
    part.missing.delete(track.id)
    this.#gathered.push(packet)
    this.#gatheredBytes += packet.data.length
    part.endS = Math.max(part.endS, (packet.pts + packet.duration) / track.timescale)
  }

  onDiscontinuity(): void {
    if (this.#dependencies.atSeam === 'new-file') this.#endPart()
    else this.#flush()
  }

  onReconnecting(away: boolean): void {
    if (away) this.#flush()
  }

  onEnd(): void {
    if (!this.#running) return
    this.stop()
    this.#dependencies.onEnd()
  }

  /** A new file starts at the next keyframe, without a frame lost. */
  split(): void {
    this.#splitAsked = this.#part?.open !== undefined
  }

  /** Notes that a chapter starts: at `atS` on the feed's timeline, or with what comes next. Undefined where no file is open. */
  mark(name: string, atS?: number): Chapter | undefined {
    const part = this.#part
    if (part?.open === undefined) return undefined
    const { startS, writer } = part.open
    const chapter = { atMs: Math.max(0, Math.round(((atS ?? part.endS) - startS) * 1000)), name }
    writer.chapter(chapter)
    return chapter
  }

  /** How much of the file that is open has come, ms; undefined where none is open. */
  get durationMs(): number | undefined {
    const part = this.#part
    return part?.open === undefined ? undefined : Math.max(0, (part.endS - part.open.startS) * 1000)
  }

  /** Ends the file that is being written and takes no more. */
  stop(): void {
    if (!this.#running) return
    this.#endPart()
    this.#running = false
    this.#leave()
  }

  #newPart(): Part<Sink> {
    const tracks = [...this.#tracks.values()]
    this.#stale = false
    return {
      tracks,
      missing: new Set(tracks.map((track) => track.id)),
      waiting: new Set(tracks.filter((track) => track.kind === 'video').map((track) => track.id)),
      open: undefined,
      firstS: undefined,
      endS: Number.NEGATIVE_INFINITY,
    }
  }

  #mustTurn(packet: Packet): boolean {
    const part = this.#part as Part<Sink>
    const leader = part.tracks.find((track) => track.kind === 'video')
    if (this.#stale) {
      const known = part.tracks.find((track) => track.id === packet.track.id)
      // Frames of another configuration cannot are in this file.
      if (known !== undefined && !sameConfiguration(known, packet.track)) return true
      if (packet.track.kind === 'video' ? packet.key : leader === undefined) return true
    }
    const { open } = part
    if (open === undefined || (leader !== undefined && !(packet.key && packet.track.id === leader.id))) return false
    if (this.#splitAsked) return true
    const { splitMs, splitBytes } = this.#dependencies
    const ms = (packet.pts / packet.track.timescale - open.startS) * 1000
    // A keyframe some ms before the round minute belongs to the next file.
    return ms >= Math.min(splitMs ?? maxPartMs, maxPartMs) - 20 || (splitBytes !== null && open.bytes + this.#gatheredBytes >= splitBytes)
  }

  #fragmentDue(part: Part<Sink>, packet: Packet, dtsS: number): boolean {
    if (this.#gatheredBytes + packet.data.length > fragmentBytes) return true
    const spanS = dtsS - this.#sinceS
    if (part.open === undefined && part.missing.size > 0 && spanS < settleS) return false
    return spanS >= fragmentS || (spanS >= minFragmentS && packet.key && packet.track.kind === 'video')
  }

  #flush(): void {
    const part = this.#part
    if (part === undefined || this.#gathered.length === 0) return
    const packets = this.#gathered
    this.#gathered = []
    this.#gatheredBytes = 0
    part.open ??= this.#open(part, packets)
    const { sink, writer, startS } = part.open
    if (!this.#write(part.open, writer.fragment(packets))) return
    this.#dependencies.onProgress(sink, Math.max(0, (part.endS - startS) * 1000))
  }

  #open(part: Part<Sink>, packets: readonly Packet[]): NonNullable<Part<Sink>['open']> {
    const { feed, container, openPart, nameOf } = this.#dependencies
    let startS = Number.POSITIVE_INFINITY
    for (const packet of packets) startS = Math.min(startS, packet.dts / packet.track.timescale)
    const wallMs = feed.originTimeMs + startS * 1000
    const sink = openPart({ tracks: part.tracks, timelineMs: startS * 1000, wallMs })
    const writer = openWriter(container, part.tracks, { startS, createdMs: wallMs, ...(nameOf === undefined ? {} : { nameOf }) })
    const open = { sink, writer, startS, bytes: 0 }
    const head = writer.head()
    if (head.length > 0) this.#write(open, head)
    if (sink.firstChapter !== undefined) writer.chapter({ atMs: 0, name: sink.firstChapter })
    return open
  }

  #write(open: NonNullable<Part<Sink>['open']>, data: Uint8Array): boolean {
    if (!this.#running) return false
    if (open.sink.write(data)) {
      open.bytes += data.length
      return true
    }
    this.#running = false
    this.#leave()
    this.#part = undefined
    this.#gathered = []
    this.#dependencies.onRejected()
    return false
  }

  #endPart(): void {
    this.#flush()
    this.#splitAsked = false
    const part = this.#part
    this.#part = undefined
    if (part?.open === undefined) return
    const { sink, writer, startS } = part.open
    this.#dependencies.onPartEnd(sink, writer, Math.max(0, (part.endS - startS) * 1000))
  }
}

function sameConfiguration(one: Track, other: Track): boolean {
  return one === other || (one.codec === other.codec && one.timescale === other.timescale && Buffer.compare(one.config, other.config) === 0)
}
