/** What a parser answers when the bytes break their format: a sentence that names what is wrong, and where. Parsers never throw. */
export interface Fault {
  readonly fault: string
  /** Byte offset into what was given to the parser; the nearest byte where the format is counted in bits. */
  readonly offset: number
}

/** True where a parser's answer is a fault and not a value. */
export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value && typeof value.fault === 'string'
}

/** Makes a fault. */
export function fault(sentence: string, offset: number): Fault {
  return { fault: sentence, offset }
}
