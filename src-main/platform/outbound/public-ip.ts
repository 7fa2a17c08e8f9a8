import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Blocks that lead to no host of the public internet (IANA registries of special-purpose IP addresses, RFC 6890 and its updates). */
const specialBlocks: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** Of what IPv6 routes at all (2000::/3): protocols, documentation, and 6to4, which wraps any IPv4 address. */
const special6Blocks: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const special = new BlockList()
for (const [network, prefix] of specialBlocks) special.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of special6Blocks) special.addSubnet(network, prefix, 'ipv6')
const routed6 = new BlockList()
routed6.addSubnet('2000::', 3, 'ipv6')

/**
 * An IP address as it is compared: IPv4 inside IPv6 (mapped, or translated by NAT64) is the IPv4 address that it means; zones are left off.
 */
export function plainIp(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!isIPv6(bare)) return bare
  const words = wordsOf(bare)
  const start = words.slice(0, 6).join(':')
  if (start !== '0:0:0:0:0:65535' && start !== `${0x64}:${0xff9b}:0:0:0:0`) return bare
  const [high, low] = words.slice(6) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Whether an IP address is one of a host on the public internet: neither loopback, private, link-local, shared, multicast nor reserved. */
export function isPublicIp(address: string): boolean {
  const plain = plainIp(address)
  if (isIPv4(plain)) return !special.check(plain, 'ipv4')
  return isIPv6(plain) && routed6.check(plain, 'ipv6') && !special.check(plain, 'ipv6')
}

/** The eight 16-bit words of a valid IPv6 address. */
function wordsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : address
  const [head = '', tail] = text.split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  const first = read(head)
  if (tail === undefined) return first
  const last = read(tail)
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
}
