import { type FuzzCase, type Fuzzer, keyPlaceholder, streamPlaceholder, type TcpCase, tokenPlaceholder } from './fuzz-case.ts'
import type { Random } from './random.ts'

const targets = [
  '/',
  '/health',
  '/metrics',
  '/watch/steady',
  '/embed/steady',
  '/live/steady/index.m3u8',
  '/live/steady/hls.m3u8',
  '/live/steady/manifest.mpd',
  '/live/steady.flv',
  '/live/steady/index.m3u8?_HLS_msn=4294967296&_HLS_part=9',
  '/live/steady/video/index.m3u8?_HLS_msn=1&_HLS_part=0&_HLS_skip=YES',
  '/live/steady/signal',
  '/live/steady/whep',
  `/live/${streamPlaceholder}/whip`,
  '/live/steady/beacon',
  '/live/steady/@h~~~~/index.m3u8',
  '/api/v1/health',
  '/api/v1/time?format=iso',
  '/api/v1/events',
  '/api/v1/events?since=-1&run=x&topics=stream.,,key.',
  '/api/v1/openapi.json',
  '/api/v1/docs',
  '/api/v1/sessions',
  '/api/v1/sessions/me',
  '/api/v1/live/streams?cursor=x&limit=1e9',
  '/api/v1/live/streams/steady',
  '/api/v1/live/recordings/x/file',
  '/api/v1/audit?kind=a&cursor=%00',
  '/api/v1/nothing',
  '//',
  '///',
  '//[',
  '//[::1',
  '//@:',
  '/live/[',
  'http://[/',
  'http://127.0.0.1/live/steady/index.m3u8',
  'ws://[::/live/steady/signal',
  '127.0.0.1:80',
  '*',
  '?',
  '#',
  '',
  '/%',
  '/%00',
  '/..%2f..%2f..%2fetc/passwd',
  '/assets/../../package.json',
  '/live/%2e%2e/%2e%2e/host.json',
  '/\\..\\..\\host.json',
  '/é',
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'G', 'XXXX', '']
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/', '']
const bodies = ['', '{}', '{"token":"x"}', '{"a":{{{', '[', 'null', '\0', '{"__proto__":{}}', 'v=0\r\n', 'a=b&c=d', '"'.repeat(3000)]

/** Values by header, besides random ones. */
const headerValues: Readonly<Record<string, readonly string[]>> = {
  'Host': ['127.0.0.1', 'localhost', '', '127.0.0.1:99999', '[::1', 'a b', 'evil.example', '127.0.0.1, x'],
  'Content-Length': ['0', '5', '-1', '+1', '0x5', '99999999999999999999', '5, 5', '5, 6', ' 5 ', '1e3', ''],
  'Transfer-Encoding': ['chunked', 'identity', 'gzip, chunked', 'chunked, gzip', 'xchunked', ' chunked', 'chunked\u000b', 'Chunked'],
  'Connection': ['close', 'keep-alive', 'upgrade', 'Upgrade, HTTP2-Settings', 'content-length', 'x'],
  'Content-Type': ['application/json', 'application/sdp', 'application/trickle-ice-sdpfrag', 'text/plain', 'multipart/form-data', '/', ''],
  'Authorization': [`Bearer ${tokenPlaceholder}`, `Bearer ${keyPlaceholder}`, 'Bearer ', 'Bearer', 'Basic Og==', 'x'.repeat(5000)],
  'Cookie': ['streams_session=x', 'streams_session=', '=;=;=', ';'.repeat(2000), 'streams_viewer=%'],
  'Range': ['bytes=0-', 'bytes=-1', 'bytes=5-1', 'bytes=0-0,1-1,2-2', 'bytes=99999999999999999999-', 'bytes=', 'x'],
  'Origin': ['null', 'http://evil.example', 'http://[', 'http://127.0.0.1'],
  'X-Forwarded-For': ['10.0.0.1', '127.0.0.1', 'x, y, z', ','.repeat(500)],
  'Forwarded': ['for=127.0.0.1', 'for="[::1', ';;;'],
  'X-Forwarded-Host': ['[', 'evil.example'],
  'X-Forwarded-Proto': ['https', '\t'],
  'If-None-Match': ['*', '"x"', 'W/"', '"'.repeat(300)],
  'If-Modified-Since': ['x', 'Thu, 01 Jan 1970 00:00:00 GMT', '-1'],
  'Accept': ['text/event-stream', 'text/html', '*/*;q=9', ','],
  'Accept-Encoding': ['br', 'gzip;q=0', '*;q=x', 'zstd, br, gzip, identity'],
  'Expect': ['100-continue', '200-ok', ''],
  'Idempotency-Key': ['x', 'x'.repeat(300), '\u0001'],
  'Last-Event-ID': ['run:1', ':', 'x:-1', `${'9'.repeat(400)}`],
  'Upgrade': ['websocket', 'h2c', 'WebSocket, h2c', ''],
  'Sec-WebSocket-Key': ['AAAAAAAAAAAAAAAAAAAAAA==', 'x', ''],
  'Sec-WebSocket-Version': ['13', '8', '-1', '13, 8'],
  'Sec-WebSocket-Protocol': ['x', ',', 'x, x'],
  'Sec-WebSocket-Extensions': ['permessage-deflate; client_max_window_bits', 'permessage-deflate; client_max_window_bits=99', ';=,'],
  'HTTP2-Settings': ['AAMAAABkAAQAAP__', '!'],
  'CMCD-Session': ['sid="x"', 'sid="', 'bl=1e99'],
  'Trailer': ['Host', 'x'],
  'X-Streams-Client': ['127.0.0.1 1 http', 'x'],
}
const headerNames = Object.keys(headerValues)

