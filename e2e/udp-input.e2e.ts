import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

let host: RunningHost
beforeAll(async () => {
  await baseClip()
  host = await startHost({ name: 'udp-input' })
})
afterAll(() => host?.stop())

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

const send = (file: string, url: string): ChildProcess =>
  spawn('ffmpeg', ['-loglevel', 'error', '-stream_loop', '-1', '-re', '-i', file, '-c', 'copy', '-f', 'mpegts', url], { stdio: 'ignore' })

const inputs = async (): Promise<any[]> => (await host.api('GET', '/live/udp-inputs')).body.items

it('a transport stream over UDP, to one IP address or a group, is a stream while it comes', async () => {
  const [one, two] = [await freeUdpPort(), await freeUdpPort()]
  const urls = { alone: `udp://:${one}`, group: `udp://@239.9.9.9:${two}?localaddr=127.0.0.1` }
  for (const [stream, url] of Object.entries(urls)) {
    expect(await host.api('POST', '/live/udp-inputs', { stream, url })).toMatchObject({ status: 201, body: { state: 'waiting', stream } })
  }
  // The port is taken; and an invalid URL is rejected.
  expect(await host.api('POST', '/live/udp-inputs', { stream: 'again', url: urls.alone })).toMatchObject({
    status: 409,
    body: { code: 'port.in_use' },
  })
  expect(await host.api('POST', '/live/udp-inputs', { stream: 'wrong', url: 'http://x' })).toMatchObject({ status: 400 })
  const clip = await baseClip()
  const senders = [
    send(clip, `udp://127.0.0.1:${one}?pkt_size=1316`),
    send(clip, `udp://239.9.9.9:${two}?pkt_size=1316&localaddr=127.0.0.1&ttl=0`),
  ]
  try {
    await expect.poll(async () => (await inputs()).map(({ state }) => state), { timeout: 30_000 }).toEqual(['live', 'live'])
    for (const name of Object.keys(urls)) {
      await expect
        .poll(async () => (await host.api('GET', `/live/streams/${name}`)).body.tracks.map((track: { codec: string }) => track.codec), {
          timeout: 30_000,
        })
        .toEqual(['h264', 'aac'])
      expect((await host.api('GET', `/live/streams/${name}`)).body).toMatchObject({ state: 'active', publisher: { protocol: 'udp' } })
    }
    // Another sender at the same port changes nothing, and neither does garbage.
    const stranger = createSocket('udp4')
    for (let i = 0; i < 200; i++) stranger.send(Buffer.alloc(1316, i), one, '127.0.0.1')
    await new Promise((resolve) => setTimeout(resolve, 300))
    stranger.close()
    await expect.poll(async () => (await host.api('GET', '/live/streams/alone')).body.health?.faults, { timeout: 30_000 }).toBe(0)
    const [first] = await inputs()
    expect(await host.api('DELETE', `/live/udp-inputs/${first.id}`)).toMatchObject({ status: 204 })
    await expect.poll(async () => (await host.api('GET', '/live/streams/alone')).body.reconnecting, { timeout: 30_000 }).toBe(true)
  } finally {
    for (const sender of senders) sender.kill('SIGKILL')
  }
  await expect.poll(async () => (await inputs()).map(({ state }) => state), { timeout: 30_000 }).toEqual(['waiting'])
})
