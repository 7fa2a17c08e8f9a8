import type { Track } from '../../formats/track.ts'
import type { MediaSegment, PackagedRendition, PackagedStream } from '../packaging/packaged-stream.ts'
import { type RunSink, type RunState, toWire } from './run-wire.ts'

/** What the other side has of a rendition from before. */
export interface HeldRendition {
  readonly inits: readonly number[]
  /** Its newest segment, how many of its parts, and whether it is complete. */
  readonly sequence: number
  readonly parts: number
  readonly complete: boolean
  /** Its oldest listed segment. */
  readonly first: number
  /** The oldest segment whose bytes it has. */
  readonly unstored: number
}

export interface RunFeedOptions {
  /** By rendition id: what is not sent again. */
  readonly held?: Readonly<Record<string, HeldRendition>>
  /** The other side is another machine: it cannot read files of this one. */
  readonly remote?: boolean
  /** Clock of the machine where it is packaged, where that is another one. */
  readonly clockOffsetMs?: number
}

/** What one process already knows of a rendition. */
interface Reported {
  track: Track | undefined
  away: boolean
  memberFrom: number
  averageBandwidth: number
  peakBandwidth: number
  steadyBandwidth: number
  frameRate: number | undefined
  readonly inits: Set<number>
  /** The newest segment that was reported, how many of its parts were, and whether it was reported complete. */
  sequence: number
  parts: number
  complete: boolean
  /** Oldest listed segment. */
  first: number
  /** Segments before this one were reported to be on disk. */
  unstored: number
}

/** What is sent to another machine for bytes on the disk of this one. */
const elsewhere = { path: '', offset: 0 }

const unreportedState = {
  track: undefined,
  away: false,
  memberFrom: 0,
  averageBandwidth: 0,
  peakBandwidth: 0,
  steadyBandwidth: 0,
  frameRate: undefined,
}

/** Reports one run to one delivery process or node: everything at first, then what is new after every change. */
export class RunFeed {
  readonly #run: number
  readonly #stream: PackagedStream
  readonly #sink: RunSink
  readonly #remote: boolean
  readonly #state: () => Pick<RunState, 'title' | 'guarded'>
  readonly #reported = new Map<string, Reported>()
  readonly #stopListening: () => void
  #reportedState = ''
  #behind = false

  /**
   * @param run number of the run in this sink
   * @param state what the packager does not know of the run
   */
  constructor(
    run: number,
    stream: PackagedStream,
    sink: RunSink,
    state: () => Pick<RunState, 'title' | 'guarded'>,
    options: RunFeedOptions = {},
  ) {
    this.#run = run
    this.#stream = stream
    this.#sink = sink
    const { held = {}, remote = false } = options
    this.#remote = remote
    this.#state = state
    const { streamId, name, epoch, originTimeMs } = stream
    const clockOffsetMs = options.clockOffsetMs ?? stream.clockOffsetMs
    this.#sink.write({ type: 'run', run, streamId, name, epoch, originTimeMs, clockOffsetMs })
    for (const [id, { inits, ...rest }] of Object.entries(held)) {
      this.#reported.set(id, { ...unreportedState, ...rest, inits: new Set(inits) })
    }
    this.sync()
    this.#stopListening = stream.onChange(() => this.sync())
  }

