import type { EbmlId } from './ebml.ts'

/** An element of EBML (RFC 8794) in bytes. */
export interface EbmlElement {
  readonly id: EbmlId
  /** First byte of the content. */
  readonly start: number
  /** Behind the content, which may reach further than the bytes that are there. */
  readonly end: number
}

/** The element that starts at `at`; undefined where its header is invalid or cut off. */
export function readElement(data: Uint8Array, at = 0): EbmlElement | undefined {
  const idBytes = leadingBytes(data[at] ?? 0)
  const sizeAt = at + idBytes
  const sizeBytes = leadingBytes(data[sizeAt] ?? 0)
  if (idBytes > 4 || sizeBytes > 8 || sizeAt + sizeBytes > data.length) return undefined
  let id = 0
  for (let i = at; i < sizeAt; i++) id = id * 256 + (data[i] as number)
  let size = (data[sizeAt] as number) & (0xff >> sizeBytes)
  for (let i = 1; i < sizeBytes; i++) size = size * 256 + (data[sizeAt + i] as number)
  const start = sizeAt + sizeBytes
  return { id, start, end: start + size }
}

/** The elements that follow each other in a range. Stops at the first that is cut. */
export function* walkElements(data: Uint8Array, from = 0, to = data.length): Generator<EbmlElement> {
  for (let at = from; at < to; ) {
    const found = readElement(data, at)
    if (found === undefined || found.end > to) return
    yield found
    at = found.end
  }
}

/** How many bytes a number has, by its first (RFC 8794, 4); 9 where it is invalid. */
function leadingBytes(first: number): number {
  return Math.clz32(first) - 23
}
