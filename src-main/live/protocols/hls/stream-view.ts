import { SharedAnswer } from '../../../platform/http/fast-path/shared-answer.ts'
import type { Audience } from '../../audience/viewer-book.ts'
import {
  listedParts,
  type MediaPart,
  type MediaSegment,
  type PackagedRendition,
  type PackagedStream,
} from '../../packaging/packaged-stream.ts'
import { ManifestView } from './manifest-view.ts'
import { wholeMediaHeaders } from './media-response.ts'
import { mediaPlaylistText } from './playlist-view.ts'
import { SharedText } from './shared-text.ts'
import { type MuxedRendition, TsView } from './ts-view.ts'
import { Waiters } from './waiters.ts'

export const playlistType = 'application/vnd.apple.mpegurl'
export const manifestType = 'application/dash+xml'

/** A manifest names the time of its making, so it is made again after so long even when nothing else changed. */
const manifestLifeMs = 500

/** So many of the newest parts of a rendition have an answer in one piece, which is a copy of them. */
const sharedParts = 3

export interface StreamViewDependencies {
  readonly stream: PackagedStream
  readonly audience: Audience
  readonly maxWaiters: number
  readonly onWaiting: (delta: number) => void
}

/** What playback keeps of one run of a stream: who waits, and the texts of its newest edge. One listener, however many wait. */
export class StreamView {
  readonly stream: PackagedStream
  readonly waiters: Waiters
  readonly audience: Audience
  /** The same run as MPEG-TS. */
  readonly transport: TsView
  /** Clock of `performance.now()`, ms: when it was last asked for. */
  usedMs = 0
  readonly #texts = new Map<string, SharedText>()
  readonly #partAnswers = new Map<MediaPart, SharedAnswer>()
  /** Lines of segments, which never change: an hour's list is made of them at every edge. */
  #written = new WeakMap<MediaSegment, string>()
  readonly #manifest = new ManifestView()
  #manifestText: { text: SharedText; madeMs: number; key: string } | undefined
  #cdnPrefix = ''
  readonly #stopListening: () => void

  constructor(dependencies: StreamViewDependencies) {
    this.stream = dependencies.stream
    this.waiters = new Waiters(dependencies.maxWaiters, dependencies.onWaiting)
    this.audience = dependencies.audience
    this.transport = new TsView(dependencies.stream)
    this.#stopListening = dependencies.stream.onChange(() => {
      this.#texts.clear()
      this.#partAnswers.clear()
      this.#manifestText = undefined
      this.waiters.wake()
    })
  }

  rendition(id: string): PackagedRendition | undefined {
    for (const rendition of this.stream.renditions) if (rendition.id === id) return rendition
    return undefined
  }

  /** The segment of that number while it is kept, listed or not. */
  segment(renditionId: string, sequence: number): MediaSegment | undefined {
    const rendition = this.rendition(renditionId)
    return rendition && (segmentAt(rendition, sequence) ?? this.stream.findSegment(renditionId, sequence))
  }

  /** Rendered at most once per edge and form, and shared by all who wait for it. */
  mediaPlaylist(rendition: PackagedRendition, options: { plain: boolean; skip: boolean; cdnPrefix: string }): SharedText {
    this.#forgetOtherPrefix(options.cdnPrefix)
    const key = `${rendition.id} ${options.plain ? 'plain' : 'parts'} ${options.skip ? 'delta' : 'full'}`
    let text = this.#texts.get(key)
    if (!text) {
      text = new SharedText(mediaPlaylistText(this.stream, rendition, { ...options, written: this.#written }), playlistType)
      this.#texts.set(key, text)
    }
    return text
  }

  /** The answer to those who request one of the newest parts, which are all viewers; undefined for older ones. */
  sharedPart(
    rendition: PackagedRendition,
    serial: number,
    part: MediaPart,
    facts: () => { readonly contentType: string; readonly etag: string },
  ): SharedAnswer | undefined {
    if (rendition.edge.serial - serial > sharedParts) return undefined
    let answer = this.#partAnswers.get(part)
    if (!answer) {
      const { contentType, etag } = facts()
      answer = new SharedAnswer(wholeMediaHeaders(contentType, etag, part.data.length), part.data)
      this.#partAnswers.set(part, answer)
    }
    return answer
  }

  /** The playlist of MPEG-TS segments, also shared. */
  muxedPlaylist(muxed: MuxedRendition, cdnPrefix: string): SharedText {
    this.#forgetOtherPrefix(cdnPrefix)
    let text = this.#texts.get(muxed.id)
    if (!text) {
      text = new SharedText(this.transport.playlistText(muxed, cdnPrefix), playlistType)
      this.#texts.set(muxed.id, text)
    }
    return text
  }

  manifest(options: { title: string; cdnPrefix: string; clockUrl: string; nowMs: number }): SharedText {
    const key = `${options.cdnPrefix} ${options.title}`
    const made = this.#manifestText
    if (made && made.key === key && options.nowMs - made.madeMs < manifestLifeMs && options.nowMs >= made.madeMs) return made.text
    const text = new SharedText(this.#manifest.text(this.stream, options), manifestType)
    this.#manifestText = { text, madeMs: options.nowMs, key }
    return text
  }

  #forgetOtherPrefix(cdnPrefix: string): void {
    if (cdnPrefix === this.#cdnPrefix) return
    this.#cdnPrefix = cdnPrefix
    this.#texts.clear()
    this.#written = new WeakMap()
  }

  /** Stops listening and ends every wait. */
  stop(): void {
    this.#stopListening()
    this.waiters.expire(Number.POSITIVE_INFINITY)
  }
}

/** The listed segment of that number. Sequence numbers have no holes, so it is found by its place. */
function segmentAt(rendition: PackagedRendition, sequence: number): MediaSegment | undefined {
  const first = rendition.segments[0]
  if (!first) return undefined
  const guess = rendition.segments[sequence - first.sequence]
  if (guess?.sequence === sequence) return guess
  return rendition.segments.find((segment) => segment.sequence === sequence)
}

/** The part of that serial, while it is in memory. */
export function partOf(rendition: PackagedRendition, serial: number): MediaPart | undefined {
  for (let index = rendition.segments.length - 1; index >= 0; index--) {
    const { parts, stored } = rendition.segments[index] as MediaSegment
    if (stored !== undefined) return undefined
    const first = parts[0]?.serial
    if (first !== undefined && serial >= first) return parts[serial - first]
  }
  return undefined
}

/** Media sequence numbers further beyond the edge than this are rejected (RFC 8216bis section 6.2.5.2). */
export const maxAhead = 2

/**
 * Whether a blocked reload may be answered (RFC 8216bis section 6.2.5.2): the playlist contains the segment, or that part of
 * it; a part beyond the end of a segment that is complete means the first part of the next one.
 */
export function reached(rendition: PackagedRendition, sequence: number, part: number | undefined): boolean {
  const { edge } = rendition
  if (edge.sequence > sequence) {
    if (part === undefined || edge.sequence > sequence + 1) return true
    const segment = segmentAt(rendition, sequence)
    // a segment without parts has all that it will have
    return !segment || listedParts(segment) === 0 || part < listedParts(segment) || edge.parts > 0
  }
  return part !== undefined && edge.sequence === sequence && part < edge.parts
}
