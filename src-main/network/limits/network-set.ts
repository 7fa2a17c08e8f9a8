import { isIP } from 'node:net'
import { bareIp } from '../../platform/net/ip-address.ts'

interface ParsedNetwork {
  readonly version: 4 | 6
  readonly value: bigint
  readonly bits: number
}

const width = { 4: 32, 6: 128 } as const

/** An IP address as a number. IPv4 mapped into IPv6 is IPv4. Undefined for other text. */
function parseAddress(text: string): Omit<ParsedNetwork, 'bits'> | undefined {
  const address = bareIp(text)
  const version = isIP(address)
  if (version === 4) return { version, value: BigInt(number4(address)) }
  if (version !== 6 || address.includes('%')) return undefined
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const low = dotted === null ? 0 : number4(dotted[2] as string)
  const plain = dotted === null ? address : `${dotted[1]}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  let value = 0n
  for (const group of [...before, ...zeros, ...after]) value = (value << 16n) | BigInt(Number.parseInt(group, 16))
  return { version: 6, value }
}

const number4 = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)

const masked = (value: bigint, version: 4 | 6, bits: number): bigint =>
  (value >> BigInt(width[version] - bits)) << BigInt(width[version] - bits)

function parseNetwork(text: string): ParsedNetwork | undefined {
  const [address = '', bits, more] = text.split('/')
  const parsed = isIP(address) === 0 || more !== undefined ? undefined : parseAddress(address)
  if (parsed === undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined
  // `::ffff:192.0.2.0/120` is 192.0.2.0/24
  const mapped = parsed.version === 4 && address.includes(':') ? 96 : 0
  const length = bits === undefined ? width[parsed.version] : Number(bits) - mapped
  if (length < 0 || length > width[parsed.version]) return undefined
  return { version: parsed.version, value: masked(parsed.value, parsed.version, length), bits: length }
}

/** The one way to write a network: without bits behind its prefix, and without a prefix where it is one IP address. Undefined for other text. */
export function networkText(text: string): string | undefined {
  const parsed = parseNetwork(text)
  if (parsed === undefined) return undefined
  const { version, value, bits } = parsed
  const suffix = bits === width[version] ? '' : `/${bits}`
  if (version === 4) return `${[24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')}${suffix}`
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn)
  return `${shortened(groups.map((group) => group.toString(16)).join(':'))}${suffix}`
}

/** The first of the longest runs of zeros becomes `::` (RFC 5952, section 4.2). */
function shortened(text: string): string {
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort(([a], [b]) => b.length - a.length)
  if (longest === undefined) return text
  const before = text.slice(0, longest.index)
  const after = text.slice(longest.index + longest[0].length)
  return `${before || ':'}${after || ':'}`
}

/** Length of a network's prefix as a share of the whole IP address, 0 to 1; undefined for other text. */
export function prefixShare(text: string): number | undefined {
  const parsed = parseNetwork(text)
  return parsed && parsed.bits / width[parsed.version]
}

/** IP addresses and networks: whether one is among them takes as long as there are lengths of prefixes, however many there are. */
export class NetworkSet {
  readonly #byBits: Readonly<Record<4 | 6, Map<number, Set<bigint>>>> = { 4: new Map(), 6: new Map() }

  /** Texts that are no networks are skipped. */
  constructor(networks: Iterable<string> = []) {
    for (const text of networks) {
      const parsed = parseNetwork(text)
      if (parsed === undefined) continue
      const byBits = this.#byBits[parsed.version]
      const values = byBits.get(parsed.bits)
      if (values === undefined) byBits.set(parsed.bits, new Set([parsed.value]))
      else values.add(parsed.value)
    }
  }

  has(address: string): boolean {
    if (this.#byBits[4].size === 0 && this.#byBits[6].size === 0) return false
    const parsed = parseAddress(address)
    if (parsed === undefined) return false
    for (const [bits, values] of this.#byBits[parsed.version]) if (values.has(masked(parsed.value, parsed.version, bits))) return true
    return false
  }
}
