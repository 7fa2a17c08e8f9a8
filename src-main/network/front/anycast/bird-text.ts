import { isIP, isIPv4 } from 'node:net'
import { AppError } from '../../../platform/errors.ts'
import { NetworkSet, networkText } from '../../limits/network-set.ts'
import type { AnycastSettings } from './anycast-schemas.ts'

/** Without an answer for this time a router takes the node for gone where it has no BFD, seconds (RFC 4271, 4.2). */
const holdSeconds = 9

const familyOf = (address: string): 4 | 6 => (isIPv4(address) ? 4 : 6)
const addressOf = (prefix: string): string => prefix.slice(0, prefix.indexOf('/'))

/**
 * The configuration of BIRD 2: BGP with each router, to which the prefixes are exported while they are announced. Nothing is imported, and
 * nothing goes into the routing table of the machine. Throws `config.invalid`.
 */
export function birdText(settings: AnycastSettings, isAnnounced: boolean): string {
  checkSettings(settings)
  const { prefixes, asn, routerId, neighbors, bfdIntervalMs } = settings
  const routes = (family: 4 | 6): string =>
    isAnnounced
      ? prefixes
          .filter((prefix) => familyOf(addressOf(prefix)) === family)
          .map((prefix) => `  route ${prefix} blackhole;\n`)
          .join('')
      : ''
  const bfd = `interval ${bfdIntervalMs} ms; multiplier 3;`
  return [
    'log stderr { warning, error, fatal, bug };',
    `router id ${routerId};`,
    'protocol device { scan time 10; }',
    ...(neighbors.some((each) => each.bfd) ? [`protocol bfd { interface "*" { ${bfd} }; multihop { ${bfd} }; }`] : []),
    `protocol static announced4 {\n  ipv4;\n${routes(4)}}`,
    `protocol static announced6 {\n  ipv6;\n${routes(6)}}`,
    ...neighbors.map(({ address, asn: theirs, localAddress, password, multihop, bfd }, index) =>
      [
        `protocol bgp ${neighborName(index)} {`,
        `  local ${localAddress === undefined ? '' : `${localAddress} `}as ${asn};`,
        `  neighbor ${address} as ${theirs};`,
        ...(multihop === undefined ? [] : [`  multihop ${multihop};`]),
        ...(password === undefined ? [] : [`  password "${password}";`]),
        `  hold time ${holdSeconds};`,
        '  connect delay time 1;',
        '  connect retry time 5;',
        '  error wait time 1, 30;',
        // A node that ends is gone at once, and not a router that comes back in a moment.
        '  graceful restart off;',
        ...(bfd ? ['  bfd on;'] : []),
        `  ipv${familyOf(address)} { import none; export where proto = "announced${familyOf(address)}"; };`,
        '}',
      ].join('\n'),
    ),
    '',
  ].join('\n')
}

/** What BIRD calls a router of the list. */
export const neighborName = (index: number): string => `neighbor${index + 1}`

/** Prefixes of which no IP address is one of the machine: what arrives for them would be lost. */
export function withoutAddress(prefixes: readonly string[], addresses: readonly string[]): readonly string[] {
  return prefixes.filter((prefix) => {
    const network = new NetworkSet([prefix])
    return !addresses.some((address) => network.has(address))
  })
}

/** How BIRD's connections to routers are, by what `birdc show protocols` prints. */
export function neighborStates(text: string, settings: AnycastSettings): { address: string; up: boolean; state: string }[] {
  return settings.neighbors.map(({ address }, index) => {
    const words = text.split('\n').find((line) => line.split(/\s+/)[0] === neighborName(index))
    // Name, protocol, table, state, since, then what BGP says of itself.
    const info = words?.trim().split(/\s+/).slice(5).join(' ').slice(0, 200) ?? ''
    return { address, up: info === 'Established', state: info === '' ? 'Idle' : info }
  })
}

function checkSettings({ prefixes, routerId, neighbors }: AnycastSettings): void {
  for (const [index, prefix] of prefixes.entries()) {
    const option = `prefixes[${index}]`
    const [address = '', bits] = prefix.split('/')
    const network = networkText(prefix)
    const largest = isIPv4(address) ? 8 : 16
    if (network === undefined || Number(bits) < largest) throw invalid(option, `"${prefix}" is no prefix from /${largest} on`)
    if (isIP(address) !== 0 && networkText(address) !== network.split('/')[0])
      throw invalid(option, `"${prefix}" has bits behind its length: ${network} is the prefix`)
    const family = familyOf(address)
    if (!neighbors.some((each) => familyOf(each.address) === family))
      throw invalid(option, `no neighbor has an IP address of IPv${family}, which "${prefix}" needs`)
  }
  if (!isIPv4(routerId)) throw invalid('routerId', `"${routerId}" is no IPv4 address`)
  for (const [index, { address, localAddress }] of neighbors.entries()) {
    if (isIP(address) === 0) throw invalid(`neighbors[${index}].address`, `"${address}" is not valid`)
    if (localAddress !== undefined && (isIP(localAddress) === 0 || familyOf(localAddress) !== familyOf(address)))
      throw invalid(`neighbors[${index}].localAddress`, `"${localAddress}" is not of IPv${familyOf(address)}`)
  }
}

const invalid = (option: string, text: string): AppError =>
  new AppError('config.invalid', `Option anycast.${option}: ${text}`, { details: { option: `anycast.${option}` } })
