import { createHash } from 'node:crypto'

/**
 * OBS names items by numbers and everything else by UUIDs too. Ours have ids of their makers, which are kept for ever: what clients are
 * given is computed from them, so that a button of a control panel means the same item after a restart.
 */

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The number of a scene item: 1 to 2^31-1. Two items of one scene have the same with a probability of less than one in ten thousand. */
export function itemNumber(id: string): number {
  return digestOf(`item\0${id}`).readUInt32BE(0) >>> 1 || 1
}

export type Identified = 'canvas' | 'source' | 'scene' | 'group' | 'transition'

/** A UUID of version 8 (RFC 9562, section 5.8). */
export function uuidOf(sort: Identified, id: string): string {
  const bytes = digestOf(`${sort}\0${id}`).subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
