import { EventEmitter } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RotatedLog } from '../front/nginx/rotated-log.ts'
import { AccessLog, combinedTime, plain } from './access-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a line is in the combined format, and no request makes two of it', async () => {
  const file = join(folder, 'logs', 'access.log')
  const log = new AccessLog({ file, maxBytes: 2 ** 20, files: 2 })
  const server = createHttp((request, response) => {
    log.follow(request, response)
    response.writeHead(404).end('no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const headers = { 'user-agent': 'a"b\\c', 'referer': 'https://x.example/' }
  await new Promise<void>((resolve) => get({ port, path: '/a?b=%0a"', headers }, (answer) => answer.resume().on('end', resolve)))
  server.close()
  server.closeAllConnections()
  await log.stop()
  const text = readFileSync(file, 'latin1')
  expect(text).toMatch(
    /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/a\?b=%0a\\x22 HTTP\/1\.1" 404 \d+ "https:\/\/x\.example\/" "a\\x22b\\x5Cc"\n$/,
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

it('a disk that hangs gets one write at a time, and one that is full costs its lines alone', async () => {
  const written: { text: string; done: () => void; fail: (error: Error) => void }[] = []
  const file = join(folder, 'access.log')
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const log = new AccessLog({ file, maxBytes: 2 ** 20, files: 2 }, (_, text) => {
    return new Promise((done, fail) => written.push({ text, done, fail }))
  })
  try {
    const line = (url: string) => {
      const response = new EventEmitter()
      log.follow(
        { url, method: 'GET', httpVersion: '1.1', headers: {}, socket: { remoteAddress: '127.0.0.1', bytesWritten: 0 } } as never,
        Object.assign(response, { getHeader: () => 0, headersSent: true, statusCode: 200 }) as never,
      )
      response.emit('close')
    }
    line('/first')
    vi.advanceTimersByTime(1000)
    line('/second')
    for (let index = 0; index < 3000; index++) line(`/${'x'.repeat(4000)}`)
    vi.advanceTimersByTime(10_000)
    expect(written.map(({ text }) => text.includes('/first'))).toEqual([true])
    const warned = new Promise((resolve) => process.once('warning', resolve))
    written[0]?.fail(new Error('no space left'))
    expect(String(await warned)).toMatch(/no space left/)
    vi.advanceTimersByTime(1000)
    expect(written[1]?.text).toMatch(/\/second/)
    expect(written[1]?.text.length).toBeLessThan(4.5 * 2 ** 20)
    written[1]?.fail(new Error('no space left'))
    await log.stop()
  } finally {
    vi.useRealTimers()
  }
})

it('odd bytes are escaped', () => {
  expect(plain('a\nb\u001b\u00e9\u2028')).toBe('a\\x0Ab\\x1B\\xC3\\xA9\\xE2\\x80\\xA8')
  expect(plain('x'.repeat(10_000))).toHaveLength(4096)
  expect(combinedTime(new Date('2026-11-23T18:05:59.123Z'))).toBe('23/Nov/2026:18:05:59 +0000')
})

it('a log that is large is renamed, and the oldest is deleted', () => {
  const file = join(folder, 'access.log')
  let reopened = 0
  const log = new RotatedLog({ file, maxBytes: 10, files: 2 }, () => reopened++)
  for (let round = 0; round < 5; round++) {
    writeFileSync(file, `${round}`.repeat(20))
    log.rotate()
  }
  log.rotate()
  log.stop()
  expect(readdirSync(folder).sort()).toEqual(['access.log', 'access.log.1', 'access.log.2'])
  expect([readFileSync(`${file}.1`, 'utf8')[0], readFileSync(`${file}.2`, 'utf8')[0]]).toEqual(['4', '3'])
  expect(reopened).toBe(5)
  expect(statSync(file).size).toBe(0)
})

it('a file that cannot be written is named', () => {
  writeFileSync(join(folder, 'x'), '')
  expect(() => new RotatedLog({ file: join(folder, 'x', 'y'), maxBytes: 1, files: 1 }, () => undefined)).toThrow(/accessLog\.file/)
})
