import { type Fault, fault, isFault } from '../fault.ts'
import { type AmfCursor, type AmfLimits, type AmfObject, type AmfValue, amfCursor, defaultAmfLimits } from './amf-value.ts'
import { readAmf3 } from './amf3.ts'

/** AMF0 (Action Message Format, 2006): the encoding of RTMP commands and of onMetaData. */

const Marker = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  reference: 7,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  unsupported: 13,
  xml: 15,
  typedObject: 16,
  avmplus: 17,
} as const

/** Reads all values of a message body. An AMF3 switch (marker 0x11) is followed. Never throws. */
export function readAmf0Values(
  bytes: Buffer,
  start = 0,
  end: number = bytes.length,
  limits: AmfLimits = defaultAmfLimits,
): AmfValue[] | Fault {
  const cursor = amfCursor(bytes, start, end, limits)
  const values: AmfValue[] = []
  while (cursor.position < cursor.end) {
    const value = readAmf0(cursor, 0)
    if (isFault(value)) return value
    values.push(value)
  }
  return values
}

/** Reads one value at the cursor (AMF0 section 2). */
export function readAmf0(cursor: AmfCursor, depth: number): AmfValue | Fault {
  if (depth > cursor.limits.depth) return fault('AMF0 is nested too deep', cursor.position)
  if (--cursor.valuesLeft < 0) return fault('AMF0 has too many values', cursor.position)
  if (cursor.position >= cursor.end) return fault('AMF0 ends where a value should be', cursor.position)
  const { bytes } = cursor
  const marker = bytes[cursor.position++]
  switch (marker) {
    case Marker.number: {
      if (cursor.position + 8 > cursor.end) return fault('AMF0 number is cut', cursor.position)
      const value = bytes.readDoubleBE(cursor.position)
      cursor.position += 8
      return value
    }
    case Marker.boolean:
      if (cursor.position >= cursor.end) return fault('AMF0 boolean is cut', cursor.position)
      return bytes[cursor.position++] !== 0
    case Marker.string:
      return readString(cursor, 2)
    case Marker.longString:
    case Marker.xml:
      return readString(cursor, 4)
    case Marker.null:
      return null
    case Marker.undefined:
    case Marker.unsupported:
      return undefined
    case Marker.object:
      return readProperties(cursor, depth)
    case Marker.typedObject: {
      const name = readString(cursor, 2)
      return isFault(name) ? name : readProperties(cursor, depth)
    }
    case Marker.ecmaArray:
      // The count is a hint that encoders get wrong: the end marker rules.
      if (cursor.position + 4 > cursor.end) return fault('AMF0 array is cut', cursor.position)
      cursor.position += 4
      return readProperties(cursor, depth)
    case Marker.strictArray:
      return readStrictArray(cursor, depth)
    case Marker.date: {
      if (cursor.position + 10 > cursor.end) return fault('AMF0 date is cut', cursor.position)
      const value = new Date(bytes.readDoubleBE(cursor.position))
      cursor.position += 10
      return value
    }
    case Marker.reference:
      // References only save bytes; no encoder sends them in commands, and following them could build circles.
      if (cursor.position + 2 > cursor.end) return fault('AMF0 reference is cut', cursor.position)
      cursor.position += 2
      return undefined
    case Marker.avmplus:
      return readAmf3(cursor, depth)
    default:
      return fault(`AMF0 has no type ${marker}`, cursor.position - 1)
  }
}

function readString(cursor: AmfCursor, lengthBytes: 2 | 4): string | Fault {
  const { bytes, position } = cursor
  if (position + lengthBytes > cursor.end) return fault('AMF0 string is cut', position)
  const length = lengthBytes === 2 ? bytes.readUInt16BE(position) : bytes.readUInt32BE(position)
  if (length > cursor.limits.stringBytes) return fault('AMF0 string is too long', position)
  const start = position + lengthBytes
  if (start + length > cursor.end) return fault('AMF0 string is cut', position)
  cursor.position = start + length
  return bytes.toString('utf8', start, start + length)
}

