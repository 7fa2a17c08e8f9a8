import { expect, it } from 'vitest'
import { ipGroup } from '../../../platform/net/ip-address.ts'
import { networkName } from './request-configuration.ts'

/** As nginx writes an IPv6 address: the first of the longest runs of zeros is shortened, where it has two groups or more. */
function written(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run], index, all) => ({
    run,
    index,
    length: run.length - (all[index]?.[0].startsWith(':') ? 1 : 0),
  }))
  const longest = runs.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined
    ? text
    : text
        .replace(longest.run, ':')
        .replace(/^:(?!:)/, '::')
        .replace(/(?<!:):$/, '::')
        .replace(/(?<=[^:]):(?=:)/, ':')
} // prettier-ignore

it('the network of an IP address is the same in nginx and here', () => {
  const named = (address: string): string => networkName(address).replace(/^([0-9a-f:]*:[0-9a-f:]*)$/, '$1::/64')
  const plain = [
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '::1',
    '::',
    '2001:db8::1',
    '2001:db8:1:2:3:4:5:6',
    '2001:db8:0:1::',
    'fe80::1:2:3:4',
    '1:2:3:4::',
    '1:2:3::8',
    '1::4:5:6:7:8',
    '::4:5:6:7:8',
    '::3:4:5:6:7:8',
    '1:2::5:6:7:8',
    '1:0:3::',
  ] // prettier-ignore
  for (const address of plain) expect(named(address), address).toBe(ipGroup(address))
  // all combinations of groups that are zero
  for (let mask = 1; mask < 256; mask++) {
    const groups = Array.from({ length: 8 }, (_, index) => ((mask >> index) & 1 ? index + 1 : 0))
    const address = written(groups)
    if (!/^(?!.*::.*::)[0-9a-f:]+$/.test(address) || address.includes(':::')) continue
    expect(named(address), address).toBe(ipGroup(address))
  }
})
