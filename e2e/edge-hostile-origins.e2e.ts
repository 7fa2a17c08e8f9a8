import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GullibleRequest } from './helpers/gullible-origin.ts'
import { type HostileNode, startHostileNode } from './helpers/hostile-node.ts'
import { hugePng } from './helpers/huge-png.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const hasNginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].some((file) => existsSync(file))

const answer = (body: string, headers = '', status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
const lasting = 'Cache-Control: max-age=600\r\n'

/** The same image in a few bytes that claims to be much larger. */
function claimedPng(width: number, height: number): string {
  const png = hugePng(8, 0xff0000)
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png.toString('latin1')
}

/** A GIF of one pixel with so many frames. */
function movingGif(frames: number): string {
  const head = Buffer.from('47494638396101000100800000000000ffffff', 'hex')
  const frame = Buffer.from('21f904000a0000002c000000000100010000020244 0100'.replace(' ', ''), 'hex')
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(';')]).toString('latin1')
}

describe('a node whose origins are hostile', () => {
  let all: HostileNode
  /** Where nothing may lead: on the machine of the node. */
  let inside: Server
  let insideUrl: string
  let visits = 0
  let answerWith: (request: GullibleRequest, socket: Socket) => void

  beforeAll(async () => {
    if (!hasNginx) return
    all = await startHostileNode('edge-hostile-origins', {
      shop: [
        { path: '/images/', images: { widths: [100, 200], formats: ['webp', 'avif'] } },
        { path: '/ahead/', prefetch: true },
        { path: '/slices/', slices: true },
      ],
      other: [],
    })
    inside = createServer((socket) => {
      visits++
      socket.on('error', () => undefined).end(answer('inside'))
    }).listen(0, '127.0.0.2')
    await once(inside, 'listening')
    insideUrl = `http://127.0.0.2:${(inside.address() as AddressInfo).port}`
  }, 120_000)
  afterAll(async () => {
    inside?.close()
    await all?.stop()
  })
  beforeEach((context) => {
    if (!hasNginx) skipBecause(context, 'nginx is not installed')
    answerWith = (_, socket) => void socket.write(answer('sound'))
    all.shop.answer = (request, socket) => answerWith(request, socket)
    all.shop.requests.length = 0
  })

  it.each<[what: string, bytes: string, end?: 'end' | 'reset']>([
    ['less than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf', 'end'],
    ['less than its length, reset', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf', 'reset'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nhalf', 'end'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'end'],
    ['a chunk of no length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhalf\r\n0\r\n\r\n'],
    ['a chunk of endless length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhalf', 'end'],
    ['no length, reset', `HTTP/1.1 200 OK\r\n${lasting}\r\nhalf`, 'reset'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le', 'end'],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`],
    ['a large header', `HTTP/1.1 200 OK\r\nCache-Tag: ${'tag,'.repeat(250_000)}\r\n\r\n`],
    ['a line in a header', answer('evil', `X: a\rSet-Cookie: b\r\n${lasting}`)],
    ['no HTTP at all', 'evil', 'end'],
    ['an error that lasts', answer('evil', lasting, '500 Oh')],
    ['another error that lasts', answer('evil', lasting, '503 Oh')],
    ['somebody else denied', answer('evil', lasting, '403 Oh')],
    ['a sign-in', answer('evil', lasting, '401 Oh')],
    ['a limit of the origin', answer('evil', lasting, '429 Oh')],
    ['a part that nobody asked for', answer('evil', `Content-Range: bytes 0-3/100\r\n${lasting}`, '206 Oh')],
    ['an interim answer that lasts', `HTTP/1.1 100 Continue\r\n${lasting}\r\n${answer('evil')}`, 'end'],
    ['many interim answers', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20_000), 'end'],
    ['another protocol', `HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n${lasting}\r\n${answer('evil')}`, 'end'],
    ['private in its second line', answer('evil', `${lasting}Cache-Control: private\r\n`)],
    ['a cookie', answer('evil', `Set-Cookie: a=b\r\n${lasting}`)],
  ])('keeps nothing of an answer that is %s', async (what, bytes, end) => {
    const target = `/broken/${encodeURIComponent(what)}`
    answerWith = (_, socket) => {
      socket.write(bytes, 'latin1', () => {
        if (end === 'end') socket.end()
        else if (end === 'reset') setImmediate(() => socket.resetAndDestroy())
      })
    }
    await all.get(target)
    answerWith = (_, socket) => void socket.write(answer('sound', lasting))
    expect(await all.get(target)).toMatchObject({ status: 200, cache: 'MISS', body: 'sound' })
    expect(await all.get(target)).toMatchObject({ status: 200, cache: 'HIT', body: 'sound' })
  })

  it('gives nobody what comes behind an answer', async () => {
    answerWith = (_, socket) => void socket.write(answer('well', lasting) + answer('evil', lasting))
    expect((await all.get('/behind/1')).body).toBe('well')
    answerWith = (_, socket) => void socket.write(answer('sound'))
    for (let n = 2; n < 20; n++) expect((await all.get(`/behind/${n}`)).body).toBe('sound')
    expect((await all.get('/behind/1')).body).toBe('well')
  })

  it('keeps no slice of a file that is an error, so that the file is whole again with its origin', async () => {
    const file = 'f'.repeat(2 ** 20 + 10)
    const slice =
      (isBroken: boolean) =>
      ({ headers }: GullibleRequest, socket: Socket) => {
        const from = Number(/bytes=(\d+)/.exec(headers.range ?? '')?.[1])
        const body = file.slice(from, from + 2 ** 20)
        const range = `Content-Range: bytes ${from}-${from + body.length - 1}/${file.length}\r\nETag: "f"\r\n${lasting}`
        socket.write(from > 0 && isBroken ? answer('evil', lasting, '403 Oh') : answer(body, range, '206 Partial Content'))
      }
    answerWith = slice(true)
    expect((await all.get('/slices/f')).body.length).toBeLessThan(file.length)
    answerWith = slice(false)
    expect((await all.get('/slices/f')).body).toBe(file)
  })

  it('follows no redirect, playlist, header or order to another machine than its origin', async () => {
    const { host } = all
    const playlist = `#EXTM3U\n#EXT-X-MAP:URI="${insideUrl}/map"\n#EXTINF:1,\n${insideUrl}/a.ts\n#EXTINF:1,\n//${insideUrl.slice(7)}/b.ts\n#EXTINF:1,\n/ahead/c.ts\n`
    answerWith = ({ target }, socket) => {
      if (target.includes('redirect'))
        socket.write(answer('', `Location: ${insideUrl}/x\r\nLink: <${insideUrl}/y>; rel=preload\r\n`, '302 Found'))
      else if (target.includes('accel')) socket.write(answer('', `X-Accel-Redirect: ${insideUrl}/x\r\nX-Accel-Redirect: /redirect\r\n`))
      else if (target.includes('.m3u8')) socket.write(answer(playlist, 'Content-Type: application/vnd.apple.mpegurl\r\n'))
      else socket.write(answer('sound'))
    }
    expect(await all.get('/redirect/loop')).toMatchObject({ status: 302 })
    expect((await all.get('/accel')).body).toBe('')
    await all.get('/ahead/list.m3u8')
    await until(() => all.shop.requests.some(({ target }) => target === '/ahead/c.ts'), 'what the playlist lists at the origin')
    await all.get(`${insideUrl}/x`)
    await all.get('/x', '', insideUrl.slice(7))
    const urls = [
      `${insideUrl}/x`,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:127.0.0.2]/x',
      'http://shop.example/redirect/warm',
      'http://shop.example/warm.m3u8',
    ] // prettier-ignore
    const odd = await host.api('POST', '/network/cache/warm', { urls: [`//${insideUrl.slice(7)}/x`] })
    expect(odd.body.code).toBe('network.warm_invalid')
    const { body: order } = await host.api('POST', '/network/cache/warm', { urls })
    const state = async () => (await host.api('GET', `/network/cache/warm/${order.id}`)).body
    await until(async () => (await state()).nodes.every((each) => each.state !== 'running'), 'the order')
    expect(all.shop.requests.map(({ target }) => target)).toContain('/warm.m3u8')
    expect(visits).toBe(0)
  })

  it('is asked for no size of an image but those of the rule, however it is written', async () => {
    answerWith = (_, socket) =>
      void socket.write(answer(hugePng(16, 0xff0000).toString('latin1'), `Content-Type: image/png\r\n${lasting}`), 'latin1')
    for (const query of [
      'w=0',
      'w=-1',
      'w=1000000000',
      'w=1e9',
      'w=NaN',
      'w=Infinity',
      'w=100.0',
      'w=+100',
      'w=%31%30%30',
      'w=100&format=..%2fx',
      'w=100%00',
      'w=100,200',
      'w=101&w=100',
      'w=100&format=svg',
    ]) // prettier-ignore
      expect([query, (await all.get(`/images/a.png?${query}`)).status]).toEqual([query, 400])
    // the first counts, and what is no parameter of images is part of the query alone
    for (const query of ['w=100&w=101', 'W=100', 'w=100&h=1000000000'])
      expect([query, (await all.get(`/images/a.png?${query}`)).status]).toEqual([query, 200])
    for (const query of ['w[]=1000000000', '%77=1000000000', 'width=1000000000']) {
      const { status, head } = await all.get(`/images/a.png?${query}`)
      expect([query, status, /^content-type: (.*)$/im.exec(head)?.[1]]).toEqual([query, 200, 'image/png'])
    }
  })

  it('decodes no image that is a bomb, and reads nothing else for one', async () => {
    const svg = (what: string) =>
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${what}">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${insideUrl}/i.png" width="9" height="9"/><text>&x;</text></svg>`
    const bombs: readonly (readonly [type: string, bytes: string, more?: string])[] = [
      ['image/png', claimedPng(50_000, 50_000)],
      ['image/png', claimedPng(2 ** 31 - 1, 1)],
      ['image/png', hugePng(8192, 0xff0000).toString('latin1')],
      ['image/gif', Buffer.from('474946383961ffffffff800000000000ffffff2c00000000ffffffff00020244010000', 'hex').toString('latin1')],
      ['image/svg+xml', svg('file:///etc/passwd')],
      ['image/png', svg(`${insideUrl}/x`)],
      ['image/png', 'id=push graphic-context\nviewbox 0 0 9 9\nfill \'url(https://127.0.0.2/x"|ls "-la)\'\npop graphic-context'],
      ['image/png', `#EXTM3U\n${insideUrl}/x\n`],
      ['image/png', gzipSync(Buffer.alloc(50 * 2 ** 20)).toString('latin1'), 'Content-Encoding: gzip\r\n'],
      ['image/webp', 'RIFF\xff\xff\xff\xffWEBPVP8L\xff\xff\xff\xff/\xff\xff\xff\xff'],
      ['text/html', hugePng(16, 0xff0000).toString('latin1')],
    ]
    for (const [at, [type, bytes, more = '']] of bombs.entries()) {
      answerWith = (_, socket) => void socket.write(answer(bytes, `Content-Type: ${type}\r\n${more}${lasting}`), 'latin1')
      expect([at, (await all.get(`/images/bomb${at}?w=100`)).status]).toEqual([at, 415])
    }
    const moving = movingGif(5000)
    answerWith = (_, socket) => void socket.write(answer(moving, `Content-Type: image/gif\r\n${lasting}`), 'latin1')
    expect((await all.get('/images/moving.gif?w=100&format=webp')).body).toBe(moving)
    answerWith = (_, socket) => void socket.write(answer(hugePng(16, 0xff0000).toString('latin1'), 'Content-Type: image/png\r\n'), 'latin1')
    expect((await all.get('/images/sound.png?w=100&format=webp')).body).toContain('WEBP')
    // an AVIF of so many pixels takes a GiB of memory to make
    const large = hugePng(7000, 0xff0000).toString('latin1')
    answerWith = (_, socket) => void socket.write(answer(large, `Content-Type: image/png\r\n${lasting}`), 'latin1')
    expect((await all.get('/images/large.png?format=avif')).head).toMatch(/^content-type: image\/png/im)
    expect(visits).toBe(0)
  })

  it('ends slow and silent origins, and keeps answering others', async () => {
    const slow: Socket[] = []
    answerWith = ({ target }, socket) => {
      if (target.startsWith('/slow/')) slow.push(socket)
      else socket.write(answer('sound'))
    }
    const waiting = Array.from({ length: 200 }, (_, n) => all.get(`/slow/${n}`))
    await until(() => slow.length === 200, 'as many connections to the origin')
    for (let n = 0; n < 20; n++) expect((await all.get(`/quick/${n}`)).body).toBe('sound')
    for (const [at, socket] of slow.entries())
      socket.end(at % 2 === 0 ? 'HTTP/1.1 200 OK\r\nX: ' : 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx')
    await Promise.all(waiting)
    expect((await all.get('/slow-again')).body).toBe('sound')
  })
})