  /** Reports what has changed, as far as there is space for it. */
  sync(): void {
    if (this.#sink.hasSpace()) this.#sink.together(() => this.#report())
    else this.#behind = true
  }

  /** True while there was no space for all that is listed. */
  get behind(): boolean {
    return this.#behind
  }

  #report(): void {
    this.#behind = false
    const { renditions } = this.#stream
    for (const rendition of renditions) this.#rendition(rendition)
    if (this.#reported.size > renditions.length) {
      const ids = renditions.map(({ id }) => id)
      for (const id of this.#reported.keys()) if (!ids.includes(id)) this.#reported.delete(id)
      this.#sink.write({ type: 'renditions', run: this.#run, ids })
    }
    // players start once all is there
    if (this.#behind && this.#reportedState === '') return
    const { targetDurationS, partTargetMs, lagMs, away, ready, ended } = this.#stream
    const state: RunState = { ...this.#state(), targetDurationS, partTargetMs, lagMs, away, ready, ended }
    const text = JSON.stringify(state)
    if (text !== this.#reportedState) {
      this.#reportedState = text
      this.#sink.write({ type: 'state', run: this.#run, state })
    }
    this.#sink.write({ type: 'edge', run: this.#run })
  }

  /** Reports that the run is gone, then nothing more. */
  stop(): void {
    this.#stopListening()
    this.#sink.write({ type: 'gone', run: this.#run })
  }

  #rendition(rendition: PackagedRendition): void {
    const { id, track, away, memberFrom, averageBandwidth, peakBandwidth, steadyBandwidth, frameRate, segments } = rendition
    let reported = this.#reported.get(id)
    if (reported === undefined) {
      reported = {
        ...unreportedState,
        ...{ inits: new Set<number>(), sequence: -1, parts: 0, complete: true, first: -1, unstored: -1 },
      }
      this.#reported.set(id, reported)
    }
    if (
      reported.track !== track ||
      reported.away !== away ||
      reported.memberFrom !== memberFrom ||
      reported.averageBandwidth !== averageBandwidth ||
      reported.peakBandwidth !== peakBandwidth ||
      reported.steadyBandwidth !== steadyBandwidth ||
      reported.frameRate !== frameRate
    ) {
      Object.assign(reported, { track, away, memberFrom, averageBandwidth, peakBandwidth, steadyBandwidth, frameRate })
      const state = { track: toWire(track), away, memberFrom, averageBandwidth, peakBandwidth, steadyBandwidth, frameRate }
      this.#sink.write({ type: 'rendition', run: this.#run, id, state })
    }
    for (const [init, { data, track: needed }] of rendition.inits) {
      if (reported.inits.has(init)) continue
      reported.inits.add(init)
      this.#sink.write({ type: 'init', run: this.#run, id, init, track: toWire(needed) }, data)
    }
    this.#segments(id, segments, reported)
  }

  #segments(id: string, segments: readonly MediaSegment[], reported: Reported): void {
    const run = this.#run
    const first = segments[0]?.sequence
    if (first === undefined) return
    if (reported.first !== first) {
      if (reported.first >= 0) this.#sink.write({ type: 'first', run, id, sequence: first })
      reported.first = first
    }
    // bytes go to disk in the order of the segments
    for (let at = Math.max(0, reported.unstored - first); at < segments.length; at++) {
      const segment = segments[at] as MediaSegment
      if (segment.stored === undefined) {
        reported.unstored = segment.sequence
        break
      }
      if (segment.sequence <= reported.sequence) this.#segment(id, segment)
    }
    let at = segments.length
    const from = reported.complete ? reported.sequence + 1 : reported.sequence
    while (at > 0 && (segments[at - 1] as MediaSegment).sequence >= from) at--
    for (; at < segments.length; at++) {
      const segment = segments[at] as MediaSegment
      // whoever is behind gets the rest later, or what is listed then
      if (this.#isFull()) return
      if (segment.sequence !== reported.sequence) {
        reported.sequence = segment.sequence
        reported.parts = 0
        // complete only with all its bytes: requests come between frames
        reported.complete = segment.complete && segment.parts.length === 0
        this.#segment(id, reported.complete ? segment : { ...segment, complete: false })
      }
      for (; reported.parts < segment.parts.length; reported.parts++) {
        if (this.#isFull()) return
        const { index, serial, startTicks, durationTicks, independent, data } = segment.parts[
          reported.parts
        ] as MediaSegment['parts'][number]
        const { sequence } = segment
        this.#sink.write(
          { type: 'part', run, id, sequence, index, startTicks, durationTicks, independent, ...(serial === undefined ? {} : { serial }) },
          data,
        )
      }
      // its length so far is the sum of its parts, which the other side can add up; complete, it may be another
      if (segment.complete && !reported.complete) {
        reported.complete = true
        this.#segment(id, segment)
      }
    }
  }

  #isFull(): boolean {
    this.#behind ||= !this.#sink.hasSpace()
    return this.#behind
  }

  #segment(id: string, segment: MediaSegment): void {
    const { sequence, startTicks, durationTicks, programDateTimeMs, discontinuity, discontinuitySequence, choice, initId, stored } = segment
    const { independent, gap, complete, byteLength } = segment
    this.#sink.write({
      type: 'segment',
      run: this.#run,
      id,
      segment: {
        ...{ sequence, startTicks, durationTicks, programDateTimeMs, discontinuity, discontinuitySequence, choice, initId },
        ...{ independent, complete, byteLength },
        ...(stored === undefined ? {} : { stored: this.#remote ? elsewhere : stored }),
        ...(gap === undefined ? {} : { gap }),
      },
    })
  }
}
