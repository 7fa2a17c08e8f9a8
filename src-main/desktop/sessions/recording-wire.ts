import { Duplex } from 'node:stream'
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

/** The receiver's end for what one process sends: is given each payload, which it keeps. */
export function readRecorderWire(taker: Pick<DisplayTaker, 'onTrack' | 'onPacket' | 'onTitle'>): (payload: Buffer) => void {
  const inner = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  openMediaWire(inner, {
    onTrack: (_channel, track) => taker.onTrack(track),
    onPacket: (_channel, packet) => taker.onPacket(packet),
    onNote(_channel, note) {
      const { title, atUs } = note as TitleNote
      taker.onTitle(title, atUs)
    },
  })
  return (payload) => {
    if (!inner.destroyed) inner.push(payload)
  }
}
