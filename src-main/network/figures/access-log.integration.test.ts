import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RotatedLog } from '../nginx/rotated-log.ts'
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
