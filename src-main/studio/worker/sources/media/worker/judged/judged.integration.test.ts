import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { httpsByName, httpsNames } from './https-by-name.ts'
import { judgedInput } from './judged-input.ts'
import { RtspReplies } from './rtsp-replies.ts'

const network = (...editorHosts: string[]) => ({ editorHosts, ownHttpPorts: [], ownHttpsPorts: [] })

describe('https URLs for FFmpeg', () => {
  it.each(['https://cdn.example/a/b.m3u8?c=d', 'https://cdn.example:8443/', 'https://[2606:4700::1111]/x', 'https://1.1.1.1/'])(
    '%s means the same by name',
    (url) => {
      const named = httpsByName(new URL(url))
      expect(named.protocol).toBe('http:')
      expect(httpsNames.toOrigin(named).href).toBe(new URL(url).href)
    },
  )

  it('are translated wherever they are in a playlist, http URLs are not', () => {
    const text =
      '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://k.example/key"\nhttps://s.example:81/a.ts\nhttp://p.example/b.ts\n<BaseURL>https://b.example</BaseURL>'
    expect(httpsNames.toProgram(text)).toBe(
      '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://_https-443.k.example/key"\nhttp://_https-81.s.example/a.ts\nhttp://p.example/b.ts\n<BaseURL>http://_https-443.b.example</BaseURL>',
    )
  })
})

describe('what an RTSP server says', () => {
  const ok = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nv=0\n'
  const media = Buffer.from([0x24, 0, 0, 3, 82, 84, 83])

  it('passes as it is, however it is cut', () => {
    const all = Buffer.concat([Buffer.from(ok), media, Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n'), media])
    for (const size of [1, 7, all.length]) {
      const replies = new RtspReplies()
      const passed: Buffer[] = []
      for (let at = 0; at < all.length; at += size) passed.push(replies.push(all.subarray(at, at + size)))
      expect(Buffer.concat(passed).equals(all)).toBe(true)
    }
  })

  it.each([
    'RTSP/1.0 302 Found\r\nLocation: rtsp://127.0.0.1/\r\n\r\n',
    `${ok}RTSP/1.0 301 Moved\r\n\r\n`,
    'RTSP/1.0  302 Found\r\n\r\n',
    'RTSP/1.0 +302 Found\r\n\r\n',
    'RT\rSP/1.0 302 Found\r\n\r\n',
    'RTSP/1.0 200 OK\nRTSP/1.0 302 Found\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: 0\r\nContent-Length: 900\r\n\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 302 Found\r\n\r\n',
    'x'.repeat(70_000),
  ])('goes no further where it redirects, or where FFmpeg may read it otherwise: %j', (text) => {
    expect(() => new RtspReplies().push(Buffer.from(text))).toThrow(/redirects to another URL|does not answer in RTSP/)
  })
})

describe('a live URL of an editor', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  it.each([
    ['srt://127.0.0.1:9000', {}],
    ['srt://:9000?mode=caller', {}],
    ['srt://:9000?xmode=listener', {}],
    ['srt://:9000?mode=caller&mode=listener', {}],
    ['udp://10.0.0.1:5000', {}],
    ['rtmp:///app/name', {}],
    ['rtsp://1.1.1.1/x', { rtsp_transport: 'udp' }],
    ['gopher://1.1.1.1/', {}],
  ])('%s is rejected', async (address, options) => {
    await expect(judgedInput(address, options, network())).rejects.toThrow(/editors|an admin/)
  })

  it('leads to the IP address that was judged, and keeps the rest', async () => {
    expect((await judgedInput('srt://1.1.1.1:9000?streamid=a', {}, network())).address).toBe('srt://1.1.1.1:9000?streamid=a')
    expect((await judgedInput('srt://:9000?latency=5&mode=listener', {}, network())).address).toBe('srt://:9000?latency=5&mode=listener')
    expect((await judgedInput('udp://@:5000', {}, network())).address).toBe('udp://@:5000')
    const rtmp = await judgedInput('rtmps://user:word@a.example:19/app/inst/name?k=v', { rtmp_live: 'live' }, network())
    expect(rtmp.address).toMatch(/^rtmp:\/\/user:word@127\.0\.0\.1:\d+\/app\/inst\/name\?k=v$/)
    expect(rtmp.options).toEqual({ rtmp_live: 'live', rtmp_tcurl: 'rtmps://a.example:19/app/inst' })
    rtmp.stop()
    const http = await judgedInput('https://a.example/x.m3u8', {}, network())
    expect(http.address).toBe('http://_https-443.a.example/x.m3u8')
    expect(http.options.protocol_whitelist).not.toMatch(/https|tls|httpproxy/)
    http.stop()
  })

  it('is judged at each connection, and says why one is not made', async () => {
    let connections = 0
    const server = createServer((socket) => {
      connections++
      socket.on('error', () => undefined).end('hello')
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const say = async (relay: { address: string }): Promise<string> => {
      let text = ''
      const socket = connect(Number(new URL(relay.address).port), '127.0.0.1')
      socket.on('error', () => undefined)
      for await (const bytes of socket) text += bytes
      return text
    }
    const refused = await judgedInput(`rtmp://127.0.0.1:${port}/app`, {}, network())
    expect(await say(refused).catch(() => '')).toBe('')
    expect(refused.takeRejection()).toMatch(/127\.0\.0\.1 is not on the public internet/)
    expect(connections).toBe(0)
    const opened = await judgedInput(`rtmp://127.0.0.1:${port}/app`, {}, network(`127.0.0.1:${port}`))
    expect(await say(opened)).toBe('hello')
    for (const each of [refused, opened]) each.stop()
  })
})
