import { expect, it } from 'vitest'
import { mixedSlices, readNginxLine } from './nginx-messages.ts'

const text = (request: string, rest: string): string =>
  readNginxLine(
    `2026/11/25 05:00:00 [error] 12#12: *7 etag mismatch in slice response while reading response header from upstream, client: 203.0.113.1, server: cdn.example.com, request: "${request}", subrequest: "/a", upstream: "http://127.0.0.1:1/a"${rest}`,
  ).text

it('names the file of which slices of two versions are kept, whatever its viewer said besides', () => {
  const request = 'GET /film.mp4?x=1 HTTP/1.1'
  expect(mixedSlices(text(request, ', host: "cdn.example.com:8443"'))).toBe('http://cdn.example.com:8443/film.mp4?x=1')
  expect(mixedSlices(text(request, ', host: "cdn.example.com", referrer: "x", host: "other.example.com"'))).toBe(
    'http://cdn.example.com/film.mp4?x=1',
  )
  expect(mixedSlices(text(request, ''))).toBe('/film.mp4?x=1')
  expect(mixedSlices(text('GET http://other.example.com/film.mp4 HTTP/1.1', ''))).toBeUndefined()
  expect(mixedSlices('open() "etag mismatch in slice response" failed, request: "GET /a HTTP/1.1"')).toBeUndefined()
})
