import { expect, it } from 'vitest'
import { ClientLimits, networkOf } from './client-limits.ts'

const limits = { connections: 2, eventStreams: 1, waitingRequests: 1, flvPlayers: 1, webSockets: 1 }

it('gives each IP address its places, by kind, and takes released ones back once', () => {
  const warned: object[] = []
  const clients = new ClientLimits(limits, { warn: (fields) => void warned.push(fields) })
  const first = clients.take('connections', '203.0.113.7')
  expect(clients.take('connections', '::ffff:203.0.113.7')).toBeDefined()
  expect(clients.take('connections', '203.0.113.7')).toBeUndefined()
  expect(clients.take('connections', '203.0.113.7')).toBeUndefined()
  expect(clients.take('requests', '203.0.113.7')).toBeDefined()
  expect(clients.take('connections', '203.0.113.8')).toBeDefined()
  expect(clients.take('webSockets', '203.0.113.7')).toBeDefined()
  first?.()
  first?.()
  expect(clients.take('connections', '203.0.113.7')).toBeDefined()
  expect(clients.take('connections', '203.0.113.7')).toBeUndefined()
  expect(warned).toEqual([{ address: '203.0.113.7', option: 'perAddress.connections', limit: 2 }])
  expect(clients.error('requests')).toMatchObject({ status: 429, details: { option: 'perAddress.connections', limit: 2 } })
})

it('has no limit for this machine', () => {
  const clients = new ClientLimits(limits, { warn: () => expect.unreachable() })
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
    for (let count = 0; count < 5; count++) expect(clients.take('webSockets', address)).toBeDefined()
})

it('has no limit for IP addresses that are exempt, for as long as they are', () => {
  const clients = new ClientLimits(limits, { warn: () => undefined })
  let isNode = true
  clients.exempt((address) => isNode && address === '203.0.113.7')
  for (let count = 0; count < 5; count++) expect(clients.take('connections', '203.0.113.7')).toBeDefined()
  for (let count = 0; count < 2; count++) clients.take('connections', '203.0.113.8')
  expect(clients.take('connections', '203.0.113.8')).toBeUndefined()
  isNode = false
  for (let count = 0; count < 2; count++) clients.take('connections', '203.0.113.7')
  expect(clients.take('connections', '203.0.113.7')).toBeUndefined()
})

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['::9', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('counts %s as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
