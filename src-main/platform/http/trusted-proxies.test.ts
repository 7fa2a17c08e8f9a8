import { expect, it } from 'vitest'
import { readTrustedProxies } from './trusted-proxies.ts'

it.each([
  ['one client', '203.0.113.7', '203.0.113.7'],
  ['what the client claimed before it', '127.0.0.1, 198.51.100.9, 203.0.113.7', '203.0.113.7'],
  ['a chain of trusted proxies', '198.51.100.9, 203.0.113.7, 10.1.2.3, ::ffff:10.0.0.1', '203.0.113.7'],
  ['a client that is a trusted proxy itself', '10.9.9.9', '10.9.9.9'],
  ['a port behind the address', '203.0.113.7:4711', '203.0.113.7'],
  ['a port behind an IPv6 address', '[2001:db8::1]:4711', '2001:db8::1'],
  ['an IPv6 address', '2001:db8::1', '2001:db8::1'],
  ['nonsense before the last entry', 'unknown, 10.0.0.1', '10.0.0.1'],
  ['nonsense', 'unknown', undefined],
  ['an empty header', '', undefined],
])('reads %s from X-Forwarded-For', (_name, header, client) => {
  const proxies = readTrustedProxies('10.0.0.0/8, 127.0.0.1,fd00::/8')
  expect(proxies.clientOf({ 'x-forwarded-for': header })?.remoteAddress).toBe(client)
})

it('reads the scheme where the proxy says it', () => {
  const { clientOf } = readTrustedProxies('10.0.0.1')
  const headers = { 'x-forwarded-for': '203.0.113.7' }
  expect(clientOf(headers)?.encrypted).toBeUndefined()
  expect(clientOf({ ...headers, 'x-forwarded-proto': 'HTTPS' })?.encrypted).toBe(true)
  expect(clientOf({ ...headers, 'x-forwarded-proto': 'https, http' })?.encrypted).toBe(false)
})

it('trusts only the IP addresses and networks of the option', () => {
  const proxies = readTrustedProxies('10.0.0.0/8, 127.0.0.1,fd00::/8')
  expect(['10.255.0.1', '127.0.0.1', '::ffff:127.0.0.1', 'fd12::1'].every(proxies.has)).toBe(true)
  expect(['11.0.0.1', '127.0.0.2', '::1', 'fe80::1', '', 'x'].some(proxies.has)).toBe(false)
  expect(readTrustedProxies('').any).toBe(false)
  for (const text of ['10.0.0.0/33', '10.0.0/8', 'proxy', '::/129', '10.0.0.1/8/8', '10.0.0.1/', '1.2.3.4/-1'])
    expect(() => readTrustedProxies(text), text).toThrow(expect.objectContaining({ code: 'config.invalid' }))
})