describe('a host whose nodes are hostile', () => {
  let all: HostileNode
  beforeAll(async () => {
    if (hasNginx) all = await startHostileNode('edge-hostile-nodes', { shop: [], other: [] })
  }, 120_000)
  afterAll(() => all?.stop())
  beforeEach((context) => {
    if (!hasNginx) skipBecause(context, 'nginx is not installed')
  })
  const isWell = async () => (await all.host.api('GET', '/network/nodes')).body.items.map(({ connected }) => connected)

  it('registers nothing that is malformed, and answers each with its code', async () => {
    const key = 'A'.repeat(60)
    const fine = { token: `join_${'a'.repeat(43)}`, publicKey: key, proof: key, name: 'x' }
    const bodies: unknown[] = [
      ...[null, [], 'x', 1, {}, { ...fine, token: 'join_' }, { ...fine, publicKey: `${key}\n` }, { ...fine, name: 'x'.repeat(10_000) }],
      ...[
        { ...fine, id: '../x' },
        { ...fine, id: ['x'] },
        { ...fine, token: { toString: 'x' } },
        { ...fine, proof: 'A'.repeat(101) },
        fine,
      ],
    ]
    for (const path of ['/network/edge/register', '/cdn/edge/register'])
      for (const body of bodies) {
        const { status, body: answered } = await all.host.api<string, string>('POST', path, body)
        expect([JSON.stringify(body).slice(0, 80), status >= 400 && status < 500, typeof answered.code]).toEqual([
          JSON.stringify(body).slice(0, 80),
          true,
          'string',
        ])
      }
    for (const text of ['{', '{"token":'.repeat(20_000), '\0', '{"__proto__":{"token":"x"}}', 'x'.repeat(3 * 2 ** 20)]) {
      const answered = await fetch(`${all.host.http}/api/v1/cdn/edge/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      }).catch(() => undefined)
      expect(answered === undefined || (answered.status >= 400 && answered.status < 500)).toBe(true)
    }
    expect(await isWell()).toEqual([true])
  })

  it('closes links with frames of endless length, garbage, and floods, and keeps those of others', async () => {
    const head = [
      ...['GET /api/v1/network/edge/link HTTP/1.1', `Host: 127.0.0.1:${all.host.httpPort}`, 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
    ].join('\r\n')
    const masked = (first: number, length: readonly number[], payload: Buffer): Buffer =>
      Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload])
    const small = (first: number, text: string): Buffer => masked(first, [0x80 | text.length], Buffer.from(text))
    const frames: readonly (readonly [what: string, bytes: Buffer])[] = [
      ['2^63 bytes', masked(0x81, [0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Buffer.alloc(10))],
      ['2 MiB', masked(0x81, [0xff, 0, 0, 0, 0, 0, 0x20, 0, 0], Buffer.alloc(2 ** 21, 0x20))],
      [
        'fragments without end',
        Buffer.concat(Array.from({ length: 40 }, (_, n) => masked(n === 0 ? 1 : 0, [0xfe, 0xff, 0xff], Buffer.alloc(65_535, 0x20)))),
      ],
      ['garbage', Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 256))],
      ['not masked', Buffer.concat([Buffer.from([0x81, 2]), Buffer.from('{}')])],
      ['binary', small(0x82, '{}')],
      ['no JSON', small(0x81, '{')],
      ['no hello', small(0x81, '{"type":"beat"}')],
      ['no UTF-8', masked(0x81, [0x82], Buffer.from([0xff, 0xff]))],
      ['a long ping', masked(0x89, [0xfe, 0x10, 0x00], Buffer.alloc(4096))],
      ['a flood of pings', Buffer.concat(Array(20_000).fill(small(0x89, 'x')))],
    ]
    for (const [what, bytes] of frames) {
      const socket = connect(all.host.httpPort, '127.0.0.1', () => socket.write(head))
      const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
      await once(socket, 'data')
      socket.resume().write(bytes)
      await until(() => socket.destroyed || socket.readableEnded, `closed: ${what}`)
      socket.destroy()
      await closed
    }
    expect(await isWell()).toEqual([true])
    expect(all.host.log.filter((line) => /"level":"(?:error|fatal)"/.test(line))).toEqual([])
  })
})
