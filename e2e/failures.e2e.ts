import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HostEnded, type RunningHost, startHost } from './helpers/host.ts'
import { publishFile, testClip } from './helpers/publish.ts'

describe('when things go wrong', () => {
  it('a host that was killed comes back with its keys and streams', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    const clip = await testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
    try {
      const first = await startHost({ dataDir, name: 'killed' })
      const secret = await first.key('cam')
      const publisher = publishFile(clip, `${first.rtmp}/${secret}`)
      await first.until('cam', (stream) => stream.state === 'active')
      await first.kill('SIGKILL')
      await publisher.stop()

      const second = await startHost({ dataDir, name: 'killed' })
      const again = publishFile(clip, `${second.rtmp}/${secret}`)
      try {
        expect((await second.api('GET', '/live/keys')).body.items).toHaveLength(1)
        await second.until('cam', (stream) => stream.state === 'active' && !stream.reconnecting)
      } finally {
        await again.stop()
        await second.stop()
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('a port in use is refused with a message that says what to change', async () => {
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
    const { port } = squatter.address() as { port: number }
    try {
      const error = await startHost({ rtmpPort: port, name: 'port-in-use' }).then(
        async (host) => {
          await host.stop()
          return undefined
        },
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(HostEnded)
      expect((error as HostEnded).code).not.toBe(0)
      const text = (error as HostEnded).log.join('\n')
      expect(text).toContain(String(port))
      expect(text).toMatch(/in use/i)
    } finally {
      squatter.close()
    }
  })
})

describe('what arrives on the RTMP port cannot end or fill the host', () => {
  let host: RunningHost

  beforeAll(async () => {
    host = await startHost({ name: 'hostile' })
  })
  afterAll(() => host?.stop())

  async function flood(count: number, bytes: () => Buffer | undefined): Promise<void> {
    const sockets: Socket[] = []
    for (let index = 0; index < count; index++) {
      const socket = connect(host.rtmpPort, '127.0.0.1')
      socket.on('error', () => undefined)
      const garbage = bytes()
      if (garbage) socket.on('connect', () => socket.write(garbage))
      sockets.push(socket)
    }
    await new Promise((resolve) => setTimeout(resolve, 1500))
    for (const socket of sockets) socket.destroy()
  }

  it('garbage bytes on two hundred connections', async () => {
    await flood(200, () => randomBytes(4096))
    expect((await host.api('GET', '/health')).status).toBe(200)
  })

  it('a valid greeting with garbage behind it', async () => {
    await flood(100, () => Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), randomBytes(1536), randomBytes(4096)]))
    expect((await host.api('GET', '/health')).status).toBe(200)
  })

  it('a thousand half-open connections', async () => {
    await flood(1000, () => undefined)
    expect((await host.api('GET', '/health')).status).toBe(200)
    const clip = await testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
    const publisher = publishFile(clip, `${host.rtmp}/${await host.key('after-the-flood')}`)
    try {
      await host.until('after-the-flood', (stream) => stream.state === 'active')
    } finally {
      await publisher.stop()
    }
  })
})
