import type { Duplex } from 'node:stream'
import type { Track } from '../../formats/track.ts'
import { readFrames } from '../../platform/workers/wire-frames.ts'
import type { MediaSegment } from '../packaging/packaged-stream.ts'

/**
 * How runs of streams go to delivery processes. A frame is `u32 length of what follows, u32 length of JSON, JSON, data`,
 * numbers big-endian; the JSON is a `RunRecord`, the data are a part's or an initialization segment's bytes. Records of a
 * run come in order, and `edge` ends those that belong together.
 */
export type RunRecord =
  | {
      readonly type: 'run'
      readonly run: number
      readonly streamId: string
      readonly name: string
      readonly epoch: string
      readonly originTimeMs: number
      readonly clockOffsetMs: number
    }
  | { readonly type: 'state'; readonly run: number; readonly state: RunState }
  | { readonly type: 'rendition'; readonly run: number; readonly id: string; readonly state: RenditionState }
  | { readonly type: 'renditions'; readonly run: number; readonly ids: readonly string[] }
  | { readonly type: 'init'; readonly run: number; readonly id: string; readonly init: number; readonly track: WireTrack }
  | { readonly type: 'segment'; readonly run: number; readonly id: string; readonly segment: Omit<MediaSegment, 'parts'> }
  | {
      readonly type: 'part'
      readonly run: number
      readonly id: string
      readonly sequence: number
      readonly index: number
      readonly serial?: number
      readonly startTicks: number
      readonly durationTicks: number
      readonly independent: boolean
    }
  /** Segments before this one have left the list. */
  | { readonly type: 'first'; readonly run: number; readonly id: string; readonly sequence: number }
  | { readonly type: 'edge'; readonly run: number }
  | { readonly type: 'gone'; readonly run: number }
  /** To nodes alone: all runs of a stream that there are now. */
  | { readonly type: 'runs'; readonly name: string; readonly epochs: readonly string[] }

/** What of a run is not its media. */
export interface RunState {
  readonly title: string
  readonly targetDurationS: number
  readonly partTargetMs: number
  readonly lagMs: number
  readonly away: boolean
  readonly ready: boolean
  readonly ended: boolean
  /** Somebody must be asked before a player may start: the host does it. */
  readonly guarded: boolean
}

export interface RenditionState {
  readonly track: WireTrack
  readonly away: boolean
  readonly memberFrom: number
  readonly averageBandwidth: number
  readonly peakBandwidth: number
  readonly steadyBandwidth: number
  readonly frameRate: number | undefined
}

/** A track with its configuration in base64. */
export type WireTrack = Omit<Track, 'config'> & { readonly config: string }

export function toWire(track: Track): WireTrack {
  return { ...track, config: Buffer.from(track.config).toString('base64') }
}

export function fromWire(track: WireTrack): Track {
  return { ...track, config: new Uint8Array(Buffer.from(track.config, 'base64')) } as Track
}

/** Where the records of runs go. */
export interface RunSink {
  write(record: RunRecord, data?: Uint8Array): void
  /** False while as much is on its way as may be: what is new is found again at the next `sync`. */
  hasSpace(): boolean
  /** Calls `work`; what it writes belongs together. */
  together(work: () => void): void
}

/** The pipe to a delivery process, which is read as fast as it is written. */
export function pipeSink(pipe: Duplex): RunSink {
  return {
    write(record, data) {
      if (!pipe.destroyed) writeRecord(pipe, record, data)
    },
    hasSpace: () => true,
    together(work) {
      pipe.cork()
      work()
      pipe.uncork()
    },
  }
}

/** Writes a record with its bytes; those are not copied. */
export function writeRecord(pipe: Duplex, record: RunRecord, data?: Uint8Array): void {
  const json = Buffer.from(JSON.stringify(record))
  const head = Buffer.allocUnsafe(8)
  head.writeUInt32BE(4 + json.length + (data?.length ?? 0), 0)
  head.writeUInt32BE(json.length, 4)
  pipe.write(head)
  pipe.write(json)
  if (data !== undefined && data.length > 0) pipe.write(data)
}

/** Reads records; `broken` is called for a frame that breaks the format, and nothing is read after it. */
export function readRecords(pipe: Duplex, onRecord: (record: RunRecord, data: Uint8Array) => void, broken: (error: Error) => void): void {
  readFrames(pipe, {
    minBytes: 8,
    onFrame(frame) {
      const jsonEnd = 8 + frame.readUInt32BE(4)
      if (frame.length < jsonEnd) throw new Error(`record of ${jsonEnd} bytes in a frame of ${frame.length}`)
      const record = JSON.parse(frame.toString('utf8', 8, jsonEnd)) as RunRecord
      // copied out: a view would keep everything that arrived with it
      onRecord(record, new Uint8Array(frame.subarray(jsonEnd)))
    },
    onBroken: broken,
  })
}