function readProperties(cursor: AmfCursor, depth: number): AmfObject | Fault {
  const object: AmfObject = new Map()
  for (;;) {
    if (cursor.position + 3 > cursor.end) {
      // Some encoders leave the end marker off the last object of a message.
      if (cursor.position === cursor.end) return object
      return fault('AMF0 object is cut', cursor.position)
    }
    const name = readString(cursor, 2)
    if (isFault(name)) return name
    if (name === '' && cursor.bytes[cursor.position] === Marker.objectEnd) {
      cursor.position += 1
      return object
    }
    const value = readAmf0(cursor, depth + 1)
    if (isFault(value)) return value
    object.set(name, value)
  }
}

function readStrictArray(cursor: AmfCursor, depth: number): AmfValue[] | Fault {
  if (cursor.position + 4 > cursor.end) return fault('AMF0 array is cut', cursor.position)
  const count = cursor.bytes.readUInt32BE(cursor.position)
  // Every element takes at least one byte and one of the allowance: a lying count is rejected before anything is allocated.
  if (count > cursor.valuesLeft || count > cursor.end - cursor.position) return fault('AMF0 array is too long', cursor.position)
  cursor.position += 4
  const values: AmfValue[] = []
  for (let index = 0; index < count; index += 1) {
    const value = readAmf0(cursor, depth + 1)
    if (isFault(value)) return value
    values.push(value)
  }
  return values
}

/** An associative array for the writer (AMF0 section 2.10): what onMetaData is made of. */
export class EcmaArray {
  readonly entries: Readonly<Record<string, Amf0Writable>>

  constructor(entries: Readonly<Record<string, Amf0Writable>>) {
    this.entries = entries
  }
}

export type Amf0Writable =
  | number
  | boolean
  | string
  | null
  | undefined
  | EcmaArray
  | readonly Amf0Writable[]
  | { readonly [name: string]: Amf0Writable }

/** Writes values one after the other. The caller owns the buffer. */
export function writeAmf0(values: readonly Amf0Writable[]): Buffer {
  let size = 0
  for (const value of values) size += sizeOf(value)
  const bytes = Buffer.allocUnsafeSlow(size)
  let position = 0
  for (const value of values) position = write(bytes, position, value)
  return bytes
}

function sizeOf(value: Amf0Writable): number {
  if (value === null || value === undefined) return 1
  if (typeof value === 'number') return 9
  if (typeof value === 'boolean') return 2
  if (typeof value === 'string') {
    const length = Buffer.byteLength(value)
    return length > 0xffff ? 5 + length : 3 + length
  }
  if (isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 5)
  const array = value instanceof EcmaArray
  let size = array ? 8 : 4
  for (const [name, item] of Object.entries(array ? value.entries : value)) size += 2 + Buffer.byteLength(name) + sizeOf(item)
  return size
}

function isArray(value: Amf0Writable): value is readonly Amf0Writable[] {
  return Array.isArray(value)
}

function write(bytes: Buffer, start: number, value: Amf0Writable): number {
  let position = start
  if (value === null || value === undefined) {
    bytes[position++] = value === null ? Marker.null : Marker.undefined
    return position
  }
  if (typeof value === 'number') {
    bytes[position++] = Marker.number
    return bytes.writeDoubleBE(value, position)
  }
  if (typeof value === 'boolean') {
    bytes[position++] = Marker.boolean
    bytes[position++] = value ? 1 : 0
    return position
  }
  if (typeof value === 'string') {
    const length = Buffer.byteLength(value)
    bytes[position++] = length > 0xffff ? Marker.longString : Marker.string
    position = length > 0xffff ? bytes.writeUInt32BE(length, position) : bytes.writeUInt16BE(length, position)
    return position + bytes.write(value, position)
  }
  if (isArray(value)) {
    bytes[position++] = Marker.strictArray
    position = bytes.writeUInt32BE(value.length, position)
    for (const item of value) position = write(bytes, position, item)
    return position
  }
  const array = value instanceof EcmaArray
  const entries = Object.entries(array ? value.entries : value)
  bytes[position++] = array ? Marker.ecmaArray : Marker.object
  if (array) position = bytes.writeUInt32BE(entries.length, position)
  for (const [name, item] of entries) {
    position = bytes.writeUInt16BE(Buffer.byteLength(name), position)
    position += bytes.write(name, position)
    position = write(bytes, position, item)
  }
  position = bytes.writeUInt16BE(0, position)
  bytes[position++] = Marker.objectEnd
  return position
}