function oddText(random: Random): string {
  return random.pick([
    '',
    ' ',
    'x'.repeat(1 + random.int(9000)),
    random.bytes(1 + random.int(20)).toString('latin1'),
    String(random.oddNumber()),
    '\u0000',
    '\r\n\tfolded',
    '../../..',
    '%ff%fe',
    '[]',
    '"',
  ])
}

function oddTarget(random: Random): string {
  const target = random.pick(targets)
  switch (random.int(6)) {
    case 0:
      return `${target}${random.pick(['?', '/', '#', '&', '%', ';', '@', '..', '\u0000'])}${oddText(random)}`
    case 1:
      return random.mutate(Buffer.from(target)).toString('latin1')
    default:
      return target
  }
}

function header(random: Random, name = random.pick(headerNames)): string {
  const value = random.once(5) ? oddText(random) : random.pick(headerValues[name] ?? [''])
  const separator = random.once(15) ? random.pick([' : ', ':', '', '\t:', ':\r\n ', '\0:']) : ': '
  return `${random.once(20) ? name.toUpperCase() : name}${separator}${value}`
}

function chunked(random: Random, body: string): string {
  const size = random.pick([body.length.toString(16), body.length.toString(16), 'ffffffffffffffff', '-1', '0x5', '5;ext="', '', 'g'])
  return `${size}\r\n${body}\r\n${random.pick(['0\r\n\r\n', '0\r\nHost: x\r\n\r\n', '0', '00000\r\n\r\n', ''])}`
}

function request(random: Random): string {
  const method = random.once(3) ? random.pick(methods) : random.pick(['GET', 'GET', 'POST', 'HEAD'])
  const lines = [`${method} ${oddTarget(random)} ${random.pick(versions)}`]
  if (!random.once(12)) lines.push('Host: 127.0.0.1')
  for (let count = random.int(6); count > 0; count--) lines.push(header(random))
  let body = random.once(3) ? random.pick(bodies) : ''
  if (random.once(6)) body = random.bytes(random.int(3000)).toString('latin1')
  if (random.once(4)) {
    lines.push('Transfer-Encoding: chunked')
    body = chunked(random, body)
  } else if (body !== '' && !random.once(4)) lines.push(`Content-Length: ${body.length + (random.once(6) ? random.int(9) - 4 : 0)}`)
  const newline = random.once(25) ? '\n' : '\r\n'
  return `${lines.join(newline)}${newline}${newline}${body}`
}

function conversation(random: Random, text: string): TcpCase {
  let bytes: Buffer = Buffer.from(text, 'latin1')
  if (random.once(4)) bytes = random.mutate(bytes)
  const secure = random.once(4)
  return {
    transport: 'tcp',
    port: secure ? 'https' : 'http',
    ...(secure && !random.once(6) ? { tls: 'http/1.1' as const } : {}),
    pieces: random.cut(bytes),
    ending: random.pick(['reset', 'end', 'wait', 'wait']),
  }
}

/** Requests of HTTP/1.1, pipelined too, whose lines, headers, lengths and bodies do not fit. */
export const http: Fuzzer = {
  name: 'http',
  make: (random): FuzzCase => conversation(random, Array.from({ length: 1 + random.int(4) }, () => request(random)).join('')),
}

/** Upgrades and CONNECT, mostly rejected ones, on sockets that are often reset at once. */
export const upgrade: Fuzzer = {
  name: 'upgrade',
  make: (random): FuzzCase => {
    const connects = random.once(4)
    const lines = [
      connects ? `CONNECT ${random.pick(['127.0.0.1:80', '[', '/', 'x:99999', '*'])} HTTP/1.1` : `GET ${oddTarget(random)} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      `Upgrade: ${random.pick(['websocket', 'websocket', 'h2c', 'x'])}`,
    ]
    if (!random.once(4)) lines.push('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 13')
    for (let count = random.int(4); count > 0; count--) lines.push(header(random))
    const behind = random.once(3) ? random.bytes(random.int(200)).toString('latin1') : ''
    const made = conversation(random, `${lines.join('\r\n')}\r\n\r\n${behind}`)
    return random.once(2) ? { ...made, pieces: [Buffer.concat(made.pieces)], ending: 'reset' } : made
  },
}
