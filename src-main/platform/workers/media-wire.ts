import type { Duplex } from 'node:stream'
import { ticks } from '../../formats/media-time.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { readFrames } from './wire-frames.ts'

/**
 * Tracks and packets between the host and a worker process, over the pipe that the two share beside their messages.
 * One pipe carries many channels (a stream, a rendition, a peer); a channel's frames arrive in the order they were sent.
 *
 * A frame is `u32 length of what follows, u8 kind, u32 channel` and then, by kind,
 * track: `u32 length of JSON, JSON without config, config`; packet: `u8 length of track id, track id, f64 pts, f64 dts, u32 duration,
 * u8 key, data`; note: JSON; end: nothing. Numbers are big-endian; times are ticks of the track's timescale.
 */
export interface MediaWireHandler {
  onTrack(channel: number, track: Track): void
  /** The packet's track is the one reported last on its channel under that id; its data is the receiver's own. */
  onPacket(channel: number, packet: Packet): void
  /** Whatever else belongs in order with the packets: seams, ends, commands. */
  onNote(channel: number, note: unknown): void
  /** The pipe is gone or the other side broke the format; nothing comes any more. */
  onClosed?(error?: Error): void
}

export interface MediaWire {
  track(channel: number, track: Track): void
  packet(channel: number, packet: Packet): void
  note(channel: number, note: unknown): void
  /** Nothing more comes on this channel: the other side drops its tracks. */
  end(channel: number): void
  /** What the other side has reported on a channel until now: the pipe may be faster than the message that says what the channel is for. */
  received(channel: number): readonly Track[]
  /** Bytes that the other side has not taken yet: the sender decides from it what to drop. */
  readonly waitingBytes: number
  close(): void
}

const kinds = { track: 1, packet: 2, note: 3, end: 4 } as const
const prefix = 9

/** Speaks the wire over a pipe. Never throws on what the other side sends: a broken frame closes the pipe. */
export function openMediaWire(pipe: Duplex, handler: MediaWireHandler): MediaWire {
  const tracks = new Map<number, Map<string, Track>>()
  const ids = new Map<string, Buffer>()
  let closed = false

  function close(error?: Error): void {
    if (closed) return
    closed = true
    pipe.destroy()
    handler.onClosed?.(error)
  }

  function send(kind: number, channel: number, parts: readonly Uint8Array[]): void {
    if (closed || pipe.destroyed) return
    let length = prefix - 4
    for (const part of parts) length += part.length
    const head = Buffer.allocUnsafe(prefix)
    head.writeUInt32BE(length, 0)
    head[4] = kind
    head.writeUInt32BE(channel, 5)
    pipe.cork()
    pipe.write(head)
    for (const part of parts) if (part.length > 0) pipe.write(part)
    pipe.uncork()
  }

  function receive(frame: Buffer): void {
    const kind = frame[4]
    const channel = frame.readUInt32BE(5)
    if (kind === kinds.packet) {
      const idLength = frame[prefix] as number
      const id = frame.toString('latin1', prefix + 1, prefix + 1 + idLength)
      const track = tracks.get(channel)?.get(id)
      if (track === undefined) throw new Error(`packet of unknown track ${id}`)
      const at = prefix + 1 + idLength
      handler.onPacket(channel, {
        track,
        pts: ticks(frame.readDoubleBE(at)),
        dts: ticks(frame.readDoubleBE(at + 8)),
        duration: ticks(frame.readUInt32BE(at + 16)),
        key: frame[at + 20] === 1,
        data: frame.subarray(at + 21),
      })
    } else if (kind === kinds.track) {
      const length = frame.readUInt32BE(prefix)
      const described = JSON.parse(frame.toString('utf8', prefix + 4, prefix + 4 + length)) as Track
      const track = { ...described, config: new Uint8Array(frame.subarray(prefix + 4 + length)) } as Track
      const known = tracks.get(channel) ?? new Map<string, Track>()
      known.set(track.id, track)
      tracks.set(channel, known)
      handler.onTrack(channel, track)
    } else if (kind === kinds.note) handler.onNote(channel, JSON.parse(frame.toString('utf8', prefix)))
    else if (kind === kinds.end) tracks.delete(channel)
    else throw new Error(`frame of unknown kind ${kind}`)
  }

  readFrames(pipe, { minBytes: prefix, onFrame: receive, onBroken: close, closed: () => closed })
  pipe.on('error', (error: Error) => close(error))
  pipe.on('close', () => close())

  return {
    track(channel, track) {
      const { config, ...described } = track
      const json = Buffer.from(JSON.stringify(described))
      const length = Buffer.allocUnsafe(4)
      length.writeUInt32BE(json.length)
      send(kinds.track, channel, [length, json, config])
    },
    packet(channel, { track, pts, dts, duration, key, data }) {
      let id = ids.get(track.id)
      if (id === undefined) {
        id = Buffer.from(track.id, 'latin1')
        ids.set(track.id, id)
      }
      const head = Buffer.allocUnsafe(22 + id.length)
      head[0] = id.length
      id.copy(head, 1)
      const at = 1 + id.length
      head.writeDoubleBE(pts, at)
      head.writeDoubleBE(dts, at + 8)
      head.writeUInt32BE(duration, at + 16)
      head[at + 20] = key ? 1 : 0
      send(kinds.packet, channel, [head.subarray(0, at + 21), data])
    },
    note: (channel, note) => send(kinds.note, channel, [Buffer.from(JSON.stringify(note))]),
    end: (channel) => send(kinds.end, channel, []),
    received: (channel) => [...(tracks.get(channel)?.values() ?? [])],
    get waitingBytes() {
      return pipe.writableLength
    },
    close: () => close(),
  }
}
