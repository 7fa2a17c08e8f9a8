import type { Duplex } from 'node:stream'
import type { Track } from '../../formats/track.ts'
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

/** What of a run is not its media. */
export interface RunState {
  readonly title: string
  readonly targetDurationS: number
  readonly partTargetMs: number
  readonly lagMs: number
  readonly ready: boolean
  readonly ended: boolean
  /** Somebody must be asked before a player may begin: the host does it. */
  readonly guarded: boolean
}

export interface RenditionState {
  readonly track: WireTrack
  readonly away: boolean
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

/** Longest frame that is believed, bytes. */
const longestFrame = 64 * 1024 * 1024

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

/** Reads records; `broken` is told of a frame that breaks the format, and nothing is read after it. */
export function readRecords(pipe: Duplex, onRecord: (record: RunRecord, data: Uint8Array) => void, broken: (error: Error) => void): void {
  let kept: Buffer[] = []
  let keptBytes = 0
  let wanted = 8
  let closed = false
  pipe.on('data', (chunk: Buffer) => {
    if (closed) return
    kept.push(chunk)
    keptBytes += chunk.length
    if (keptBytes < wanted) return
    const all = kept.length === 1 ? chunk : Buffer.concat(kept, keptBytes)
    let at = 0
    try {
      for (;;) {
        wanted = 8
        if (all.length - at < wanted) break
        const length = all.readUInt32BE(at) + 4
        const jsonEnd = 8 + all.readUInt32BE(at + 4)
        if (length < jsonEnd || length > longestFrame) throw new Error(`frame of ${length} bytes`)
        wanted = length
        if (all.length - at < length) break
        const record = JSON.parse(all.toString('utf8', at + 8, at + jsonEnd)) as RunRecord
        // copied out: a view would keep everything that arrived with it
        onRecord(record, new Uint8Array(all.subarray(at + jsonEnd, at + length)))
        at += length
      }
    } catch (error) {
      closed = true
      broken(error as Error)
      return
    }
    kept = at < all.length ? [all.subarray(at)] : []
    keptBytes = all.length - at
  })
}
