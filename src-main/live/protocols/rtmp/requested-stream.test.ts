import { expect, it } from 'vitest'
import { readRequestedStream } from './requested-stream.ts'

it.each([
  ['live', '', 'KEY', 'live', 'KEY', {}],
  ['live/', '', 'KEY', 'live', 'KEY', {}],
  ['live', '', 'show?key=abc', 'live', 'show', { key: 'abc' }],
  ['live/show?key=abc', '', '', 'live', 'show', { key: 'abc' }],
  ['live/show', 'rtmp://h/live/show?key=abc', '', 'live', 'show', { key: 'abc' }],
  ['live?key=abc', '', 'show', 'live', 'show', { key: 'abc' }],
  ['live/region', '', 'show', 'live', 'show', {}],
  ['live', '', 'a%20b?x=%zz&y', 'live', 'a b', { x: '%zz' }],
  ['live', '', '', 'live', '', {}],
  ['', '', '', '', '', {}],
])('app %j, tcUrl %j, stream %j mean %j / %j with %j', (app, tcUrl, stream, expectedApp, name, query) => {
  const address = readRequestedStream(app, tcUrl, stream)
  expect([address.app, address.name, Object.fromEntries(address.query)]).toEqual([expectedApp, name, query])
})
