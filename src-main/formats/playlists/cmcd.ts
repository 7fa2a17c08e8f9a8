import { type Fault, fault } from '../fault.ts'

/** What a player says of itself with a request: Common Media Client Data, CTA-5004 version 1. Keys that were not sent are absent. */
export interface Cmcd {
  /** `sid`: session id, at most 64 characters. */
  sid?: string
  /** `cid`: content id. */
  cid?: string
  /** `br`: encoded bit rate of what is asked for, kbps. */
  br?: number
  /** `tb`: highest bit rate that the player may choose, kbps. */
  tb?: number
  /** `mtp`: measured throughput, kbps. */
  mtp?: number
  /** `bl`: media in the buffer, ms. */
  bl?: number
  /** `dl`: ms until the buffer is empty. */
  dl?: number
  /** `pr`: playback rate. */
  pr?: number
  /** `bs`: the buffer has run empty since the request before. */
  bs?: true
  /** `su`: needed urgently: for the start, a seek or after a stall. */
  su?: true
  /** `ot`: kind of object (`v`, `a`, `av`, `m`, `i`, ...). */
  ot?: string
  /** `sf`: streaming format (`h` HLS, `d` DASH, `s` Smooth, `o` other). */
  sf?: string
  /** `st`: `l` live, `v` on demand. */
  st?: string
}

/** Longer than this is not read: the keys of version 1 together are far shorter. */
export const maxCmcd = 2000
const maxKeys = 40

const numbers = new Set(['br', 'tb', 'mtp', 'bl', 'dl', 'pr'])
const flags = new Set(['bs', 'su'])
const texts = new Set(['sid', 'cid'])
const tokens = new Set(['ot', 'sf', 'st'])

/**
 * Reads `key=value` pairs as CMCD writes them in a header (section 3.2) or, percent-decoded, in a query. Unknown keys, custom ones
 * among them, are left out; a value of the wrong kind is a fault.
 */
export function parseCmcd(text: string): Cmcd | Fault {
  if (text.length > maxCmcd) return fault('CMCD is longer than it can be', maxCmcd)
  const cmcd: Cmcd = {}
  let keys = 0
  for (let at = 0; at < text.length; ) {
    while (text.charCodeAt(at) === 0x20) at++
    const from = at
    while (at < text.length && text[at] !== '=' && text[at] !== ',') at++
    const key = text.slice(from, at).trim()
    let value: string | undefined
    let quoted = false
    if (text[at] === '=') {
      at++
      if (text[at] === '"') {
        quoted = true
        const end = closingQuote(text, at + 1)
        if (end < 0) return fault('A CMCD text does not end', at)
        value = text.slice(at + 1, end).replaceAll(/\\(.)/g, '$1')
        at = end + 1
      } else {
        const start = at
        while (at < text.length && text[at] !== ',') at++
        value = text.slice(start, at).trim()
      }
    }
    while (text.charCodeAt(at) === 0x20) at++
    if (at < text.length && text[at] !== ',') return fault('CMCD keys are separated by commas', at)
    at++
    if (key === '') continue
    if (++keys > maxKeys) return fault('CMCD has too many keys', from)
    const wrong = put(cmcd, key, value, quoted)
    if (wrong) return fault(`CMCD key ${key} has a value of the wrong kind`, from)
  }
  return cmcd
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return -1
}

/** True where the value does not fit the key. */
function put(cmcd: Cmcd, key: string, value: string | undefined, quoted: boolean): boolean {
  const record = cmcd as Record<string, string | number | true>
  if (numbers.has(key)) {
    if (value === undefined || quoted || !/^\d{1,12}(?:\.\d{1,6})?$/.test(value)) return true
    record[key] = Number(value)
  } else if (flags.has(key)) {
    if (quoted || (value !== undefined && value !== 'true' && value !== 'false')) return true
    if (value !== 'false') record[key] = true
  } else if (texts.has(key)) {
    // some players leave the quotes out
    if (value === undefined || value === '' || value.length > 128 || /\p{Cc}/u.test(value)) return true
    record[key] = key === 'sid' ? value.slice(0, 64) : value
  } else if (tokens.has(key)) {
    if (value === undefined || !/^[a-z]{1,3}$/.test(value)) return true
    record[key] = value
  }
  return false
}
