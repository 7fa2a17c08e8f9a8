import { Duplex } from 'node:stream'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Packet, Track } from '../../formats/track.ts'
import { type MediaWire, openMediaWire } from '../../platform/workers/media-wire.ts'
import { writeViewerWire } from './viewer-wire.ts'

/** What is recorded shares the pipe of a display's viewers, as the one of this number; theirs are greater. */
export const recorderNumber = 0
/** Of the one display that the process shows. */
export const recorderChannel = 0

/** Beside tracks and packets: which window is active from that moment on, µs of the monotonic clock. */
export interface TitleNote {
  readonly atUs: number
  readonly title: string
}

/** Who is given what a display's process encodes: a recording, or a live stream. */
export interface DisplayTaker {
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** The window with that title is active from that moment on, µs of the monotonic clock. */
  onTitle(title: string, atUs: number): void
  /** What comes next does not continue what came: another process encodes. */
  onSeam(): void
  /** The display is not shown any more: nothing comes. */
  onEnd(): void
}

/** A display that is encoded for one taker. */
export interface DisplayEncoding {
  /** The next frame is one that a file can start with, and tracks are reported again. */
  wantKey(): void
  end(): void
}

/** The sender's end. */
export function openRecorderWire(pipe: Duplex): MediaWire {
  const inner = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      writeViewerWire(pipe, recorderNumber, [chunk])
      done()
    },
    writev(chunks, done) {
      writeViewerWire(
        pipe,
        recorderNumber,
        chunks.map(({ chunk }) => chunk as Buffer),
      )
      done()
    },
  })
  return openMediaWire(inner, { onTrack() {}, onPacket() {}, onNote() {} })
}

const side = Type.Integer({ minimum: 1, maximum: 8192 })
const timescale = Type.Integer({ minimum: 1, maximum: 1_000_000 })
const codecString = Type.String({ pattern: '^[0-9A-Za-z.]{1,40}$' })

/** What the process of a display encodes. */
const TrackSchema = Type.Union([
  Type.Object({
    id: Type.String({ pattern: '^v[0-9]$' }),
    kind: Type.Literal('video'),
    codec: Type.Literal('h264'),
    timescale,
    codecString,
    width: side,
    height: side,
    frameRate: Type.Optional(Type.Number({ minimum: 0, maximum: 1000 })),
  }),
  Type.Object({
    id: Type.String({ pattern: '^a[0-9]$' }),
    kind: Type.Literal('audio'),
    codec: Type.Literal('opus'),
    timescale,
    codecString,
    sampleRate: timescale,
    channels: Type.Integer({ minimum: 1, maximum: 8 }),
    samplesPerPacket: Type.Optional(Type.Integer({ minimum: 1, maximum: 48_000 })),
  }),
])
const NoteSchema = Type.Object({ title: Type.String({ maxLength: 4096 }), atUs: Type.Number() })
const maxConfigBytes = 64 * 1024
/** Times are of the machine's monotonic clock: what is further from now is no time of a frame, s. */
const maxOffSeconds = 600

function demandTrack(track: Track): void {
  if (!Value.Check(TrackSchema, track) || track.config.length > maxConfigBytes) throw new Error('a track that no display has')
}

function demandTimes({ pts, dts, duration, track }: Packet): void {
  const nowSeconds = Number(process.hrtime.bigint() / 1_000_000_000n)
  const isNear = (at: number): boolean => Number.isInteger(at) && Math.abs(at / track.timescale - nowSeconds) <= maxOffSeconds
  if (!isNear(pts) || !isNear(dts) || duration > 60 * track.timescale) throw new Error('a packet of another time')
}

/**
 * The receiver's end for what one process sends: is given each payload, which it keeps. The process may be one that another user of the
 * machine has replaced: what no display has ends the wire.
 */
export function readRecorderWire(taker: Pick<DisplayTaker, 'onTrack' | 'onPacket' | 'onTitle'>): (payload: Buffer) => void {
  const inner = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  openMediaWire(inner, {
    onTrack(_channel, track) {
      demandTrack(track)
      taker.onTrack(track)
    },
    onPacket(_channel, packet) {
      demandTimes(packet)
      taker.onPacket(packet)
    },
    onNote(_channel, note) {
      if (!Value.Check(NoteSchema, note)) throw new Error('a note that is no title')
      const { title, atUs }: TitleNote = note
      taker.onTitle(title, atUs)
    },
  })
  return (payload) => {
    if (!inner.destroyed) inner.push(payload)
  }
}
