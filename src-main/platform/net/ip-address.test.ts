import { expect, it } from 'vitest'
import { bareIp, ipGroup, joinHostPort } from './ip-address.ts'

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:50000', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2:3:4:5:6]:1935', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001::9', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1:2:3:4:5:6:10.0.0.1', '1:2:3:4::/64'],
  ['', ''],
  ['no address', 'no address'],
])('%s is counted as %s', (address, group) => {
  expect(ipGroup(address)).toBe(group)
})

it.each([['203.0.113.7'], ['2001:db8::1'], ['::1'], ['fe80::1%eth0']])('%s is itself again without its port', (host) => {
  for (const port of [1, 9999, 50_000]) expect(bareIp(joinHostPort(host, port))).toBe(host)
})
