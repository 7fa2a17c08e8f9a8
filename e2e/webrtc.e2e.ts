import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { framesBehind, launchBrowser, readVideo, steps } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { bestCandidate, iceSideOf, offeredTransport, openUdpPeer } from './helpers/ice-check.ts'
import { publishFile, publishTestStream, testClip } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { playInPage, publishFromPage, viewerFigures } from './helpers/webrtc-page.ts'
import { killWorker } from './helpers/workers.ts'

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

describe('WebRTC on node-datachannel', () => {
  let host: RunningHost
  let browser: Browser
  const open: { stop(): unknown }[] = []

  beforeAll(async () => {
    host = await startHost({
      name: 'webrtc',
      args: ['--webrtc-engine', 'node-datachannel', '--ice-servers', 'stun:stun.example.com:3478,turn:ann:s3@turn.example.com:3478'],
    })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    for (const each of open) await each.stop()
    await browser?.close()
    await host?.stop()
  })

  const page = async (): Promise<Page> => {
    const fresh = await browser.newPage({ viewport: { width: 800, height: 600 } })
    await fresh.goto(`${host.http}/watch/nobody`)
    return fresh
  }
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${host.http}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/sdp', ...headers } })
  const stream = async (name: string) => (await host.api('GET', `/live/streams/${name}`)).body
  const live = (name: string) =>
    until(async () => (await stream(name))?.state === 'active' && ((await stream(name)).tracks ?? []).length === 2, `${name} is live`)

  it('a browser publishes over WHIP, another plays it over WHEP, and the stream is packaged like any other', async () => {
    const sender = await page()
    const sent = await publishFromPage(sender, `${host.http}/live/cam/whip`, await host.key('cam'))
    expect(sent.status, sent.body).toBe(201)
    expect(sent.location).toMatch(/^\/live\/cam\/whip\/\w{24}$/)
    await live('cam')
    expect((await stream('cam')).publisher).toMatchObject({ protocol: 'whip' })

    const viewer = await page()
    const played = await playInPage(viewer, `${host.http}/live/cam/whep`)
    expect(played.status, played.body).toBe(201)
    await until(async () => (await viewerFigures(viewer)).frames > 30, 'pictures')
    const seen = await readVideo(viewer, 2500, 60)
    const glassToGlass = median(seen.map((frame) => frame.readAt - frame.wallMs))
    process.stdout.write(
      `WHIP to WHEP: ${glassToGlass} ms glass to glass, first frame after ${Math.round(played.firstFrameMs)} ms, ${seen.length} frames\n`,
    )
    expect(seen.length).toBeGreaterThanOrEqual(60)
    expect(steps(seen)).toMatchObject({ back: 0 })
    expect(framesBehind(seen)).toBeLessThan(12)
    await until(async () => (await viewerFigures(viewer)).audioMs > 2000, 'sound')

    await sender.evaluate(() => (window as unknown as { publisherChannel: RTCDataChannel }).publisherChannel.send('hello viewers'))
    await viewer.waitForFunction(() => (window as unknown as { messages: string[] }).messages.includes('hello viewers'), undefined, {
      timeout: 30_000,
    })

    const viewers = async (): Promise<number> => (await host.api('GET', '/live/streams/cam/sessions')).body.items.length
    const greedy = await page()
    await playInPage(greedy, `${host.http}/live/cam/whep`)
    await until(async () => (await viewerFigures(greedy)).frames > 0 && (await viewers()) === 2, 'a second viewer')
    await greedy.evaluate(() => {
      const peer = (window as unknown as { viewer: RTCPeerConnection }).viewer
      for (let each = 0; each < 100; each++) peer.createDataChannel('chat')
    })
    await until(async () => (await viewers()) === 1, 'a viewer that opens a hundred channels is ended')
    await greedy.close()

    const sessions = (await host.api('GET', '/live/streams/cam/sessions')).body.items
    expect(sessions).toEqual([expect.objectContaining({ protocol: 'webrtc', bytes: expect.any(Number) })])
    expect(sessions[0]!.bytes).toBeGreaterThan(10_000)
    await until(async () => (await (await fetch(`${host.http}/live/cam/index.m3u8`)).text()).includes('CODECS="avc1'), 'a playlist')

    await viewer.evaluate((address) => fetch(address, { method: 'DELETE' }), `${host.http}${played.location}`)
    await until(async () => (await host.api('GET', '/live/streams/cam/sessions')).body.items.length === 0, 'the viewer is gone')
    expect((await fetch(`${host.http}${sent.location}`, { method: 'DELETE' })).status).toBe(200)
    await until(async () => (await stream('cam')).state === 'ended', 'the stream ended')
    await sender.close()
    await viewer.close()
  })

  it.each(['VP9', 'AV1'])('%s goes through too', async (codec) => {
    const name = codec.toLowerCase()
    const sender = await page()
    const sent = await publishFromPage(sender, `${host.http}/live/${name}/whip`, await host.key(name), codec)
    expect(sent.status, sent.body).toBe(201)
    await live(name)
    expect((await stream(name)).tracks).toContainEqual(expect.objectContaining({ codec: name, width: 640, height: 360 }))
    const viewer = await page()
    expect((await playInPage(viewer, `${host.http}/live/${name}/whep`)).status).toBe(201)
    expect((await readVideo(viewer, 1000, 10)).length).toBeGreaterThanOrEqual(10)
    await sender.close()
    await viewer.close()
  })

  it('an RTMP stream is played over WHEP', async () => {
    open.push(await publishTestStream({ url: `${host.rtmp}/${await host.key('rtmp')}`, width: 640, height: 360, videoKbps: 1000 }))
    await live('rtmp')
    const viewer = await page()
    const played = await playInPage(viewer, `${host.http}/live/rtmp/whep`)
    expect(played.status, played.body).toBe(201)
    await until(async () => (await viewerFigures(viewer)).frames > 30, 'pictures')
    const seen = await readVideo(viewer, 2500, 60)
    const glassToGlass = median(seen.map((frame) => frame.readAt - frame.wallMs))
    process.stdout.write(
      `RTMP to WHEP: ${glassToGlass} ms glass to glass, first frame after ${Math.round(played.firstFrameMs)} ms, ${seen.length} frames\n`,
    )
    expect(seen.length).toBeGreaterThanOrEqual(60)
    expect(steps(seen)).toMatchObject({ back: 0 })
    await until(async () => (await viewerFigures(viewer)).audioMs > 1000, 'sound')
    await viewer.close()
  })

  it('B-frames and AAC are made playable: frames come in order, with audio', async () => {
    const plain = await testClip('webrtc-plain', { width: 640, height: 360, fps: 30, frames: 600, videoKbps: 800 })
    const clip = plain.replace('.flv', '-b.flv')
    execFileSync('ffmpeg', [
      '-y',
      '-loglevel',
      'error',
      '-i',
      plain,
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-bf',
      '2',
      '-g',
      '60',
      '-c:a',
      'copy',
      clip,
    ])
    open.push(publishFile(clip, `${host.rtmp}/${await host.key('bframes')}`, { loop: true }))
    await live('bframes')
    const viewer = await page()
    expect((await playInPage(viewer, `${host.http}/live/bframes/whep`)).status).toBe(201)
    const seen = await readVideo(viewer, 2000, 40)
    expect(seen.length).toBeGreaterThanOrEqual(40)
    expect(steps(seen).back).toBeLessThanOrEqual(1)
    await until(async () => (await viewerFigures(viewer)).audioMs > 1000, 'sound')
    await viewer.close()
  })

  it('plays by messages over a WebSocket', async () => {
    const viewer = await page()
    const said = await viewer.evaluate(
      async (address) => {
        const socket = new WebSocket(address)
        const peer = new RTCPeerConnection()
        peer.addTransceiver('video', { direction: 'recvonly' })
        const heard: string[] = []
        socket.onmessage = async ({ data }) => {
          const message = JSON.parse(data)
          heard.push(message.type)
          if (message.type === 'ice-servers') {
            await peer.setLocalDescription(await peer.createOffer())
            socket.send(JSON.stringify({ type: 'offer', role: 'play', sdp: peer.localDescription!.sdp }))
          } else if (message.type === 'answer') {
            peer.onicecandidate = ({ candidate }) =>
              candidate && socket.send(JSON.stringify({ type: 'candidate', candidate: candidate.candidate, sdpMid: candidate.sdpMid }))
            await peer.setRemoteDescription({ type: 'answer', sdp: message.sdp })
          } else if (message.type === 'state') socket.send(JSON.stringify({ type: 'stats' }))
        }
        for (let i = 0; i < 800 && !heard.includes('stats'); i++) await new Promise((resolve) => setTimeout(resolve, 50))
        return heard
      },
      `${host.http.replace('http', 'ws')}/live/rtmp/signal`,
    )
    expect(said).toEqual(['ice-servers', 'answer', 'state', 'stats'])
    await viewer.close()
    const refused = await new Promise<string>((resolve) => {
      const socket = new NodeWebSocket(`${host.http.replace('http', 'ws')}/live/rtmp/signal`)
      socket.on('message', (data) => {
        const message = JSON.parse(String(data))
        if (message.type === 'ice-servers') socket.send('{"type":')
        else resolve(message.error.code)
      })
    })
    expect(refused).toBe('request.invalid')
  })

  it('an encoder as OBS publishes with its key alone', async () => {
    const { default: ndc } = await import('node-datachannel')
    const peer = new ndc.PeerConnection('obs', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true })
    const picture = new ndc.Video('1', 'SendOnly')
    picture.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1')
    picture.addSSRC(2222, 'obs', 'obs', 'v')
    const sound = new ndc.Audio('0', 'SendOnly')
    sound.addOpusCodec(111)
    sound.addSSRC(1111, 'obs', 'obs', 'a')
    const tracks = [peer.addTrack(sound), peer.addTrack(picture)]
    const offer = await new Promise<string>((resolve) => {
      peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve(peer.localDescription()!.sdp)
      })
      peer.setLocalDescription('offer')
    })
    const reply = await post('/live/whip', offer, { authorization: `Bearer ${await host.key('obs')}` })
    const answer = await reply.text()
    expect(reply.status, answer).toBe(201)
    expect(reply.headers.get('link')).toContain('<turn:turn.example.com:3478>; rel="ice-server"; username="ann"; credential="s3"')
    expect(reply.headers.get('location')).toMatch(/^\/live\/obs\/whip\//)
    peer.setRemoteDescription(answer, 'answer')
    const sockets = tracks.map((track) => createSocket('udp4').on('message', (packet) => track.isOpen() && track.sendMessageBinary(packet)))
    const [audioPort, videoPort] = await Promise.all(
      sockets.map((socket) => new Promise<number>((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)))),
    )
    const encoder = spawn('ffmpeg', [
      ...['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30', '-re', '-f', 'lavfi', '-i', 'sine=440:r=48000'],
      ...[
        '-map',
        '0:v',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-profile:v',
        'baseline',
        '-pix_fmt',
        'yuv420p',
        '-g',
        '30',
      ],
      ...['-payload_type', '96', '-ssrc', '2222', '-f', 'rtp', `rtp://127.0.0.1:${videoPort}?pkt_size=1200`],
      ...['-map', '1:a', '-c:a', 'libopus', '-payload_type', '111', '-ssrc', '1111', '-f', 'rtp', `rtp://127.0.0.1:${audioPort}`],
    ])
    try {
      await live('obs')
      const viewer = await page()
      expect((await playInPage(viewer, `${host.http}/live/obs/whep`)).status).toBe(201)
      await until(async () => (await viewerFigures(viewer)).frames > 30, 'frames')
      await viewer.close()
    } finally {
      encoder.kill('SIGKILL')
      for (const socket of sockets) socket.close()
      peer.close()
    }
  })

  it('sends nothing to where a viewer says that it is, and checks whoever checked the host', async () => {
    const [named, peer] = [await openUdpPeer(), await openUdpPeer()]
    try {
      const offer = [
        ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 127.0.0.1'],
        ...['a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1'],
        ...offeredTransport('abcd', [bestCandidate(named.port)]),
        '',
      ].join('\r\n')
      const answer = await post('/live/rtmp/whep', offer)
      expect(answer.status).toBe(201)
      const late = await fetch(`${host.http}${answer.headers.get('location')}`, {
        method: 'PATCH',
        body: `a=ice-ufrag:abcd\r\na=mid:0\r\na=candidate:${bestCandidate(named.port)}\r\n`,
        headers: { 'content-type': 'application/trickle-ice-sdpfrag' },
      })
      expect(late.status).toBe(204)
      const side = iceSideOf(await answer.text())
      await until(() => {
        if (peer.received.length === 0) peer.check(side, 'abcd')
        return peer.isChecked()
      }, 'the host checks the peer')
      expect(named.received).toEqual([])
    } finally {
      named.close()
      peer.close()
    }
  })

  it('rejects what it cannot take, each with its code', async () => {
    const key = await host.key('bad')
    const rejection = async (reply: Response | Promise<Response>) => {
      const answer = await reply
      return [answer.status, (await answer.json()).code]
    }
    const viewer = await page()
    const offer = await viewer.evaluate(async () => {
      const peer = new RTCPeerConnection()
      peer.addTransceiver('video', { direction: 'sendrecv' })
      await peer.setLocalDescription(await peer.createOffer())
      return peer.localDescription!.sdp
    })
    await viewer.close()
    const vp8 = offer.replace(/^a=(rtpmap|fmtp|rtcp-fb):(?!96 ).*\r\n/gm, '').replace(/^(m=video \d+ \S+) .*$/m, '$1 96')
    expect(await rejection(post('/live/rtmp/whep', 'v=0\r\nnonsense'))).toEqual([400, 'webrtc.sdp_invalid'])
    expect(await rejection(post('/live/rtmp/whep', offer, { 'content-type': 'text/plain' }))).toEqual([415, 'request.media_type'])
    expect(await rejection(post('/live/rtmp/whep', 'v'.repeat(70_000)))).toEqual([413, 'request.too_large'])
    expect(await rejection(post('/live/never-heard-of/whep', offer))).toEqual([404, 'stream.not_found'])
    expect(await rejection(post('/live/bad/whep', offer))).toEqual([409, 'stream.not_live'])
    expect(await rejection(post('/live/bad/whip', offer))).toEqual([401, 'publish.key_unknown'])
    expect(await rejection(post('/live/bad/whip', offer, { authorization: 'Bearer sk_wrong' }))).toEqual([401, 'publish.key_unknown'])
    expect(await rejection(post('/live/bad/whip', vp8, { authorization: `Bearer ${key}` }))).toEqual([406, 'webrtc.no_codec'])
    expect(await rejection(fetch(`${host.http}/live/rtmp/whep/${'a'.repeat(24)}`, { method: 'DELETE' }))).toEqual([
      404,
      'webrtc.session_unknown',
    ])
    expect((await fetch(`${host.http}/live/rtmp/whep`, { method: 'GET' })).status).toBe(405)
    const options = await fetch(`${host.http}/live/rtmp/whep`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('access-control-allow-origin')]).toEqual([204, '*'])

    const { port } = (await host.api('GET', '/live/webrtc')).body
    const noise = createSocket('udp4')
    for (let i = 0; i < 200; i++) {
      const packet = Buffer.alloc(20 + (i % 80), i)
      if (i % 2 === 0) packet.set([0, 1, 0, i % 90, 0x21, 0x12, 0xa4, 0x42])
      noise.send(packet, port!, '127.0.0.1')
    }
    const flood = await Promise.all(Array.from({ length: 300 }, () => post('/live/rtmp/whep', 'v=0\r\n').then((reply) => reply.status)))
    noise.close()
    expect(flood).toContain(429)
    const after = await page()
    await until(async () => (await playInPage(after, `${host.http}/live/rtmp/whep`)).status === 201, 'offers are taken again')
    await until(async () => (await viewerFigures(after)).frames > 10, 'frames')
    await after.close()
  })

  it("the worker's death does not touch the host, and offers are taken again as soon as another one is there", async () => {
    const viewer = await page()
    const works = async () => (await playInPage(viewer, `${host.http}/live/rtmp/whep`)).status === 201
    const waitedMs = await killWorker(host, 'sfu-worker', works)
    expect(waitedMs).toBeGreaterThan(0)
    expect(waitedMs).toBeLessThanOrEqual(500)
    await until(async () => (await viewerFigures(viewer)).frames > 10, 'frames')
    expect((await stream('rtmp')).state).toBe('active')
    await viewer.close()
  })
})
