/** Viewers of each protocol for the soak: each plays until it is asked to leave, and leaves as players do. */
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { playRequest } from './rtmp-play-request.mjs'

export const protocols = ['ll-hls', 'hls', 'dash', 'flv', 'rtmp', 'srt', 'webrtc', 'events', 'refused']

/** Plays `name` of `server` by `protocol` until `signal`. A stream that is away is no error. */
export async function watch(server, protocol, name, signal) {
  try {
    await players[protocol](server, name, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

const pause = (ms, signal) => sleep(ms, undefined, { signal })

async function text(url, signal) {
  const reply = await fetch(url, { signal })
  const body = await reply.text()
  return reply.ok ? body : undefined
}

const players = {
  async 'll-hls'(server, name, signal) {
    const base = `${server.http}/live/${name}/`
    const list = await text(`${base}index.m3u8`, signal)
    const media = list?.split('\n').find((line) => line !== '' && !line.startsWith('#'))
    if (media === undefined) return pause(1000, signal)
    const playlistUrl = new URL(media, base)
    for (;;) {
      const listed = await text(playlistUrl, signal)
      if (listed === undefined) return
      const part = [...listed.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].at(-1)?.[1]
      if (part !== undefined) await fetch(new URL(part, playlistUrl), { signal }).then((reply) => reply.arrayBuffer())
      const next = Number(listed.match(/#EXT-X-MEDIA-SEQUENCE:(\d+)/)?.[1] ?? 0) + listed.split('#EXTINF').length - 1
      playlistUrl.searchParams.set('_HLS_msn', String(next))
      playlistUrl.searchParams.set('_HLS_part', '0')
      await pause(50, signal)
    }
  },
  async hls(server, name, signal) {
    const base = `${server.http}/live/${name}/`
    for (;;) {
      const list = await text(`${base}hls.m3u8`, signal)
      const media = list?.split('\n').find((line) => line !== '' && !line.startsWith('#'))
      if (media === undefined) return pause(1000, signal)
      const playlistUrl = new URL(media, base)
      const listed = await text(playlistUrl, signal)
      const segment = listed?.split('\n').findLast((line) => line !== '' && !line.startsWith('#'))
      if (segment !== undefined) await fetch(new URL(segment, playlistUrl), { signal }).then((reply) => reply.arrayBuffer())
      await pause(2000, signal)
    }
  },
  async dash(server, name, signal) {
    for (;;) {
      if ((await text(`${server.http}/live/${name}/manifest.mpd`, signal)) === undefined) return pause(1000, signal)
      await pause(1500, signal)
    }
  },
  async flv(server, name, signal) {
    const reply = await fetch(`${server.http}/live/${name}.flv`, { signal })
    if (!reply.ok) return pause(1000, signal)
    for await (const bytes of reply.body) if (bytes.length < 0) return
  },
  rtmp(server, name, signal) {
    return new Promise((resolve) => {
      const socket = connect(server.rtmpPort, '127.0.0.1')
      let greeted = false
      const { hello, asking } = playRequest(server.playUrl(name))
      signal.addEventListener('abort', () => socket.destroy(), { once: true })
      socket.on('connect', () => socket.write(hello))
      socket.on('data', () => {
        if (!greeted) socket.write(asking)
        greeted = true
      })
      socket.on('error', () => undefined)
      socket.on('close', resolve)
    })
  },
  srt(server, name, signal) {
    return new Promise((resolve) => {
      const url = `srt://127.0.0.1:${server.srtPort}?streamid=play:${name}`
      const child = spawn('ffmpeg', ['-loglevel', 'quiet', '-nostdin', '-i', url, '-c', 'copy', '-f', 'null', '-'], { stdio: 'ignore' })
      signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
      child.on('close', resolve).on('error', resolve)
    })
  },
  async webrtc(server, name, signal) {
    const { default: library } = await import('node-datachannel')
    const peer = new library.PeerConnection('viewer', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true })
    try {
      const video = new library.Video('0', 'RecvOnly')
      video.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1')
      const audio = new library.Audio('1', 'RecvOnly')
      audio.addOpusCodec(111)
      const tracks = [peer.addTrack(video), peer.addTrack(audio)]
      const sdp = await new Promise((resolve) => {
        peer.onGatheringStateChange((state) => state === 'complete' && resolve(peer.localDescription().sdp))
        peer.setLocalDescription('offer')
      })
      const headers = { 'content-type': 'application/sdp' }
      const reply = await fetch(`${server.http}/live/${name}/whep`, { method: 'POST', body: sdp, headers, signal })
      const answer = await reply.text()
      if (reply.status !== 201) return await pause(1000, signal)
      peer.setRemoteDescription(answer, 'answer')
      await pause(2 ** 31 - 1, signal).catch(() => undefined)
      for (const track of tracks) track.close()
      // Half of them leave without a word.
      if (Math.random() < 0.5) await fetch(new URL(reply.headers.get('location'), server.http), { method: 'DELETE' })
    } finally {
      peer.close()
    }
  },
  /** POSTs that are rejected before their body is whole, by a client that leaves then. */
  async refused(server, name, signal) {
    const { port, host } = new URL(server.http)
    for (let turn = 0; ; turn++) {
      const path = turn % 2 === 0 ? '/api/v1/live/keys' : `/live/${name}/beacon`
      await new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1')
        const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n`
        socket.on('connect', () => socket.write(head + '['.repeat(100_000)))
        socket.on('data', () => socket.destroy()).on('error', () => undefined)
        socket.setTimeout(2000, () => socket.destroy())
        socket.on('close', resolve)
      })
      await pause(1000, signal)
    }
  },
  /** A page that looks around: the event socket and what its sections ask. */
  async events(server, name, signal) {
    const socket = new WebSocket(`${server.http.replace('http', 'ws')}/api/v1/events`)
    try {
      for (;;) {
        for (const path of [
          'streams',
          `streams/${name}`,
          `streams/${name}/sessions`,
          `streams/${name}/health`,
          'destinations',
          'recordings',
        ])
          await text(`${server.http}/api/v1/live/${path}`, signal)
        await text(`${server.http}/live/${name}/thumbnail.jpg`, signal)
        await pause(3000, signal)
      }
    } finally {
      socket.close()
    }
  },
}
