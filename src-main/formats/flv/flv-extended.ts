import { type Fault, fault } from '../fault.ts'

/** What the extended audio and video tags of Enhanced RTMP v2 share: ModEx prefixes and multitrack bodies. */

/** A fault of an FLV tag; `unsupported` names a codec that is well-formed but not carried. */
export interface FlvFault extends Fault {
  readonly unsupported?: string
}

/** Makes the fault for a codec that is not carried. */
export function unsupportedCodec(name: string, offset: number): FlvFault {
  return { fault: `the codec ${name} is not supported`, offset, unsupported: name }
}

/** Largest number of ModEx prefixes before one packet: one kind exists, so more than a few is nonsense. */
const maxModifiers = 8

/** Result of the last `readModifiers`; reused, since it is read at once and tags come one at a time. */
export interface Modifiers {
  packetType: number
  position: number
  /** Added to the message's timestamp, nanoseconds (0 to 999,999). */
  nanoOffset: number
}

/** Reads ModEx prefixes (Enhanced RTMP v2, ExVideoTagHeader): `packetType` is the first one, `position` the byte after it. */
export function readModifiers(tag: Buffer, modExType: number, into: Modifiers): Fault | undefined {
  into.nanoOffset = 0
  for (let count = 0; into.packetType === modExType; count += 1) {
    let { position } = into
    if (count === maxModifiers) return fault('too many ModEx prefixes', position)
    if (position >= tag.length) return fault('a ModEx prefix is cut', position)
    let size = tag[position++]! + 1
    if (size === 256) {
      if (position + 2 > tag.length) return fault('a ModEx prefix is cut', position)
      size = tag.readUInt16BE(position) + 1
      position += 2
    }
    if (position + size + 1 > tag.length) return fault('a ModEx prefix is cut', position)
    const kind = tag[position + size]! >> 4
    if (kind === 0) {
      if (size < 3) return fault('a nanosecond offset needs three bytes', position)
      into.nanoOffset = Math.min(tag.readUIntBE(position, 3), 999_999)
    }
    into.packetType = tag[position + size]! & 15
    into.position = position + size + 1
  }
  return undefined
}

export const MultitrackType = { oneTrack: 0, manyTracks: 1, manyTracksManyCodecs: 2 } as const

/** Takes one track's part of a tag: `[position, end)` of the tag. */
export type TrackPart = (packetType: number, fourCc: number, trackNumber: number, position: number, end: number) => FlvFault | undefined

/** Walks a multitrack body: `position` is at the byte of multitrack type and packet type. */
export function readMultitrack(tag: Buffer, start: number, multitrackPacketType: number, onTrack: TrackPart): FlvFault | undefined {
  let position = start
  if (position >= tag.length) return fault('a multitrack tag is cut', position)
  const kind = tag[position]! >> 4
  const packetType = tag[position]! & 15
  position += 1
  if (kind > MultitrackType.manyTracksManyCodecs) return fault(`there is no multitrack type ${kind}`, position - 1)
  if (packetType === multitrackPacketType) return fault('a multitrack tag contains another', position - 1)
  let fourCc = 0
  if (kind !== MultitrackType.manyTracksManyCodecs) {
    if (position + 4 > tag.length) return fault('a multitrack tag is cut', position)
    fourCc = tag.readUInt32BE(position)
    position += 4
  }
  let firstFault: FlvFault | undefined
  do {
    if (kind === MultitrackType.manyTracksManyCodecs) {
      if (position + 4 > tag.length) return fault('a multitrack tag is cut', position)
      fourCc = tag.readUInt32BE(position)
      position += 4
    }
    if (position >= tag.length) return fault('a multitrack tag is cut', position)
    const trackNumber = tag[position++]!
    let end = tag.length
    if (kind !== MultitrackType.oneTrack) {
      if (position + 3 > tag.length) return fault('a multitrack tag is cut', position)
      end = position + 3 + tag.readUIntBE(position, 3)
      position += 3
      if (end > tag.length) return fault('a track is longer than its multitrack tag', position - 3)
    }
    // One bad track does not take its neighbours with it.
    firstFault ??= onTrack(packetType, fourCc, trackNumber, position, end)
    position = end
  } while (position < tag.length)
  return firstFault
}
