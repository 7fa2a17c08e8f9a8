import { describe, expect, it } from 'vitest'
import { allowedHostFault, isAllowedHost } from './allowed-hosts.ts'
import { hostProblem, type LookupNames, type NetworkPolicy, resolveTarget } from './network-policy.ts'
import { isPublicIp } from './public-ip.ts'

const policy = (...editorHosts: string[]): NetworkPolicy => ({ editorHosts, ownHttpPorts: [8080], ownHttpsPorts: [8443] })

describe('an IP address', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001::1',
    'not an address',
  ])('%s is not on the public internet', (address) => expect(isPublicIp(address)).toBe(false))

  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::101:101', '::ffff:1.1.1.1'])(
    '%s is on the public internet',
    (address) => expect(isPublicIp(address)).toBe(true),
  )
})

describe('the list of hosts that editors may use', () => {
  it('takes names, IP addresses and blocks, with and without a port', () => {
    const all = [
      'nas.lan',
      '*.studio.lan',
      '192.168.1.20',
      '10.0.0.0/8',
      'fd00::/8',
      'fd00::5',
      '127.0.0.1:3000',
      '[::1]:3000',
      'nas.lan:80',
    ]
    expect(all.map(allowedHostFault)).toEqual(all.map(() => undefined))
    for (const wrong of [
      '',
      'http://nas.lan',
      '10.0.0.0/33',
      '1.2.3.4/',
      'nas.lan:0',
      'nas.lan:99999',
      'a b',
      '*',
      '[nas]',
      '10.0.0.0/8/8',
    ]) {
      expect(allowedHostFault(wrong), wrong).toMatch(/is not a host/)
    }
  })

  it('covers what it names and nothing beside it', () => {
    const covers = (entry: string, host: string, address: string | undefined, port = 80) => isAllowedHost([entry], host, address, port)
    expect(covers('nas.lan', 'NAS.lan.', '10.0.0.1')).toBe(true)
    expect(covers('nas.lan', 'x.nas.lan', '10.0.0.1')).toBe(false)
    expect(covers('*.lan', 'x.lan', undefined)).toBe(true)
    expect(covers('*.lan', 'evillan', undefined)).toBe(false)
    expect(covers('192.168.1.0/24', 'cam', '192.168.1.9')).toBe(true)
    expect(covers('192.168.1.0/24', 'cam', '::ffff:192.168.1.9')).toBe(true)
    expect(covers('192.168.1.0/24', 'cam', '192.168.2.9')).toBe(false)
    expect(covers('fd00::/8', 'cam', 'fd00::9')).toBe(true)
    expect(covers('127.0.0.1:3000', '127.0.0.1', '127.0.0.1', 3000)).toBe(true)
    expect(covers('127.0.0.1:3000', '127.0.0.1', '127.0.0.1', 8080)).toBe(false)
    expect(covers('[::1]:3000', '::1', '::1', 3000)).toBe(true)
  })
})

describe('a host that an editor names', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    'localhost',
    'LOCALHOST.',
    'x.localhost',
    '[::1]',
    'metadata.google.internal',
    'nas.local',
    '[fe80::1%25eth0]',
  ])('is rejected where it is written: %s', (host) =>
    expect(hostProblem(host, 80, policy())).toMatch(/editors may not use it unless an admin allows the host/),
  )

  it('is taken where it may be public, or an admin allowed it', () => {
    expect(hostProblem('example.org', 80, policy())).toBeUndefined()
    expect(hostProblem('1.1.1.1', 80, policy())).toBeUndefined()
    expect(hostProblem('192.168.1.5', 554, policy('192.168.1.0/24'))).toBeUndefined()
    expect(hostProblem('127.0.0.1', 3000, policy('127.0.0.1:3000'))).toBeUndefined()
  })

  const lookupDouble =
    (...addresses: string[]): LookupNames =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const resolve = (host: string, limited: boolean, lookup: LookupNames, allowed: readonly string[] = []) =>
    resolveTarget(host, 80, policy(...allowed), limited, lookup)

  it('is judged by every IP address behind its name; only those that may be used are', async () => {
    const mixed = lookupDouble('10.0.0.1', '1.1.1.1', '::1')
    expect((await resolve('mixed.example', true, mixed)).addresses).toEqual([{ address: '1.1.1.1', family: 4 }])
    expect((await resolve('mixed.example', false, mixed)).addresses).toHaveLength(3)
    await expect(resolve('inner.example', true, lookupDouble('10.0.0.1'))).rejects.toThrow(
      /inner\.example \(10\.0\.0\.1\) is not on the public/,
    )
    await expect(resolve('127.1', true, lookupDouble('127.0.0.1'))).rejects.toThrow(/not on the public/)
    await expect(resolve('[::ffff:10.0.0.1]', true, lookupDouble())).rejects.toThrow(/not on the public/)
    expect((await resolve('inner.example', true, lookupDouble('10.0.0.1'), ['10.0.0.0/8'])).addresses).toHaveLength(1)
  })

  it('is known for this host’s own port, however it is written', async () => {
    const own = async (host: string, port: number) => (await resolveTarget(host, port, policy(), false, lookupDouble('127.0.0.1'))).own
    expect(await own('127.0.0.1', 8080)).toBe('http')
    expect(await own('[::1]', 8080)).toBe('http')
    expect(await own('0.0.0.0', 8080)).toBe('http')
    expect(await own('rebound.example', 8080)).toBe('http')
    expect(await own('localhost', 8443)).toBe('https')
    expect(await own('127.0.0.1', 3000)).toBeUndefined()
    expect(await own('1.1.1.1', 8080)).toBeUndefined()
  })
})
