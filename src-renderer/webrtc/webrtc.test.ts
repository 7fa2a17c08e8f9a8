import { describe, expect, it } from 'vitest'
import { alignExtensionIds } from './extension-ids.ts'
import { readIceLinks } from './ice-links.ts'
import { retryMs } from './pause.ts'

describe('ICE servers in a Link header', () => {
  it('reads STUN and TURN, and leaves other links out', () => {
    const header =
      '<stun:stun.example.com:3478>; rel="ice-server", </live/a>; rel="next", <turn:turn.example.com:3478?transport=udp>; rel="ice-server"; username="1700:u"; credential="a+b/c="; credential-type="password"'
    expect(readIceLinks(header)).toEqual([
      { urls: 'stun:stun.example.com:3478' },
      { urls: 'turn:turn.example.com:3478?transport=udp', username: '1700:u', credential: 'a+b/c=' },
    ])
  })
  it('finds nothing where there is nothing', () => {
    expect(readIceLinks(null)).toEqual([])
    expect(readIceLinks('<turn:x>; rel="other"')).toEqual([])
    expect(readIceLinks('<<<;;;"')).toEqual([])
  })
})

it('numbers header extensions as the engines write them', () => {
  const offer =
    'm=video 9 X 96\r\na=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\na=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:2 urn:ietf:params:rtp-hdrext:toffset\r\na=mid:0\r\n'
  expect(alignExtensionIds(offer)).toBe(
    'm=video 9 X 96\r\na=extmap:5 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=mid:0\r\n',
  )
})

it('waits longer after each failed attempt, within bounds', () => {
  expect([0, 1, 2, 9, 99].map((attempt) => retryMs(attempt, () => 0))).toEqual([500, 1000, 2000, 8000, 8000])
  expect(retryMs(0, () => 1)).toBe(400)
})
