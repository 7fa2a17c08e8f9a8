import { type Fault, fault, isFault } from '../fault.ts'
import type { AmfCursor, AmfObject, AmfValue } from './amf-value.ts'

/** AMF3 (Action Message Format 3, 2013): read only, since every client of ours also understands AMF0 answers. */

interface Traits {
  readonly dynamic: boolean
  readonly names: readonly string[]
}

interface Tables {
  readonly strings: string[]
  readonly traits: Traits[]
  /** Only to answer references; they count one of the allowance each time. */
  readonly objects: AmfValue[]
}

/** Reads one AMF3 value at the cursor, with reference tables of its own (AMF3 section 2.2: they live for one value). */
export function readAmf3(cursor: AmfCursor, depth: number): AmfValue | Fault {
  return readValue(cursor, { strings: [], traits: [], objects: [] }, depth)
}

function readValue(cursor: AmfCursor, tables: Tables, depth: number): AmfValue | Fault {
  if (depth > cursor.limits.depth) return fault('AMF3 is nested too deep', cursor.position)
  if (--cursor.valuesLeft < 0) return fault('AMF3 has too many values', cursor.position)
  if (cursor.position >= cursor.end) return fault('AMF3 ends where a value should be', cursor.position)
  const marker = cursor.bytes[cursor.position++]
  switch (marker) {
    case 0:
      return undefined
    case 1:
      return null
    case 2:
      return false
    case 3:
      return true
    case 4: {
      const value = readU29(cursor)
      return typeof value === 'number' ? (value << 3) >> 3 : value
    }
    case 5:
      return readDouble(cursor)
    case 6:
      return readString(cursor, tables)
    case 7:
    case 11:
      return readBlob(cursor, tables, true)
    case 12:
      return readBlob(cursor, tables, false)
    case 8: {
      const header = readU29(cursor)
      if (isFault(header)) return header
      if ((header & 1) === 0) return reference(cursor, tables, header >> 1)
      const time = readDouble(cursor)
      if (isFault(time)) return time
      const value = new Date(time)
      tables.objects.push(value)
      return value
    }
    case 9:
      return readArray(cursor, tables, depth)
    case 10:
      return readObject(cursor, tables, depth)
    default:
      return fault(`AMF3 has no type ${marker}`, cursor.position - 1)
  }
}

function readU29(cursor: AmfCursor): number | Fault {
  let value = 0
  for (let index = 0; index < 4; index += 1) {
    if (cursor.position >= cursor.end) return fault('AMF3 integer is cut', cursor.position)
    const byte = cursor.bytes[cursor.position++]!
    if (index === 3) return (value << 8) | byte
    value = (value << 7) | (byte & 0x7f)
    if ((byte & 0x80) === 0) return value
  }
  return value
}

function readDouble(cursor: AmfCursor): number | Fault {
  if (cursor.position + 8 > cursor.end) return fault('AMF3 number is cut', cursor.position)
  const value = cursor.bytes.readDoubleBE(cursor.position)
  cursor.position += 8
  return value
}

function readString(cursor: AmfCursor, tables: Tables): string | Fault {
  const header = readU29(cursor)
  if (isFault(header)) return header
  if ((header & 1) === 0) {
    const known = tables.strings[header >> 1]
    return known === undefined ? fault('AMF3 string reference points nowhere', cursor.position) : known
  }
  const length = header >>> 1
  if (length > cursor.limits.stringBytes) return fault('AMF3 string is too long', cursor.position)
  if (cursor.position + length > cursor.end) return fault('AMF3 string is cut', cursor.position)
  const value = cursor.bytes.toString('utf8', cursor.position, cursor.position + length)
  cursor.position += length
  if (value !== '') tables.strings.push(value)
  return value
}

function readBlob(cursor: AmfCursor, tables: Tables, text: boolean): AmfValue | Fault {
  const header = readU29(cursor)
  if (isFault(header)) return header
  if ((header & 1) === 0) return reference(cursor, tables, header >> 1)
  const length = header >>> 1
  if (length > cursor.limits.stringBytes) return fault('AMF3 bytes are too long', cursor.position)
  if (cursor.position + length > cursor.end) return fault('AMF3 bytes are cut', cursor.position)
  const start = cursor.position
  cursor.position += length
  const value = text
    ? cursor.bytes.toString('utf8', start, start + length)
    : Uint8Array.prototype.slice.call(cursor.bytes, start, start + length)
  tables.objects.push(value)
  return value
}

/** A reference to a finished value only: a map that contains itself could not be walked. Unfinished ones read as undefined. */
function reference(cursor: AmfCursor, tables: Tables, index: number): AmfValue | Fault {
  if (index >= tables.objects.length) return fault('AMF3 object reference points nowhere', cursor.position)
  return tables.objects[index]
}

function readArray(cursor: AmfCursor, tables: Tables, depth: number): AmfValue | Fault {
  const header = readU29(cursor)
  if (isFault(header)) return header
  if ((header & 1) === 0) return reference(cursor, tables, header >> 1)
  const count = header >>> 1
  if (count > cursor.valuesLeft || count > cursor.end - cursor.position) return fault('AMF3 array is too long', cursor.position)
  const slot = tables.objects.push(undefined) - 1
  const named: AmfObject = new Map()
  const broken = readDynamic(cursor, tables, depth, named)
  if (broken) return broken
  const values: AmfValue[] = []
  for (let index = 0; index < count; index += 1) {
    const value = readValue(cursor, tables, depth + 1)
    if (isFault(value)) return value
    if (named.size > 0) named.set(String(index), value)
    else values.push(value)
  }
  const result = named.size > 0 ? named : values
  tables.objects[slot] = result
  return result
}

function readDynamic(cursor: AmfCursor, tables: Tables, depth: number, into: AmfObject): Fault | undefined {
  for (;;) {
    const name = readString(cursor, tables)
    if (isFault(name)) return name
    if (name === '') return undefined
    const value = readValue(cursor, tables, depth + 1)
    if (isFault(value)) return value
    into.set(name, value)
  }
}

function readObject(cursor: AmfCursor, tables: Tables, depth: number): AmfValue | Fault {
  const header = readU29(cursor)
  if (isFault(header)) return header
  if ((header & 1) === 0) return reference(cursor, tables, header >> 1)
  const traits = readTraits(cursor, tables, header)
  if (isFault(traits)) return traits
  const slot = tables.objects.push(undefined) - 1
  const object: AmfObject = new Map()
  for (const name of traits.names) {
    const value = readValue(cursor, tables, depth + 1)
    if (isFault(value)) return value
    object.set(name, value)
  }
  if (traits.dynamic) {
    const broken = readDynamic(cursor, tables, depth, object)
    if (broken) return broken
  }
  tables.objects[slot] = object
  return object
}

function readTraits(cursor: AmfCursor, tables: Tables, header: number): Traits | Fault {
  if ((header & 3) === 1) {
    return tables.traits[header >> 2] ?? fault('AMF3 traits reference points nowhere', cursor.position)
  }
  if ((header & 7) === 7) return fault('AMF3 externalizable objects are not read', cursor.position)
  const name = readString(cursor, tables)
  if (isFault(name)) return name
  const count = header >>> 4
  if (count > cursor.valuesLeft || count > cursor.end - cursor.position) return fault('AMF3 object has too many names', cursor.position)
  const names: string[] = []
  for (let index = 0; index < count; index += 1) {
    const member = readString(cursor, tables)
    if (isFault(member)) return member
    names.push(member)
  }
  const traits = { dynamic: (header & 8) !== 0, names }
  tables.traits.push(traits)
  return traits
}
