import { describe, expect, it } from 'vitest'
import { numbersFrom } from '../../formats/testing/random.ts'
import { checkReach, type ReachFacts } from './reach-checks.ts'
import { mappedIp, stunEndpoint } from './stun-answer.ts'

const facts: ReachFacts = { bind: '0.0.0.0', udpPort: 8190, addresses: [], iceServers: [] }
const codes = async (changed: Partial<ReachFacts>, ips = ['127.0.0.1', '192.168.1.5'], seen?: string) =>
  (await checkReach({ ...facts, ...changed }, { ownIps: () => ips, ask: async () => seen })).map(({ code, state }) => `${code} ${state}`)

describe('whether people elsewhere reach desktops', () => {
  it('is no on loopback, and says so for both ports', async () => {
    expect(await codes({ bind: '127.0.0.1' })).toEqual([
      'bind-loopback problem',
      'udp-loopback problem',
      'stun-none note',
      'turn-none note',
    ])
  })

  it('depends on public IP addresses', async () => {
    expect((await codes({}))[1]).toBe('udp-private note')
    expect((await codes({}, ['127.0.0.1', '203.0.113.7']))[1]).toBe('udp-open good')
    expect((await codes({ addresses: ['203.0.113.7'] }))[1]).toBe('udp-open good')
    expect((await codes({ bind: '100.64.0.9' }))[1]).toBe('udp-private note')
    expect((await codes({ udpPort: 'off' }))[1]).toBe('udp-off note')
  })

  it('compares what STUN servers see, and names servers that do not answer', async () => {
    const iceServers = [{ urls: 'stun:stun.example:3478' }, { urls: 'turn:turn.example?transport=udp', username: 'u', credential: 'c' }]
    expect(await codes({ iceServers })).toContain('stun-silent problem')
    expect(await codes({ iceServers })).toContain('turn-silent problem')
    expect((await codes({ iceServers }, [], '203.0.113.7')).slice(2)).toEqual(['stun-sees good', 'turn-answers good'])
    expect(await codes({ iceServers, addresses: ['203.0.113.8'] }, [], '203.0.113.7')).toContain('stun-differs note')
  })
})

describe('a STUN answer', () => {
  const transaction = Buffer.alloc(12, 7)
  // 203.0.113.7:4660, each exclusive-ored with the magic cookie.
  const attribute = Buffer.from('0020000800013326ea12d545', 'hex')
  const answer = Buffer.concat([Buffer.from('0101000c2112a442', 'hex'), transaction, attribute])

  it('says where the machine is seen, to who asked', () => {
    expect(mappedIp(answer, transaction)).toBe('203.0.113.7')
    expect(mappedIp(answer, Buffer.alloc(12, 8))).toBeUndefined()
  })

  it('may be cut off or anything else', () => {
    const chance = numbersFrom(3)
    for (let cut = 0; cut < answer.length; cut++) expect(mappedIp(answer.subarray(0, cut), transaction)).toBeUndefined()
    for (let round = 0; round < 2000; round++) {
      const changed = Buffer.from(answer)
      changed[Math.floor(chance() * changed.length)] = Math.floor(chance() * 256)
      expect(() => mappedIp(changed, transaction)).not.toThrow()
    }
  })

  it('comes from servers over UDP', () => {
    expect(stunEndpoint('stun:a.example')).toEqual({ host: 'a.example', port: 3478 })
    expect(stunEndpoint('turn:[2001:db8::1]:99?transport=udp')).toEqual({ host: '2001:db8::1', port: 99 })
    expect(stunEndpoint('turns:a.example')).toBeUndefined()
    expect(stunEndpoint('turn:a.example?transport=tcp')).toBeUndefined()
    expect(stunEndpoint('stun:a.example:70000')).toBeUndefined()
  })
})
