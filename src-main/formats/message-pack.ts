import { type Fault, fault } from './fault.ts'

/**
 * MessagePack (github.com/msgpack/msgpack, spec.md), as far as it has a counterpart in JSON: without binary data and extensions.
 * Nothing is allocated by what a header claims: lists and maps grow with the bytes that are there.
 */

/** A value that JSON knows. */
export type PackedValue = null | boolean | number | string | readonly PackedValue[] | { readonly [name: string]: PackedValue }

/** Levels of lists and maps that are read. */
const maxDepth = 32

class Malformed extends Error {}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text = new TextDecoder('utf-8', { fatal: true })
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  value(depth: number): PackedValue {
    const head = this.#view.getUint8(this.#take(1))
    if (head < 0x80) return head
    if (head < 0x90) return this.#map(head & 0x0f, depth)
    if (head < 0xa0) return this.#list(head & 0x0f, depth)
    if (head < 0xc0) return this.#string(head & 0x1f)
    if (head >= 0xe0) return head - 0x100
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return this.#view.getFloat32(this.#take(4))
      case 0xcb:
        return this.#view.getFloat64(this.#take(8))
      case 0xcc:
        return this.#view.getUint8(this.#take(1))
      case 0xcd:
        return this.#view.getUint16(this.#take(2))
      case 0xce:
        return this.#view.getUint32(this.#take(4))
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#take(8)))
      case 0xd0:
        return this.#view.getInt8(this.#take(1))
      case 0xd1:
        return this.#view.getInt16(this.#take(2))
      case 0xd2:
        return this.#view.getInt32(this.#take(4))
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#take(8)))
      case 0xd9:
        return this.#string(this.#view.getUint8(this.#take(1)))
      case 0xda:
        return this.#string(this.#view.getUint16(this.#take(2)))
      case 0xdb:
        return this.#string(this.#view.getUint32(this.#take(4)))
      case 0xdc:
        return this.#list(this.#view.getUint16(this.#take(2)), depth)
      case 0xdd:
        return this.#list(this.#view.getUint32(this.#take(4)), depth)
      case 0xde:
        return this.#map(this.#view.getUint16(this.#take(2)), depth)
      case 0xdf:
        return this.#map(this.#view.getUint32(this.#take(4)), depth)
      default:
        throw new Malformed(`type 0x${head.toString(16)} is not read`)
    }
  }

  #take(size: number): number {
    const at = this.at
    if (size > this.#bytes.byteLength - at) throw new Malformed('it ends in the middle of a value')
    this.at += size
    return at
  }

  #string(size: number): string {
    const at = this.#take(size)
    try {
      return this.#text.decode(this.#bytes.subarray(at, at + size))
    } catch {
      throw new Malformed('a text is not UTF-8')
    }
  }

  #list(size: number, depth: number): readonly PackedValue[] {
    this.#enter(size, depth)
    const list: PackedValue[] = []
    for (let index = 0; index < size; index++) list.push(this.value(depth + 1))
    return list
  }

  #map(size: number, depth: number): PackedValue {
    this.#enter(size * 2, depth)
    const entries: [string, PackedValue][] = []
    for (let index = 0; index < size; index++) {
      const name = this.value(depth + 1)
      if (typeof name !== 'string') throw new Malformed('a key is not a text')
      entries.push([name, this.value(depth + 1)])
    }
    // Makes own properties also of names such as `__proto__`.
    return Object.fromEntries(entries)
  }

  /** Each value has one byte at least. */
  #enter(values: number, depth: number): void {
    if (depth >= maxDepth) throw new Malformed('nested too deeply')
    if (values > this.#bytes.byteLength - this.at) throw new Malformed('it claims more values than there are bytes')
  }
}

/** Reads one value that fills all of the bytes. */
export function unpack(bytes: Uint8Array): { readonly value: PackedValue } | Fault {
  const reader = new Reader(bytes)
  try {
    const value = reader.value(0)
    return reader.at < bytes.byteLength ? fault('bytes follow the value', reader.at) : { value }
  } catch (error) {
    if (error instanceof Malformed) return fault(error.message, reader.at)
    throw error
  }
}

/** Writes what JSON would write of a value: properties that are undefined are left out. */
export function pack(value: unknown): Uint8Array {
  const parts: Uint8Array[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value: unknown, parts: Uint8Array[]): void {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8')
    parts.push(text.length < 32 ? Uint8Array.of(0xa0 | text.length) : headOf(text.length, 0xd9, 0xda, 0xdb), text)
  } else if (typeof value === 'number') parts.push(numberBytes(value))
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 0xc3 : 0xc2))
  else if (Array.isArray(value)) {
    parts.push(value.length < 16 ? Uint8Array.of(0x90 | value.length) : headOf(value.length, undefined, 0xdc, 0xdd))
    for (const each of value) write(each, parts)
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    parts.push(entries.length < 16 ? Uint8Array.of(0x80 | entries.length) : headOf(entries.length, undefined, 0xde, 0xdf))
    for (const [name, inner] of entries) {
      write(name, parts)
      write(inner, parts)
    }
  } else parts.push(Uint8Array.of(0xc0))
}

/** A type with a size in one byte where `short` says so, in two or in four. */
function headOf(size: number, short: number | undefined, middle: number, long: number): Uint8Array {
  if (short !== undefined && size < 0x100) return Uint8Array.of(short, size)
  if (size < 0x10000) return Uint8Array.of(middle, size >> 8, size & 0xff)
  const bytes = Buffer.alloc(5)
  bytes[0] = long
  bytes.writeUInt32BE(size, 1)
  return bytes
}

function numberBytes(value: number): Uint8Array {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    if (value >= 0 && value < 0x80) return Uint8Array.of(value)
    if (value < 0 && value >= -0x20) return Uint8Array.of(value + 0x100)
    if (value >= 0 && value <= 0xffffffff) return sized(0xce, 4, (bytes) => bytes.writeUInt32BE(value, 1))
    if (value < 0 && value >= -0x80000000) return sized(0xd2, 4, (bytes) => bytes.writeInt32BE(value, 1))
    if (Number.isSafeInteger(value)) return sized(0xd3, 8, (bytes) => bytes.writeBigInt64BE(BigInt(value), 1))
  }
  // What JSON cannot write either.
  if (!Number.isFinite(value)) return Uint8Array.of(0xc0)
  return sized(0xcb, 8, (bytes) => bytes.writeDoubleBE(value, 1))
}

function sized(type: number, size: number, put: (bytes: Buffer) => void): Uint8Array {
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = type
  put(bytes)
  return bytes
}
