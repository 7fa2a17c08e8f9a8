import { isFault } from '../fault.ts'
import { pack, unpack } from '../message-pack.ts'
import { subProtocols } from './protocol.ts'

/** How messages are written: JSON as text, or MessagePack as binary. */
export interface MessageEncoding {
  readonly name: 'json' | 'msgpack'
  encode(message: object): string | Uint8Array
  /** Undefined where it is no message of this encoding, or one that is nested deeper than any real one. */
  decode(data: Buffer, binary: boolean): Readonly<Record<string, unknown>> | undefined
}

/** Levels of objects and lists in a message. Nothing that the protocol names has more than eight. */
const maxDepth = 32

const json: MessageEncoding = {
  name: 'json',
  encode: (message) => JSON.stringify(message),
  decode(data, binary) {
    if (binary) return undefined
    try {
      const value: unknown = JSON.parse(data.toString('utf8'))
      return isTooDeep(value) ? undefined : messageOf(value)
    } catch {
      return undefined
    }
  },
}

const msgpack: MessageEncoding = {
  name: 'msgpack',
  encode: pack,
  decode(data, binary) {
    if (!binary) return undefined
    const read = unpack(data)
    return isFault(read) ? undefined : messageOf(read.value)
  },
}

/** The encoding of a WebSocket sub-protocol: JSON where a client names none. */
export function encodingOf(subProtocol: string): MessageEncoding {
  return subProtocol === subProtocols.msgpack ? msgpack : json
}

function messageOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}

/** Level by level, so that depth itself cannot exhaust the stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}
