/** Boxes of the ISO base media file format (ISO/IEC 14496-12): building small ones, and walking any. */

/** The four bytes of an ASCII name. */
export function fourCharacters(name: string): number {
  return ((name.charCodeAt(0) << 24) | (name.charCodeAt(1) << 16) | (name.charCodeAt(2) << 8) | name.charCodeAt(3)) >>> 0
}

/** A box of its children or payload pieces, joined. For initialization segments, which are made once; chunks are written directly. */
export function box(type: string, ...pieces: readonly Uint8Array[]): Uint8Array {
  let size = 8
  for (const piece of pieces) size += piece.length
  const out = new Uint8Array(size)
  writeUint32(out, 0, size)
  writeUint32(out, 4, fourCharacters(type))
  let at = 8
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** A full box: version and flags before the pieces. */
export function fullBox(type: string, version: number, flags: number, ...pieces: readonly Uint8Array[]): Uint8Array {
  return box(type, uint32s(version * 2 ** 24 + flags), ...pieces)
}

/** Big-endian 32-bit numbers. */
export function uint32s(...values: readonly number[]): Uint8Array {
  const out = new Uint8Array(values.length * 4)
  for (let i = 0; i < values.length; i++) writeUint32(out, i * 4, values[i] as number)
  return out
}

/** Writes a big-endian 32-bit number, signed or not. */
export function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}

/** Reads a big-endian unsigned 32-bit number; bytes beyond the end count as 0. */
export function readUint32(data: Uint8Array, at: number): number {
  return (((data[at] ?? 0) << 24) | ((data[at + 1] ?? 0) << 16) | ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0)) >>> 0
}

/** One box as the walker sees it. */
export interface Mp4Box {
  readonly type: string
  /** First byte of the box's header. */
  readonly start: number
  /** First byte after the header. */
  readonly bodyStart: number
  readonly end: number
}

/**
 * The boxes that follow each other in a range. Stops at the first whose size is wrong; 64-bit sizes are read, size 0 reaches to the end.
 */
export function* walkBoxes(data: Uint8Array, start = 0, end = data.length): Generator<Mp4Box> {
  let at = start
  while (at + 8 <= end) {
    let size = readUint32(data, at)
    let header = 8
    if (size === 1) {
      size = readUint32(data, at + 8) * 2 ** 32 + readUint32(data, at + 12)
      header = 16
    } else if (size === 0) {
      size = end - at
    }
    if (size < header || at + size > end) return
    const type = String.fromCharCode(data[at + 4] as number, data[at + 5] as number, data[at + 6] as number, data[at + 7] as number)
    yield { type, start: at, bodyStart: at + header, end: at + size }
    at += size
  }
}

/** The first box at a path such as `moov/trak/mdia`, or undefined. */
export function findBox(data: Uint8Array, path: string, start = 0, end = data.length): Mp4Box | undefined {
  let range = { bodyStart: start, end }
  let found: Mp4Box | undefined
  for (const type of path.split('/')) {
    found = undefined
    for (const candidate of walkBoxes(data, range.bodyStart, range.end)) {
      if (candidate.type === type) {
        found = candidate
        break
      }
    }
    if (found === undefined) return undefined
    range = found
  }
  return found
}
