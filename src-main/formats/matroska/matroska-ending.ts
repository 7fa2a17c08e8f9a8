import type { Chapter, FileEnding, FilePatch } from '../media-file-writer.ts'
import { uint32s } from '../mp4/mp4-boxes.ts'
import { element, float, longSize, unsigned, voidElement } from './ebml.ts'
import { chapters } from './matroska-chapters.ts'

/** Ids of the elements of a segment (RFC 9559, 5.1). */
export const ids = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  cues: 0x1c53bb6b,
  chapters: 0x1043a770,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
  duration: 0x4489,
} as const

/** Place that the index of the file's parts takes at most, at the segment's start. */
export const seekHeadBytes = 96
/** A Duration element: id, size, 64-bit float. Its place is the last of Info. */
export const durationBytes = 11
/** Entries of the index are at least this far apart, ms. */
const cueEveryMs = 1000

/** Positions of a track's keyframes: found while the file grows. */
export class Cues {
  /** Number of the track that they are of. */
  readonly track: number
  readonly #points: Uint8Array[] = []
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(track: number) {
    this.track = track
  }

  /** A keyframe at `ms` is in the cluster at `position` of the segment's content. */
  add(ms: number, position: number): void {
    if (ms - this.#lastMs < cueEveryMs) return
    this.#lastMs = ms
    const place = element(ids.cueTrackPositions, unsigned(ids.cueTrack, this.track), unsigned(ids.cueClusterPosition, position))
    this.#points.push(element(ids.cuePoint, unsigned(ids.cueTime, Math.max(0, ms)), place))
  }

  /** The element; nothing if there is no keyframe. */
  bytes(): Uint8Array {
    return this.#points.length === 0 ? new Uint8Array(0) : element(ids.cues, ...this.#points)
  }
}

/** A Matroska file of whole clusters, as it is; places are bytes of the file. */
export interface GrownSegment {
  /** First byte of the segment's content: positions count from it. */
  readonly origin: number
  readonly infoAt: number
  /** Behind Info. */
  readonly tracksAt: number
  /** Bytes of the file. */
  readonly end: number
  readonly durationMs: number
  readonly cues: Cues
}

/** What such a file gets at its end: cues and chapters behind it, their positions, its duration, and the segment's size. */
export function segmentEnding({ origin, infoAt, tracksAt, end, durationMs, cues }: GrownSegment, marks: readonly Chapter[]): FileEnding {
  const index = cues.bytes()
  const names = marks.length === 0 ? new Uint8Array(0) : chapters(marks)
  const append = joined(index, names)
  const places: [id: number, at: number][] = [
    [ids.info, infoAt],
    [ids.tracks, tracksAt],
  ]
  if (index.length > 0) places.push([ids.cues, end])
  if (names.length > 0) places.push([ids.chapters, end + index.length])
  const seekHead = element(ids.seekHead, ...places.map(([id, at]) => seekEntry(id, at - origin)))
  const patches: FilePatch[] = [
    { at: origin, data: joined(seekHead, voidElement(seekHeadBytes - seekHead.length)) },
    { at: tracksAt - durationBytes, data: float(ids.duration, durationMs) },
    { at: origin - 8, data: longSize(end + append.length - origin) },
  ]
  return { append, patches }
}

function seekEntry(id: number, position: number): Uint8Array {
  return element(ids.seek, element(ids.seekId, uint32s(id)), unsigned(ids.seekPosition, position, 8))
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const out = new Uint8Array(first.length + second.length)
  out.set(first)
  out.set(second, first.length)
  return out
}
