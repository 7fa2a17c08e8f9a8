import { describe, expect, it } from 'vitest'
import { newSecret } from '../../platform/identity/secrets.ts'
import { Redactor } from './redact.ts'

describe('a report', () => {
  const secret = newSecret()
  const redactor = new Redactor(['rtmp://ingest.example.org/app', 'ingest.example.org', 'hunter22', 'a "quoted" key'])
  const planted: readonly (readonly [where: string, text: string, secret: string])[] = [
    ['a URL with a password', 'cannot open rtsp://joe:s3cr3t@10.0.0.8/cam', 's3cr3t'],
    ['the host of a URL', 'cannot open https://overlay.example.net/x?y=1', 'overlay.example.net'],
    ['a query', 'GET /live/x?token=abcdef12345', 'abcdef12345'],
    ['a bearer token', 'authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
    ['a secret of ours', `wrote ${secret} there`, secret],
    ['a known key', 'the server said: hunter22 is wrong', 'hunter22'],
    ['a known key in JSON', JSON.stringify({ said: 'a "quoted" key' }), 'quoted'],
    ['a host that was not reached', 'getaddrinfo ENOTFOUND live.example.com', 'live.example.com'],
    ['an IP address', 'rejected 203.0.113.77', '203.0.113.77'],
    ['an IPv6 address', 'rejected 2001:db8::17', '2001:db8::17'],
    ['an e-mail address', 'sent to joe@example.com', 'joe@example.com'],
    ['a named key', 'key=live_123_abc', 'live_123_abc'],
  ]

  it.each(planted)('has nothing of %s', (_where, text, hidden) => {
    expect(redactor.text(text)).not.toContain(hidden)
  })

  it('leaves out fields that are named as secrets, at any depth', () => {
    const given = { settings: [{ url: 'x', key: 'short', passphrase: 'pass', name: 'Camera' }], remoteAddress: 'here' }
    expect(redactor.redact(given)).toEqual({
      settings: [{ url: '***', key: '***', passphrase: '***', name: 'Camera' }],
      remoteAddress: '***',
    })
  })

  it('keeps what says what happened', () => {
    const text =
      'worker ended: starting it again {"pid":4242,"signal":"SIGKILL","worker":"browser-source"} v24.21.0 at http://127.0.0.1:8080'
    expect(redactor.text(text)).toBe(text.replace('http://127.0.0.1:8080', 'http://(this machine)'))
  })

  it('shows which IP addresses are the same', () => {
    const two = new Redactor([])
    expect(two.text('198.51.100.1 and 198.51.100.2 and 198.51.100.1')).toBe('(IP address 1) and (IP address 2) and (IP address 1)')
  })
})
