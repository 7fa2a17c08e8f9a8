import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfigText } from '../../platform/config/config-text.ts'
import { parseNodeFile } from '../config/node-file.ts'
import { type EdgeFront, startEdgeFront } from './edge-front.ts'

const hasNginx = spawnSync('nginx', ['-v'], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0
const log = pino({ enabled: false })

describe.runIf(hasNginx && process.platform === 'linux')('images at a node', () => {
  const asked: string[] = []
  let colour = '#f00'
  let folder: string
  let edge: EdgeFront
  const origin = createServer((request, response) => {
    asked.push(String(request.url))
    const send = (type: string, body: Uint8Array | string): void => {
      response.writeHead(200, { 'content-type': type, 'cache-tag': 'album', 'cache-control': 'max-age=600' }).end(body)
    }
    const drawn = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: colour } })
    if (request.url === '/images/a.png')
      void drawn(1000, 500)
        .png()
        .toBuffer()
        .then((png) => send('image/png', png))
    else if (request.url === '/images/bomb.png') {
      // 54 megapixels of one colour are some hundred KB
      void drawn(9000, 6000)
        .png({ compressionLevel: 1 })
        .toBuffer()
        .then((png) => send('image/png', png))
    } else if (request.url === '/images/drawing.svg')
      send('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    else if (request.url === '/images/broken.jpg') send('image/jpeg', 'no image')
    else response.writeHead(404).end()
  })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-images-'))
    chmodSync(folder, 0o755)
    origin.listen(0, '127.0.0.1')
    await once(origin, 'listening')
    const { port } = origin.address() as AddressInfo
    const text = `
sites:
  - name: shop
    hosts: [127.0.0.1]
    origins: [{ url: http://127.0.0.1:${port} }]
    rules:
      - path: /images/
        images: { widths: [100, 200] }
      - path: /closed/
        denyAddresses: [127.0.0.1]
        images: { widths: [100] }
`
    edge = await startEdgeFront({
      ...{ folder: join(folder, 'data'), cache: { folder: join(folder, 'cache'), maxBytes: 2 ** 30 }, log },
      file: parseNodeFile(readConfigText(text, '/etc/edge.yaml'), []),
      ...{ bind: '127.0.0.1', httpPort: 0, httpsPort: 'off', trustedProxies: [], connectionsPerAddress: 100 },
      certificate: { current: () => Promise.reject(new Error('no TLS here')), acme: () => null },
      ...{ agentPort: 9, originHost: 'origin.example', history: async () => ({ last: 0, orders: [] }) },
      ...{ limits: () => undefined, functions: () => undefined, onRequests: () => undefined },
    })
  })
  afterAll(async () => {
    await edge?.stop()
    origin.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = async (path: string, accept = '*/*') => {
    const response = await fetch(`http://127.0.0.1:${edge.httpPort}${path}`, { headers: { accept } })
    const body = new Uint8Array(await response.arrayBuffer())
    const { status, headers } = response
    return { status, body, type: headers.get('content-type'), cache: headers.get('x-cache'), tag: headers.get('cache-tag') }
  }
  const sizeOf = async (body: Uint8Array) => {
    const { format, width, height } = await sharp(body).metadata()
    return `${format} ${width}x${height}`
  }

  it('are made once in each size and format that the rule allows, of one request at the origin', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => get('/images/a.png?w=200&format=webp')))
    expect(first).toMatchObject({ status: 200, type: 'image/webp', tag: null })
    expect(await sizeOf(first!.body)).toBe('webp 200x100')
    expect([first, ...others].filter((each) => each?.cache === 'MISS')).toHaveLength(1)
    expect((await get('/images/a.png?w=200&format=webp&other=1')).cache).toBe('HIT')
    expect(await sizeOf((await get('/images/a.png?w=100')).body)).toBe('png 100x50')
    expect(await sizeOf((await get('/images/a.png?format=auto&w=100', 'image/avif,image/webp')).body)).toBe('heif 100x50')
    expect(await sizeOf((await get('/images/a.png?format=auto&w=100')).body)).toBe('png 100x50')
    expect(asked).toEqual(['/images/a.png'])
    expect(await sizeOf((await get('/images/a.png')).body)).toBe('png 1000x500')
  })

  it('are rejected in any other size, and below paths that the viewer may not see', async () => {
    for (const query of ['w=101', 'w=0100', 'format=bmp', 'w=100&format=', 'w=1e2', 'w=100:webp'])
      expect([query, (await get(`/images/a.png?${query}`)).status]).toEqual([query, query === 'w=100&format=' ? 200 : 400])
    expect((await get('/closed/a.png?w=100')).status).toBe(403)
    expect(asked).not.toContain('/closed/a.png')
  })

  it('are not decoded where the file is too large, broken or of another kind', async () => {
    expect((await get('/images/bomb.png?w=100')).status).toBe(415)
    expect((await get('/images/drawing.svg?w=100')).status).toBe(415)
    expect((await get('/images/broken.jpg?w=100')).status).toBe(415)
    expect((await get('/images/missing.png?w=100')).status).toBe(404)
    expect((await get('/images/a.png?w=200')).status).toBe(200)
  })

  it('go with their original when it is purged by URL or tag, and are made of the new one', async () => {
    const colourOf = async () => [
      ...(await sharp((await get('/images/a.png?w=100')).body).stats()).channels.map(({ mean }) => Math.round(mean)),
    ]
    expect(await colourOf()).toEqual([255, 0, 0])
    const before = await edge.front.preview({ urls: ['/images/a.png'] })
    expect(before.objects).toBeGreaterThanOrEqual(5)
    for (const [number, selection, next] of [
      [1, { urls: ['/images/a.png'] }, [0, 255, 0]],
      [2, { tags: ['album'] }, [0, 0, 255]],
    ] as const) {
      colour = `#${next.map((each) => (each === 0 ? '0' : 'f')).join('')}`
      const { objects } = await edge.front.purge({ number, selection: structuredClone(selection) as never, hard: number === 1 })
      expect(objects).toBeGreaterThan(0)
      // what was purged softly is answered once more while it is fetched
      for (const end = performance.now() + 20_000; String(await colourOf()) !== String(next); )
        if (performance.now() > end) throw new Error(`the image is not ${next}`)
    }
  })
})
