import { describe, expect, it } from 'vitest'
import { judgeBy } from '../../../../platform/outbound/judged-connection.ts'
import { reachableIceServers, withoutRejectedCandidates } from './ice-reach.ts'

const policy = { editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [] }

describe('what a WHIP server of an editor names', () => {
  it('is left out of the candidates where it is private, a name, or cannot be read', () => {
    const candidate = (address: string) => `a=candidate:1 1 udp 2130706431 ${address} 5000 typ host`
    const lines = ['v=0', candidate('1.1.1.1'), candidate('10.0.0.1'), candidate('x.local'), 'a=candidate:', 'a=mid:0', '']
    expect(withoutRejectedCandidates(lines.join('\r\n'), (address) => address === '1.1.1.1')).toBe(
      ['v=0', candidate('1.1.1.1'), 'a=mid:0', ''].join('\r\n'),
    )
  })

  it('is an ICE server by its judged IP address only', async () => {
    const dnsDouble = async (host: string) => [{ address: host === 'inner' ? '10.0.0.1' : '1.1.1.1', family: 4 }]
    const servers = ['stun:outer', 'turn:outer:5349?transport=udp', 'stun:inner', 'stun:127.0.0.1:3478', 'nonsense'].map((urls) => ({
      urls,
    }))
    expect(
      await reachableIceServers(
        servers,
        judgeBy(() => policy, true, dnsDouble),
      ),
    ).toEqual([{ urls: 'stun:1.1.1.1:3478' }, { urls: 'turn:1.1.1.1:5349?transport=udp' }])
  })
})
