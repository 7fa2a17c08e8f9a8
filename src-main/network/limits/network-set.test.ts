import { BlockList, isIPv4 } from 'node:net'
import { expect, it } from 'vitest'
import { NetworkSet, networkText, prefixShare } from './network-set.ts'

it('has what Node has in a list of its own', () => {
  const networks = ['10.0.0.0/8', '192.0.2.7', '198.51.100.128/25', '2001:db8::/32', '2001:db8:1:2::/64', '::1', 'fe80::/10']
  const set = new NetworkSet(networks)
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const version = isIPv4(address) ? 'ipv4' : 'ipv6'
    list.addSubnet(address, bits === undefined ? (version === 'ipv4' ? 32 : 128) : Number(bits), version)
  }
  const asked = [
    '10.1.2.3',
    '11.0.0.0',
    '192.0.2.7',
    '192.0.2.8',
    '198.51.100.127',
    '198.51.100.128',
    '2001:db8:ffff::1',
    '2001:db9::',
    '::1',
    '::2',
    'fe80::1',
    'febf::',
    'fec0::',
  ] // prettier-ignore
  for (const address of asked) expect(set.has(address), address).toBe(list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'))
  expect([set.has('::ffff:10.1.2.3'), set.has(''), set.has('x'), new NetworkSet().has('10.1.2.3')]).toEqual([true, false, false, false])
})

it('a network has one text', () => {
  const texts = {
    '192.0.2.77/24': '192.0.2.0/24',
    '192.0.2.77/32': '192.0.2.77',
    '2001:DB8:0:0::1/64': '2001:db8::/64',
    '2001:db8::1/128': '2001:db8::1',
    '::ffff:192.0.2.1': '192.0.2.1',
    '::ffff:192.0.2.0/120': '192.0.2.0/24',
    '0.0.0.0/0': '0.0.0.0/0',
    '::/16': '::/16',
    '::1': '::1',
    'fe80::': 'fe80::',
    '1:0:0:2:0:0:0:10': '1:0:0:2::10',
    '10:0:0:1:1:0:0:1': '10::1:1:0:0:1',
    '1:0:3:4:5:6:7:8': '1:0:3:4:5:6:7:8',
  }
  for (const [given, text] of Object.entries(texts)) expect(networkText(given)).toBe(text)
  for (const text of [
    '',
    'x',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
    '::/129',
    '1.2.3.4:80',
    '[::1]',
    'fe80::1%eth0',
    '1.2.3.*',
    '.*',
  ])
    expect(networkText(text), text).toBeUndefined()
  expect([prefixShare('10.0.0.0/8'), prefixShare('::/64'), prefixShare('1.1.1.1')]).toEqual([0.25, 0.5, 1])
})
