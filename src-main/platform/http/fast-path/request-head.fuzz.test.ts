import { expect, it } from 'vitest'
import { integersFrom } from '../../../formats/testing/random.ts'
import { maxHeadBytes, readRequestHead } from './request-head.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T

const pieces = [
  ...[
    'GET ',
    'HEAD ',
    'POST ',
    'get ',
    'GET  ',
    'GET\t',
    '/live/show/e1/v0/part-1.m4s',
    '/',
    '?_HLS_msn=1&_HLS_part=2',
    '//[',
    '*',
    '#',
    '\\',
    '|',
  ],
  ...[' HTTP/1.1\r\n', ' HTTP/1.0\r\n', ' HTTP/1.1\n', ' HTTP/2.0\r\n', '  HTTP/1.1\r\n', ' HTTP/1.1 \r\n'],
  ...['Host: x\r\n', 'host:x\r\n', 'Host : x\r\n', 'Host: x\n', ' Host: x\r\n', 'Host:\r\n x\r\n', 'Host: \u0000x\r\n', 'Host: x\r\r\n'],
  ...[
    'Connection: keep-alive\r\n',
    'Connection: close\r\n',
    'Connection: keep-alive, host\r\n',
    'Content-Length: 0\r\n',
    'Content-Length: 3\r\n',
  ],
  ...['Transfer-Encoding: chunked\r\n', 'transfer-encoding:\tchunked\r\n', 'Upgrade: websocket\r\n', 'Expect: 100-continue\r\n'],
  ...[
    'X-Streams-Client: s 1 0 1.1 127.0.0.1\r\n',
    'X-Streams-Node: s\r\n',
    '__proto__: x\r\n',
    'Accept: */*\r\n',
    'X: \u00e9\r\n',
    ': x\r\n',
    '\r\n',
    '\n',
    '\r',
  ],
]

/** Mostly a request, now and then with something changed. */
function someBytes(): Buffer {
  let text = ''
  if (random(3) > 0) {
    text = `${pick(['GET', 'HEAD'])} /live/a?b=${random(9)} HTTP/1.1\r\nHost: x\r\n`
    for (let count = random(4); count > 0; count--)
      text += `${pick(['Accept', 'A-b', 'user-agent', 'Range'])}${random(9)}:${pick(['', ' ', '\t '])}v${random(9)} \r\n`
    text += '\r\n'
    for (let count = random(3); count > 0; count--) {
      const at = random(text.length)
      text = text.slice(0, at) + pick(pieces) + text.slice(at + random(3))
    }
  } else for (let count = random(8); count > 0; count--) text += pick(pieces)
  return Buffer.from(text, 'latin1')
}

it('reads nothing but what it can write again byte for byte, whatever comes', () => {
  let read = 0
  for (let run = 0; run < runs; run++) {
    const bytes = someBytes()
    const from = random(2) === 0 ? 0 : random(bytes.length + 1)
    const head = readRequestHead(bytes, from)
    if (head === undefined) continue
    read++
    const { method, target, headers, lines, end } = head
    const text = bytes.toString('latin1', from, end)
    expect(text).toBe(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`)
    expect(text.indexOf('\r\n\r\n')).toBe(text.length - 4)
    // a line for each header, its name and its value as they are there
    const written = lines.split('\r\n').slice(0, -1)
    const pairs = written.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
    expect(pairs.sort()).toEqual(Object.entries(headers).sort())
    expect(headers.host).toBeDefined()
    for (const name of ['content-length', 'transfer-encoding', 'upgrade', 'expect', 'te', 'trailer', '__proto__'])
      expect(Object.hasOwn(headers, name)).toBe(false)
    expect(Object.keys(headers).some((name) => name.startsWith('x-streams-'))).toBe(false)
    expect(text).not.toMatch(/[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/)
    expect(head.headers.connection ?? 'keep-alive').toBe('keep-alive')
    // the same with what was read before
    expect(readRequestHead(bytes, from, head)).toEqual(head)
  }
  expect(read).toBeGreaterThan(runs / 20)
})

it('leaves heads that are too long, incomplete or without a host', () => {
  const head = (text: string) => readRequestHead(Buffer.from(text, 'latin1'), 0)
  expect(head('GET /x HTTP/1.1\r\nHost: x\r\n\r\n')).toMatchObject({ method: 'GET', target: '/x', headers: { host: 'x' }, end: 28 })
  expect(head('GET /x HTTP/1.1\r\nHost: x\r\n')).toBeUndefined()
  expect(head('GET /x HTTP/1.1\r\n\r\n')).toBeUndefined()
  expect(head('GET /x HTTP/1.1\r\nAccept: */*\r\n\r\n')).toBeUndefined()
  expect(head(`GET /x HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(maxHeadBytes)}\r\n\r\n`)).toBeUndefined()
  expect(head(`GET /${'x'.repeat(maxHeadBytes)} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBeUndefined()
})
