import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLogTail } from './log-tail.ts'
import { createLogger } from './logger.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logger-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What is in the file once something is: it is opened, and written to, behind the logger. */
const written = (log: { flush(): void }, file: string): Promise<string> =>
  vi.waitFor(
    () => {
      log.flush()
      const text = readFileSync(file, 'utf8')
      if (!text.endsWith('\n')) throw new Error('nothing was written yet')
      return text
    },
    { interval: 2, timeout: 20_000 },
  )

it('writes lines without the secrets of URLs, and keeps them JSON', async () => {
  const file = join(folder, 'log')
  const log = createLogger({ level: 'info', file })
  log
    .child({ source: 'rtsp://me:h1dden-pass@camera/1' })
    .info({ err: new Error('open "https://cdn/a.m3u8?token=h1dden-pass"') }, 'lost srt://h:1?streamid=h1dden-pass')
  const text = await written(log, file)
  expect(text).not.toContain('h1dden-pass')
  const line = JSON.parse(text.trim())
  expect(line).toMatchObject({
    source: 'rtsp://***@camera/1',
    msg: 'lost srt://h:1?streamid=***',
    err: { message: 'open "https://cdn/a.m3u8?token=***"' },
  })
})

it('keeps lines in its tail that the file does not take, without secrets', async () => {
  const file = join(folder, 'log')
  const tail = createLogTail()
  const log = createLogger({ level: 'warn', file, tail })
  log.debug({}, 'too small')
  log.info({ url: 'rtmp://joe:h1dden-pass@server/live' }, 'for the tail')
  log.warn({ token: 'h1dden-pass' }, 'for both')
  const text = await written(log, file)
  expect(tail.lines().map(({ level, message }) => [level, message])).toEqual([
    ['info', 'for the tail'],
    ['warn', 'for both'],
  ])
  expect(JSON.stringify(tail.lines())).not.toContain('h1dden-pass')
  expect(text).toContain('for both')
  expect(text).not.toContain('for the tail')
})
