import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { type FlvViewer, watchFlv } from './helpers/flv-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { noMediasoup, withMediasoup } from './helpers/mediasoup.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { childrenOf } from './helpers/webrtc.ts'
import { connectPeer } from './helpers/whip-peer.ts'
import { killWorker, lives, workersOf } from './helpers/workers.ts'

describe.skipIf(process.platform !== 'linux')('workers that are killed', () => {
  let host: RunningHost
  let publisher: Publisher
  let viewer: FlvViewer
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-workers-'))

  beforeAll(async () => {
    const clip = await baseClip()
    host = await startHost({
      name: 'workers',
      dataDir,
      args: ['--webrtc-engine', 'node-datachannel', '--thumbnail-ms', '1000', '--limits-outgoing-queue-ms', '60000'],
    })
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('cam')}`, { loop: true })
    await host.until('cam', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    viewer = await watchFlv(`${host.http}/live/cam.flv`, 50)
    const begun = await Promise.all([
      host.api('PUT', '/live/streams/cam/renditions', { mode: 'preset', preset: 'talk' }),
      host.api('POST', '/live/sources', { stream: 'looped', url: clip }),
      host.api('POST', '/live/demo', {}),
    ])
    for (const { status, body } of begun) expect(status, JSON.stringify(body)).toBeLessThan(300)
    const peer = await connectPeer(`${host.http}/live/cam/whep`)
    expect(peer.status).toBe(201)
    peer.close()
  })

  afterAll(async () => {
    viewer?.stop()
    await publisher?.stop()
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const undisturbed = async () => {
    const from = viewer.frames
    await until(() => viewer.frames > from + 10, 'the stream goes on')
    expect(viewer.gaps, 'frames are missing').toEqual([])
    expect(host.process.exitCode).toBeNull()
    expect(host.log.filter((line) => /uncaught|unhandled/i.test(line))).toEqual([])
  }
  const active = async (name: string) => {
    const { body } = await host.api('GET', `/live/streams/${name}`)
    return body.state === 'active' && body.reconnecting === false && body.publisher !== null
  }

  it.each([
    ['transcode-worker', 500, async () => (await host.api('GET', '/live/streams/cam/renditions')).body.state === 'running'],
    [
      'sfu-worker',
      500,
      async () => {
        const peer = await connectPeer(`${host.http}/live/cam/whep`)
        peer.close()
        return peer.status === 201
      },
    ],
    ['thumbnail-worker', 1000, async () => (await fetch(`${host.http}/live/cam/thumbnail.jpg`)).status === 200],
    ['pull-worker', 0, () => active('looped')],
    ['demo-worker', 500, () => active('demo')],
  ] as const)('%s is restarted soon, and the stream never noticed', async (name, withinMs, works) => {
    if (name === 'pull-worker') await until(() => active('looped'), 'the source is live')
    if (name === 'demo-worker') await until(() => active('demo'), 'the test stream is live')
    const waitedMs = await killWorker(host, name, works)
    await undisturbed()
    // A source is tried again by its own timing, which its state tells.
    if (name !== 'pull-worker') expect(waitedMs).toBeGreaterThan(0)
    expect(waitedMs).toBeLessThanOrEqual(withinMs)
  })

  it('a slate whose process is killed is rejected with a reason, and the next one is made', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    const add = () => host.api('POST', '/live/slates', { label: 'x', data: png.toString('base64') })
    const asked = add()
    const [pid] = await until(() => {
      const found = workersOf(host, 'slate-worker')
      return found.length > 0 && found
    }, 'the slate is encoded')
    process.kill(pid!, 'SIGKILL')
    expect(await asked).toMatchObject({ status: 400, body: { code: 'slate.unreadable' } })
    expect((await add()).status).toBe(201)
    await undisturbed()
  })

  it('when the host is killed its workers notice, and end', async () => {
    const left = childrenOf(host.process.pid!).map(({ pid }) => pid)
    expect(left.length).toBeGreaterThan(3)
    await host.kill('SIGKILL')
    await until(() => left.every((pid) => !lives(pid)), 'all are gone').catch(() => {
      const stay = left.filter(lives).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      for (const pid of left.filter(lives)) process.kill(pid, 'SIGKILL')
      throw new Error(`these stay: ${stay.join('; ')}`)
    })
  })
})

describe.skipIf(process.platform !== 'linux')('delivery processes and the other WebRTC engine', () => {
  it('a delivery process that is killed costs one request at most, and is back', async () => {
    const host = await startHost({ name: 'workers-delivery', args: ['--delivery-processes', '1'] })
    const publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('cam')}`, { loop: true })
    try {
      await host.until('cam', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const listed = async () => (await fetch(`${host.http}/live/cam/index.m3u8`).catch(() => undefined))?.status === 200
      await until(listed, 'the playlist is there')
      expect(await killWorker(host, 'delivery-worker', listed)).toBeLessThanOrEqual(200)
      const left = childrenOf(host.process.pid!).map(({ pid }) => pid)
      await host.kill('SIGKILL')
      await until(() => left.every((pid) => !lives(pid)), 'all are gone')
    } finally {
      await publisher.stop()
      await host.stop()
    }
  })

  it('mediasoup’s worker is restarted at once; a host that stops leaves no process', async (context) => {
    const host = await startHost({
      name: 'workers-mediasoup',
      args: ['--webrtc-engine', 'mediasoup', '--thumbnail-ms', '1000'],
      env: withMediasoup,
    })
    if ((await host.api('GET', '/live/webrtc')).body.engine !== 'mediasoup') {
      await host.stop()
      skipBecause(context, noMediasoup)
    }
    const publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('cam')}`, { loop: true })
    let left: number[] = []
    try {
      await host.until('cam', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const offer = async () => {
        const peer = await connectPeer(`${host.http}/live/cam/whep`)
        peer.close()
        return peer.status === 201
      }
      expect(await offer()).toBe(true)
      const waitedMs = await killWorker(host, 'mediasoup-worker', offer)
      expect(waitedMs).toBeGreaterThan(0)
      expect(waitedMs).toBeLessThanOrEqual(500)
      left = childrenOf(host.process.pid!).map(({ pid }) => pid)
      expect(left.length).toBeGreaterThan(0)
    } finally {
      await publisher.stop()
      await host.stop()
    }
    await until(() => left.every((pid) => !lives(pid)), 'all are gone')
  })
})
