import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLoggedRequest } from '../logged-request.ts'
import { loggedFact } from './logged-fact.ts'
import { countedPath, countedReferer, deviceOf } from './request-fact.ts'

const readRequestLine = (text: string) => {
  const logged = readLoggedRequest(text)
  return logged && loggedFact(logged)
}

const line = (changes: Partial<Record<number, string>> = {}): string => {
  const fields = [
    '200',
    '310',
    '52000',
    '0.004',
    '0.002',
    'MISS',
    '17',
    '/a/b',
    '-',
    'https://u:p@News.example/x?y',
    'Mozilla/5.0 (iPhone) Mobile',
    '-',
    '203.0.113.1',
    '-',
  ]
  for (const [index, value] of Object.entries(changes)) fields[Number(index)] = value as string
  return fields.join('\t')
}

describe('lines of requests', () => {
  it('say what is counted, and nobody who sent it', () => {
    expect(readRequestLine(line())).toEqual({
      ...{ status: 200, bytesIn: 310, bytesOut: 52_000, latencyMs: 2, hit: false, connections: 17 },
      ...{ path: '/a/b', referer: 'news.example', device: 'phone', country: undefined },
    })
    expect(readRequestLine(line({ 5: 'HIT', 4: '-', 11: 'ES' }))).toMatchObject({ hit: true, latencyMs: 4, country: 'ES' })
  })

  it('have no time where it would be that of the viewer, or of the next part', () => {
    expect(readRequestLine(line({ 4: '-', 2: '9000000' }))?.latencyMs).toBeUndefined()
    expect(readRequestLine(line({ 7: '/live/a/e/v0/index.m3u8', 8: '4' }))?.latencyMs).toBeUndefined()
    expect(readRequestLine(line({ 4: '0.010, 0.020 : 0.001' }))?.latencyMs).toBeCloseTo(31)
  })

  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  it('that are no such lines are left out, and nothing throws', () => {
    for (const text of ['', 'x', '\t'.repeat(13), '\t'.repeat(500), line().replace('200', '20x'), '{"a":1}'])
      expect(readRequestLine(text)).toBeUndefined()
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }).map(textOf), { minLength: 13, maxLength: 13 }), (fields) => {
        const read = readRequestLine(['200', ...fields].join('\t'))
        if (read === undefined) return
        expect(read.path.length).toBeLessThanOrEqual(200)
        expect(read.path).toMatch(/^[!-~]*$/)
        expect(read.referer.length).toBeLessThanOrEqual(100)
        expect(Number.isSafeInteger(read.bytesOut) && read.bytesOut >= 0).toBe(true)
      }),
    )
  })

  it('of huge targets and agents are short, and quickly read', () => {
    const read = readRequestLine(line({ 7: `/${'a/'.repeat(50_000)}`, 9: `https://${'a.'.repeat(50_000)}`, 10: 'android '.repeat(50_000) }))
    expect(read?.path).toHaveLength(200)
    expect(read?.referer).toBe('(other)')
  })
})

it('of streams only the name is counted: tokens, sessions and segments may follow', () => {
  expect(countedPath('/live/show/@secret-token/e1/v0/seg-4.m4s')).toBe('/live/show')
  expect(countedPath('/live/show/whep/session-id')).toBe('/live/show')
  expect(countedPath('/x\\xC3\\xA9?key=k&signature=s')).toBe('/x%C3%A9')
  expect(countedPath('http://other/')).toBe('(invalid)')
})

it('IP addresses of referring pages are not shown', () => {
  expect(countedReferer('http://192.168.1.17/admin')).toBe('(IP address)')
  expect(countedReferer('http://[2001:db8::1]:80/')).toBe('(IP address)')
  expect(countedReferer('javascript:alert(1)')).toBe('(other)')
  expect(countedReferer('-')).toBe('')
})

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140', 'desktop'],
  ['Mozilla/5.0 (Linux; Android 15; SM-T970) Chrome/140', 'tablet'],
  ['Mozilla/5.0 (Linux; Android 15) Mobile', 'phone'],
  ['Mozilla/5.0 (SMART-TV; Tizen 8.0)', 'tv'],
  ['VLC/3.0.21 LibVLC/3.0.21', 'player'],
  ['Googlebot/2.1', 'bot'],
  ['', 'other'],
])('%j is a %s', (agent, device) => expect(deviceOf(agent)).toBe(device))
