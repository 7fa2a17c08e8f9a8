/** What AMF0 and AMF3 values become. Objects and associative arrays are maps, so no name on the wire can touch a prototype. */
export type AmfValue = number | boolean | string | null | undefined | Date | Uint8Array | AmfValue[] | AmfObject
export type AmfObject = Map<string, AmfValue>

/** How much one message may unfold to: what is between a few bytes and a memory bomb. */
export interface AmfLimits {
  /** Nested objects and arrays. */
  readonly depth: number
  /** Values in one message, properties and elements included. */
  readonly values: number
  /** Bytes of one string. */
  readonly stringBytes: number
}

export const defaultAmfLimits: AmfLimits = { depth: 16, values: 4096, stringBytes: 65_536 }

/** Position and remaining allowance, shared by both readers because an AMF0 message may switch to AMF3 half way. */
export interface AmfCursor {
  readonly bytes: Buffer
  position: number
  readonly end: number
  valuesLeft: number
  readonly limits: AmfLimits
}

/** Starts reading at `start`; `end` is exclusive. */
export function amfCursor(bytes: Buffer, start = 0, end = bytes.length, limits = defaultAmfLimits): AmfCursor {
  return { bytes, position: start, end, valuesLeft: limits.values, limits }
}
