import type { Duplex } from 'node:stream'
import type { Track } from '../../formats/track.ts'
import type { MediaSegment, PackagedRendition, PackagedStream } from '../packaging/packaged-stream.ts'
import { type RunRecord, type RunState, toWire, writeRecord } from './run-wire.ts'

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

/** Reports one run to one delivery process: everything at first, then what is new after every change. */
export class RunFeed {
  readonly #run: number
  readonly #stream: PackagedStream
  readonly #pipe: Duplex
  readonly #state: () => Pick<RunState, 'title' | 'guarded'>
  readonly #reported = new Map<string, Reported>()
  readonly #stopListening: () => void
  #reportedState = ''

  /**
   * @param run number of the run on this pipe
   * @param state what the packager does not know of the run
   */
  constructor(run: number, stream: PackagedStream, pipe: Duplex, state: () => Pick<RunState, 'title' | 'guarded'>) {
    this.#run = run
    this.#stream = stream
    this.#pipe = pipe
    this.#state = state
    const { streamId, name, epoch, originTimeMs, clockOffsetMs } = stream
    this.#write({ type: 'run', run, streamId, name, epoch, originTimeMs, clockOffsetMs })
    this.sync()
    this.#stopListening = stream.onChange(() => this.sync())
  }

  /** Reports what has changed. */
  sync(): void {
    this.#pipe.cork()
    const { renditions } = this.#stream
    for (const rendition of renditions) this.#rendition(rendition)
    if (this.#reported.size > renditions.length) {
      const ids = renditions.map(({ id }) => id)
      for (const id of this.#reported.keys()) if (!ids.includes(id)) this.#reported.delete(id)
      this.#write({ type: 'renditions', run: this.#run, ids })
    }
    const { targetDurationS, partTargetMs, lagMs, away, ready, ended } = this.#stream
    const state: RunState = { ...this.#state(), targetDurationS, partTargetMs, lagMs, away, ready, ended }
    const text = JSON.stringify(state)
    if (text !== this.#reportedState) {
      this.#reportedState = text
      this.#write({ type: 'state', run: this.#run, state })
    }
    this.#write({ type: 'edge', run: this.#run })
    this.#pipe.uncork()
  }

  /** Reports that the run is gone, then nothing more. */
  stop(): void {
    this.#stopListening()
    this.#write({ type: 'gone', run: this.#run })
  }

  #rendition(rendition: PackagedRendition): void {
    const { id, track, away, memberFrom, averageBandwidth, peakBandwidth, steadyBandwidth, frameRate, segments } = rendition
    let reported = this.#reported.get(id)
    if (reported === undefined) {
      reported = {
        ...{ track: undefined, away, memberFrom, averageBandwidth, peakBandwidth, steadyBandwidth, frameRate, inits: new Set<number>() },
        ...{ sequence: -1, parts: 0, complete: true, first: -1, unstored: -1 },
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
      this.#write({ type: 'rendition', run: this.#run, id, state })
    }
    for (const [init, { data, track: needed }] of rendition.inits) {
      if (reported.inits.has(init)) continue
      reported.inits.add(init)
      this.#write({ type: 'init', run: this.#run, id, init, track: toWire(needed) }, data)
    }
    this.#segments(id, segments, reported)
  }

  #segments(id: string, segments: readonly MediaSegment[], reported: Reported): void {
    const run = this.#run
    const first = segments[0]?.sequence
    if (first === undefined) return
    if (reported.first !== first) {
      if (reported.first >= 0) this.#write({ type: 'first', run, id, sequence: first })
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
      if (segment.sequence !== reported.sequence) {
        reported.sequence = segment.sequence
        reported.parts = 0
        // complete only with all its bytes: requests come between frames
        reported.complete = segment.complete && segment.parts.length === 0
        this.#segment(id, reported.complete ? segment : { ...segment, complete: false })
      }
      for (; reported.parts < segment.parts.length; reported.parts++) {
        const { index, serial, startTicks, durationTicks, independent, data } = segment.parts[
          reported.parts
        ] as MediaSegment['parts'][number]
        const { sequence } = segment
        this.#write(
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

  #segment(id: string, segment: MediaSegment): void {
    const { sequence, startTicks, durationTicks, programDateTimeMs, discontinuity, discontinuitySequence, choice, initId, stored } = segment
    const { independent, gap, complete, byteLength } = segment
    this.#write({
      type: 'segment',
      run: this.#run,
      id,
      segment: {
        ...{ sequence, startTicks, durationTicks, programDateTimeMs, discontinuity, discontinuitySequence, choice, initId },
        ...{ independent, complete, byteLength },
        ...(stored === undefined ? {} : { stored }),
        ...(gap === undefined ? {} : { gap }),
      },
    })
  }

  #write(record: RunRecord, data?: Uint8Array): void {
    if (!this.#pipe.destroyed) writeRecord(this.#pipe, record, data)
  }
}
