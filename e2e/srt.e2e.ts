import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip, clipFrames, ffmpeg, madeClip } from './helpers/clips.ts'
import { readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { lossyUdp } from './helpers/lossy-udp.ts'
import { artifacts } from './helpers/paths.ts'
import { until } from './helpers/until.ts'

interface Run {
  readonly child: ChildProcess
  /** Exit code and what ffmpeg said. */
  readonly ended: Promise<{ code: number | null; said: string }>
}

function run(args: readonly string[]): Run {
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', '-y', '-loglevel', 'error', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  return { child, ended: new Promise((resolve) => child.on('exit', (code) => resolve({ code, said }))) }
}

const publish = (file: string, url: string): Run => run(['-re', '-i', file, '-c', 'copy', '-f', 'mpegts', url])

/** Goes on until it is stopped: a file's length is little to a machine that is delayed. */
const publishOn = (file: string, url: string): Run => run(['-stream_loop', '-1', '-re', '-i', file, '-c', 'copy', '-f', 'mpegts', url])

/** Ends publishers that nobody has ended before. */
async function stopAll(publishers: readonly Run[]): Promise<void> {
  expect(publishers.map(({ child }) => child.exitCode)).toEqual(publishers.map(() => null))
  for (const { child } of publishers) child.kill('SIGKILL')
  await Promise.all(publishers.map(({ ended }) => ended))
}

interface SrtInfo {
  readonly role: string
  readonly streamName: string
  readonly rttMs: number
  readonly latencyMs: number
  readonly lost: number
  readonly retransmitted: number
  readonly dropped: number
  readonly encrypted: boolean
}

const infos = async (host: RunningHost): Promise<readonly SrtInfo[]> => (await host.api('GET', '/live/srt-connections')).body.items
const stream = async (host: RunningHost, name: string): Promise<any> => (await host.api('GET', `/live/streams/${name}`)).body

const isLive = (host: RunningHost, name: string) => until(async () => (await stream(host, name)).tracks?.length > 1, `${name} live`)

describe('encoders and players come over SRT', () => {
  let host: RunningHost
  let port: number
  beforeAll(async () => {
    await baseClip()
    await madeClip('srt-hevc.ts', [
      '-t',
      '5',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none',
      '-g',
      '30',
      '-c:a',
      'ac3',
      '-f',
      'mpegts',
    ])
    host = await startHost({ name: 'srt' })
    port = Number(host.ready.srtPort)
  })
  afterAll(() => host?.stop())

  it('brings every frame in and out through a network that loses 2 % of the packets at 50 ms', async () => {
    const key = await host.key('rough')
    const network = await lossyUdp(port, { loss: 0.02, delayMs: 25 })
    const out = join(artifacts, 'srt-rough.ts')
    try {
      const publisher = publish(await baseClip(), `srt://127.0.0.1:${network.port}?streamid=${key}&latency=1500000`)
      await isLive(host, 'rough')
      const player = run(['-i', `srt://127.0.0.1:${network.port}?streamid=play:rough&latency=1500000`, '-c', 'copy', out])
      const measured = await until(async () => {
        const [incoming, outgoing] = await infos(host)
        return incoming && outgoing && incoming.lost > 3 && outgoing.retransmitted > 3 && { incoming, outgoing }
      }, 'losses that were mended')
      expect(measured.incoming).toMatchObject({ role: 'publish', streamName: 'rough', latencyMs: 1500, encrypted: false, dropped: 0 })
      expect(measured.incoming.rttMs).toBeGreaterThan(40)
      expect(measured.incoming.retransmitted).toBeGreaterThan(0)
      expect(measured.outgoing).toMatchObject({ role: 'play', streamName: 'rough', dropped: 0 })
      expect(await stream(host, 'rough')).toMatchObject({ publisher: { protocol: 'srt' }, viewers: 1 })
      expect((await publisher.ended).code).toBe(0)
      await player.ended
      expect(network.dropped).toBeGreaterThan(20)
    } finally {
      network.close()
    }
    const codes = (await readFrames(out)).map(({ code }) => code?.frame ?? -1)
    // ffmpeg leaves without waiting for what its last packets lost: the last frame may be incomplete.
    if (codes.at(-1) === -1) codes.pop()
    const first = codes[0]!
    expect(codes).toEqual(codes.map((_, index) => first + index))
    expect(codes.at(-1)).toBeGreaterThan(clipFrames - 20)
    expect(codes.length).toBeGreaterThan(150)
    const { health } = await stream(host, 'rough')
    expect(health ?? { faults: 0, droppedFrames: 0 }).toMatchObject({ faults: 0, droppedFrames: 0 })
  })

  it('serves many callers on one port, in every way of writing the stream id', async () => {
    const clip = await baseClip()
    const hevc = join(artifacts, 'srt-hevc.ts')
    const names = ['plain', 'prefixed', 'named', 'access', 'hevc']
    const keys = new Map<string, string>()
    for (const name of names) keys.set(name, await host.key(name))
    const id: Record<string, string> = {
      plain: keys.get('plain')!,
      prefixed: `publish:${keys.get('prefixed')}`,
      named: `publish:named:${keys.get('named')}`,
      access: `#!::r=access,m=publish,u=${keys.get('access')}`,
      hevc: keys.get('hevc')!,
    }
    const server = `srt://127.0.0.1:${port}`
    const publishers = names.map((name) => publishOn(name === 'hevc' ? hevc : clip, `${server}?streamid=${id[name]}`))
    await Promise.all(names.map((name) => isLive(host, name)))
    expect((await stream(host, 'hevc')).tracks.map((track: { codec: string }) => track.codec)).toEqual(['hevc', 'ac3'])
    const second = publish(clip, `${server}?streamid=${id.plain}`)
    const unknown = publish(clip, `${server}?streamid=nobody-knows-this`)
    const nothing = run(['-i', `${server}?streamid=play:absent`, '-f', 'null', '-'])
    for (const refused of [second, unknown, nothing]) expect((await refused.ended).code).not.toBe(0)
    await stopAll(publishers)
    await until(async () => (await infos(host)).length === 0, 'all callers gone')
    const lines: { code?: string }[] = (await host.api('GET', '/audit?kind=error')).body.items
    const codes = lines.map((line) => line.code)
    expect(codes).toEqual(expect.arrayContaining(['publish.busy', 'publish.key_unknown', 'play.not_live']))
  })

  it('says at once that MPEG-2 video is not carried, and shrugs off what is no SRT', async () => {
    const key = await host.key('old')
    const old = run([
      '-re',
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=320x180:r=25',
      '-t',
      '20',
      '-c:v',
      'mpeg2video',
      '-f',
      'mpegts',
      `srt://127.0.0.1:${port}?streamid=${key}`,
    ])
    const socket = createSocket('udp4')
    let state = 7
    for (let i = 0; i < 3000; i++) {
      const garbage = Buffer.alloc(i % 120)
      for (let at = 0; at < garbage.length; at++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        garbage[at] = state >>> 24
      }
      if (i % 3 === 0 && garbage.length >= 16) {
        garbage.writeUInt32BE(0x80000000, 0)
        garbage.writeUInt32BE(0, 12)
      }
      socket.send(garbage, port, '127.0.0.1')
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await old.ended
    socket.close()
    const lines: { code?: string; message: string }[] = (await host.api('GET', '/audit?kind=error')).body.items
    expect(lines.some((line) => line.code === 'publish.codec_unsupported' && line.message.includes('MPEG-2'))).toBe(true)
    expect((await fetch(`${host.http}/api/v1/live/srt-connections`)).status).toBe(200)
  })
})

describe('SRT callers encrypt', () => {
  const passphrase = 'a-long-enough-secret'
  let host: RunningHost
  beforeAll(async () => {
    host = await startHost({ name: 'srt-encrypted', args: ['--srt-passphrase', passphrase] })
  })
  afterAll(() => host?.stop())

  it('with keys of every length, and nobody gets in without the passphrase', async () => {
    const clip = await baseClip()
    const server = `srt://127.0.0.1:${Number(host.ready.srtPort)}`
    const secret = `passphrase=${passphrase}`
    const names = ['aes16', 'aes24', 'aes32']
    const keys: string[] = []
    for (const name of names) keys.push(await host.key(name))
    const publishers = names.map((name, i) => publishOn(clip, `${server}?streamid=${keys[i]}&${secret}&pbkeylen=${name.slice(3)}`))
    await Promise.all(names.map((name) => isLive(host, name)))
    for (const info of await infos(host)) expect(info).toMatchObject({ encrypted: true, dropped: 0 })
    const plain = publish(clip, `${server}?streamid=${keys[0]}`)
    const wrong = publish(clip, `${server}?streamid=${keys[0]}&passphrase=some-other-secret`)
    await ffmpeg(['-i', `${server}?streamid=play:aes24&${secret}`, '-t', '2', '-f', 'null', '-'], 60_000)
    for (const refused of [plain, wrong]) expect((await refused.ended).code).not.toBe(0)
    await stopAll(publishers)
    const lines: { code?: string }[] = (await host.api('GET', '/audit?kind=error')).body.items
    expect(lines.filter((line) => line.code === 'ingest.srt_passphrase').length).toBeGreaterThanOrEqual(2)
  })
})
