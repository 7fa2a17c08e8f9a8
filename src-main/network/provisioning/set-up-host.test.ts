import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostUrlOf, readFingerprint, readLink } from './set-up-host.ts'

it('a host is opened by the name of its certificate, else by what was typed, over TLS where it has it', () => {
  const url = (httpsPort: number | 'off', acmeNames: string, host: string) => hostUrlOf({ httpPort: 80, httpsPort, acmeNames }, host)
  expect(url(443, 'live.example.com,b.example.com', '203.0.113.7')).toBe('https://live.example.com')
  expect(url(8443, '', '203.0.113.7')).toBe('https://203.0.113.7:8443')
  expect(url(8443, '', '2001:db8::7')).toBe('https://[2001:db8::7]:8443')
  expect(url('off', '', 'live.lan')).toBe('http://live.lan')
})

describe('what another machine prints in place of a sign-in link', () => {
  const secret = 'k'.repeat(43)
  const line = (url: string, expiresAt = '2026-11-25T04:10:00.000Z') => JSON.stringify({ url, expiresAt })

  it('is used for its secret alone', () => {
    expect(readLink(['noise', line(`https://elsewhere.example/#link=${secret}`)])).toEqual({
      secret,
      expiresAt: '2026-11-25T04:10:00.000Z',
    })
  })

  it('is rejected where it has no link', () => {
    for (const bad of [line('https://a/#link=<script>alert(1)</script>'), line(`https://a/#link=${secret}`, 'soon'), '{"secret":"x"}'])
      expect(() => readLink([bad])).toThrow(expect.objectContaining({ code: 'network.step_failed' }))
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(readFingerprint(lines) ?? '').toBe('')
        expect(() => readLink(lines)).toThrow(expect.objectContaining({ code: 'network.step_failed' }))
      }),
    )
  })
})
