import { describe, expect, it } from 'vitest'
import type { AnycastSettings } from './anycast-schemas.ts'
import { birdText, neighborStates, withoutAddress } from './bird-text.ts'

const settings: AnycastSettings = {
  prefixes: ['203.0.113.10/32', '2001:db8::/48'],
  asn: 65_010,
  routerId: '192.0.2.10',
  neighbors: [
    { address: '192.0.2.1', asn: 65_000, bfd: true },
    { address: '2001:db8:1::1', asn: 65_000, bfd: false, multihop: 3, password: 'secret', localAddress: '2001:db8:1::2' },
  ],
  bfdIntervalMs: 300,
}

describe('the configuration of BIRD', () => {
  it('exports prefixes while they are announced, and connections stay the same', () => {
    const announced = birdText(settings, true)
    expect(announced).toContain('route 203.0.113.10/32 blackhole;')
    expect(announced).toContain('route 2001:db8::/48 blackhole;')
    const withdrawn = birdText(settings, false)
    expect(withdrawn).not.toContain('route 2')
    const bgp = (text: string): string => text.slice(text.indexOf('protocol bgp'))
    expect(bgp(withdrawn)).toBe(bgp(announced))
    expect(bgp(announced)).toMatch(/neighbor 192\.0\.2\.1 as 65000;[^}]*bfd on;[^}]*ipv4 \{ import none;/)
    expect(bgp(announced)).toMatch(/local 2001:db8:1::2 as 65010;[^}]*multihop 3;\s*password "secret";/)
  })

  it('names the option that is wrong', () => {
    const cases: readonly (readonly [Partial<AnycastSettings>, string])[] = [
      [{ prefixes: ['203.0.113.10/33'] }, 'anycast.prefixes[0]'],
      [{ prefixes: ['203.0.113.10/24'] }, '203.0.113.0/24 is the prefix'],
      [{ prefixes: ['0.0.0.0/0'] }, 'from /8 on'],
      [{ neighbors: [settings.neighbors[0]!] }, 'no neighbor has an IP address of IPv6'],
      [{ routerId: '::1' }, 'anycast.routerId'],
      [{ prefixes: ['203.0.113.10/32'], neighbors: [{ ...settings.neighbors[0]!, address: '300.1.1.1' }] }, 'no neighbor'],
      [{ neighbors: [...settings.neighbors, { address: '1.2.3', asn: 1, bfd: false }] }, 'anycast.neighbors[2]'],
      [
        { neighbors: [...settings.neighbors, { address: '192.0.2.3', asn: 1, bfd: false, localAddress: '::1' }] },
        'neighbors[2].localAddress',
      ],
    ]
    for (const [changes, message] of cases) expect(() => birdText({ ...settings, ...changes }, true)).toThrow(message)
  })
})

it('names prefixes that lead to no IP address of the machine', () => {
  expect(withoutAddress(settings.prefixes, ['127.0.0.1', '203.0.113.10', '2001:db8::1'])).toEqual([])
  expect(withoutAddress(settings.prefixes, ['203.0.113.11', 'fe80::1%eth0'])).toEqual(settings.prefixes)
})

it('reads how connections are, and takes those that are not listed for idle', () => {
  const text = [
    'BIRD 2.0.12 ready.',
    'Name       Proto      Table      State  Since         Info',
    'device1    Device     ---        up     20:33:11.008  ',
    'neighbor1  BGP        ---        up     20:33:14.211  Established   ',
    'neighbor2  BGP        ---        start  20:33:11.008  Active        Socket: Connection refused',
  ].join('\n')
  expect(neighborStates(text, settings)).toEqual([
    { address: '192.0.2.1', up: true, state: 'Established' },
    { address: '2001:db8:1::1', up: false, state: 'Active Socket: Connection refused' },
  ])
  expect(neighborStates('', settings).map(({ state }) => state)).toEqual(['Idle', 'Idle'])
})
