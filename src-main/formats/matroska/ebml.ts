/** Elements of EBML (RFC 8794), the tree that Matroska files are written in. */

/** An element's id as its bytes are in the file, e.g. 0x1a45dfa3. */
export type EbmlId = number

function idBytes(id: EbmlId): number {
  return id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1
}

/** Bytes that a size of an element takes: 7 bits in each, all ones kept free because they mean "unknown". */
function sizeBytes(size: number): number {
  let bytes = 1
  while (size >= 2 ** (7 * bytes) - 1) bytes++
  return bytes
}

/** Writes id and size; `sizeLength` pads the size to that many bytes. Returns where the content starts. */
export function writeElementHead(out: Uint8Array, at: number, id: EbmlId, size: number, sizeLength = sizeBytes(size)): number {
  let next = at
  for (let byte = idBytes(id) - 1; byte >= 0; byte--) out[next++] = Math.floor(id / 2 ** (8 * byte)) & 0xff
  for (let byte = sizeLength - 1; byte >= 0; byte--) out[next++] = Math.floor(size / 2 ** (8 * byte)) & 0xff
  const first = next - sizeLength
  out[first] = (out[first] as number) | (1 << (8 - sizeLength))
  return next
}

/** Bytes of id and size of an element of this many bytes of content. */
export function elementHeadBytes(id: EbmlId, size: number): number {
  return idBytes(id) + sizeBytes(size)
}

/** An element of its children or its content, joined. */
export function element(id: EbmlId, ...pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const piece of pieces) size += piece.length
  const head = elementHeadBytes(id, size)
  const out = new Uint8Array(head + size)
  let at = writeElementHead(out, 0, id, size)
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** An unsigned integer in the fewest bytes, or in `bytes` of them. */
export function unsigned(id: EbmlId, value: number, bytes?: number): Uint8Array {
  let length = bytes ?? 1
  if (bytes === undefined) while (value >= 2 ** (8 * length)) length++
  const content = new Uint8Array(length)
  for (let i = 0; i < length; i++) content[length - 1 - i] = Math.floor(value / 2 ** (8 * i)) & 0xff
  return element(id, content)
}

/** A 64-bit float. */
export function float(id: EbmlId, value: number): Uint8Array {
  const content = new Uint8Array(8)
  new DataView(content.buffer).setFloat64(0, value)
  return element(id, content)
}

export function text(id: EbmlId, value: string): Uint8Array {
  return element(id, new TextEncoder().encode(value))
}

/** An element that readers pass over (RFC 8794, 11.3.2), of 2 to 128 bytes in all. Keeps place for one that comes later. */
export function voidElement(bytes: number): Uint8Array {
  const out = new Uint8Array(bytes)
  writeElementHead(out, 0, 0xec, bytes - 2, 1)
  return out
}

/** The head of an element whose size is not known yet, in eight bytes that can be overwritten by the size. */
export function openElement(id: EbmlId): Uint8Array {
  const bytes = idBytes(id)
  const out = new Uint8Array(bytes + 8)
  writeElementHead(out, 0, id, 0, 1)
  out.fill(0xff, bytes)
  out[bytes] = 0x01
  return out
}

/** The size of an element in eight bytes. */
export function longSize(size: number): Uint8Array {
  const out = new Uint8Array(8)
  for (let i = 0; i < 8; i++) out[7 - i] = Math.floor(size / 2 ** (8 * i)) & 0xff
  out[0] = 0x01
  return out
}
