import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { collect } from '../../../platform/memory/collect.ts'
import { userAgentOf } from '../../http/response.ts'
import { readCmcd } from './request-cmcd.ts'
import { parsePlaybackQuery } from './request-query.ts'

const requestBy = (headers: IncomingMessage['headers']): IncomingMessage => ({ headers }) as IncomingMessage
/** As a request brings it: each has a text of its own. */
const padding = (at: number): string => Buffer.alloc(15_000, 97 + (at % 26)).toString('latin1')

/** What a viewer is known by stays in memory for a minute, of up to 50,000 viewers. */
const known: Record<string, (at: number) => string | undefined> = {
  'the session of a URL': (at) => parsePlaybackQuery(`x=${padding(at)}&session=session-of-viewer-${at}`).session,
  'the session of CMCD': (at) => {
    const { cmcd } = parsePlaybackQuery(`CMCD=com.example-x=${padding(at).slice(0, 1900)},sid=session-of-viewer-${at}`)
    return readCmcd(requestBy({}), cmcd)?.sid
  },
  'the user agent': (at) => userAgentOf(requestBy({ 'user-agent': `agent-of-viewer-${at}${padding(at)}` })).slice(0, 40),
}

it('keeps nothing else of a request in memory', () => {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = Object.values(known).map((textOf) => Array.from({ length: 400 }, (_, at) => textOf(at)))
  collect()
  // One of them with its whole request would be 6 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000)
  expect(kept.map((texts) => texts.at(-1))).toEqual(Object.keys(known).map(() => expect.stringContaining('-of-viewer-399')))
})

it('cuts a user agent at 300 characters', () => {
  expect(userAgentOf(requestBy({ 'user-agent': padding(0) }))).toHaveLength(300)
  expect(userAgentOf(requestBy({ 'user-agent': 'Player/1.0' }))).toBe('Player/1.0')
  expect(userAgentOf(requestBy({}))).toBe('')
})
