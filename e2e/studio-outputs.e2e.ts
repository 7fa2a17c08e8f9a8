import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { readFrames, recordFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { publishFile, publishTestStream } from './helpers/publish.ts'
import { hasNginxRtmp, type RelayTarget, startNginxRtmp } from './helpers/relay-targets.ts'
import { live, openShow, type Show, smallVideo } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { type SlowNetwork, slowNetwork } from './helpers/slow-network.ts'
import { until } from './helpers/until.ts'

const run = promisify(execFile)
const opus = { audio: [{ codec: 'opus' }] }

/** Hashes of a file's frames as they are coded, in order. */
async function framesOf(file: string): Promise<string[]> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-map', '0:v', '-c', 'copy', '-f', 'framehash', '-hash', 'md5', '-'])
  return stdout
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',').at(-1)!.trim())
}

describe("the studio's outputs", () => {
  let host: RunningHost
  let far: RunningHost
  let show: Show
  let nginx: RelayTarget | undefined
  let slow: SlowNetwork
  const scratch = mkdtempSync(join(tmpdir(), 'ami-outputs-'))
  const secret = 'sk_this-key-is-nobodys-business'

  beforeAll(async () => {
    ;[host, far] = await Promise.all([startHost({ name: 'studio-outputs' }), startHost({ name: 'studio-far' })])
    show = await openShow(host)
    if (hasNginxRtmp) nginx = await startNginxRtmp()
    slow = await slowNetwork(far.rtmpPort, { downKbps: 100_000 })
  })
  afterAll(async () => {
    await slow?.close()
    await Promise.all([host?.stop(), far?.stop(), nginx?.stop()])
    rmSync(scratch, { recursive: true, force: true })
  })

  it("go into a stream of the host's own as the very bytes that a recording has, and end it when they are stopped", async () => {
    await show.add('own', 'host', { stream: 'show', title: 'My show' })
    await show.add('file', 'recording', { name: 'same' })
    await Promise.all([show.start('own'), show.start('file')])
    await Promise.all([show.until('own', live), show.until('file', ({ statistics }) => statistics.durationMs > 0)])
    const stream = await host.until('show', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    expect(stream).toMatchObject({ title: 'My show', publisher: { protocol: 'studio' } })
    const viewed = join(scratch, 'viewed.mkv')
    await recordFrames(`${host.rtmp}/show`, viewed, 50)
    await show.stop('file')
    const { path } = (await host.api('GET', '/studio/files')).body.items[0]!
    const [seen, written] = [await framesOf(viewed), await framesOf(path)]
    const at = written.indexOf(seen[0]!)
    expect(at).toBeGreaterThanOrEqual(0)
    expect(seen.length).toBeGreaterThan(20)
    const same = seen.slice(0, written.length - at)
    expect(same).toEqual(written.slice(at, at + same.length))
    await show.stop('own')
    await host.until('show', ({ state }) => state === 'ended')
  })

  it('run each by itself: one whose server dies is tried again while the others go on', async (context) => {
    if (nginx === undefined) skipBecause(context, 'nginx has no RTMP module here')
    const { port } = nginx
    await show.add('rtmp', 'rtmp', { url: nginx.url, key: secret })
    await show.add('srt', 'srt', { url: String(far.ready.srtUrl), key: await far.key('by-srt') })
    await show.add('whip', 'whip', { url: `${far.http}/live/by-whip/whip`, key: await far.key('by-whip') }, opus)
    await show.add('wrong', 'whip', { url: `${far.http}/live/by-whip/whip`, key: 'x' }, { audio: [{ codec: 'aac' }] })
    await Promise.all(['rtmp', 'srt', 'whip'].map((id) => show.start(id)))
    await Promise.all(['rtmp', 'srt', 'whip'].map((id) => show.until(id, live)))
    const refused = await host.api('POST', '/studio/outputs/wrong/start', {})
    expect(refused).toMatchObject({ status: 400, body: { code: 'studio.output_invalid' } })
    expect(refused.body.detail).toContain('audio.0.codec')
    await far.until('by-srt', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    await far.until('by-whip', ({ state, tracks }) => state === 'active' && tracks.length === 2)

    await nginx.stop('SIGKILL')
    const lost = await show.until('rtmp', ({ state }) => state === 'retrying')
    expect(lost.error!.code).toMatch(/^destination\./)
    const frames = (await show.report('srt')).statistics.frames
    await show.until('srt', ({ statistics }) => statistics.frames > frames + 30)
    expect([await show.report('srt'), await show.report('whip')].map(({ state }) => state)).toEqual(['live', 'live'])
    nginx = await startNginxRtmp(port)
    await show.command('rtmp', 'retry')
    await show.until('rtmp', live)
    const file = join(scratch, 'nginx.mkv')
    await recordFrames(`${nginx.url}/${secret}`, file, 50)
    expect((await readFrames(file)).filter(({ code }) => code !== undefined).length).toBeGreaterThan(20)

    // Nothing reported about them contains a key.
    const reported = JSON.stringify([await host.api('GET', '/studio'), await host.api('GET', '/studio/outputs'), refused.body, host.log])
    expect(reported).not.toContain(secret)
    await Promise.all(['rtmp', 'srt', 'whip'].map((id) => show.stop(id)))
    await far.until('by-srt', ({ state }) => state !== 'active')
  })

  it('keep connections and viewers when the studio’s process is killed', async () => {
    await show.add('kept', 'rtmp', { url: `rtmp://127.0.0.1:${far.rtmpPort}/live`, key: await far.key('kept') })
    await Promise.all([show.start('own'), show.start('kept')])
    await Promise.all([show.until('own', live), show.until('kept', live)])
    const playlist = async (): Promise<{ url: string; text: string }> => {
      const main = await fetch(`${host.http}/live/show/index.m3u8`)
      const line = (await main.text()).split('\n').find((each) => each.includes('v0/index.m3u8'))
      if (line === undefined) return { url: '', text: '' }
      const url = new URL(line, main.url).href
      return { url, text: await (await fetch(url)).text() }
    }
    await host.until('show', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    const withLine = (line: string) =>
      until(async () => {
        const now = await playlist()
        return now.text.includes(line) && now
      }, `${line} is in the playlist`)
    const before = await withLine('#EXTINF')
    process.kill(await show.worker(), 'SIGKILL')
    await show.until('own', ({ state }) => state === 'retrying')
    await show.until('own', live)
    const { statistics } = await show.until('kept', (report) => report.statistics.gaps === 1 && live(report))
    expect(statistics.reconnects).toBe(0)
    const after = await withLine('#EXT-X-DISCONTINUITY\n')
    expect(after.url.split('?')[0]).toBe(before.url.split('?')[0])
    await Promise.all([show.stop('own'), show.stop('kept')])
  })

  it('are not all: a source watches a stream of the host whatever rules keep others out, and with codecs beyond AAC', async () => {
    const publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('cam')}`, width: 320, height: 180, audio: 'opus' })
    try {
      await host.until('cam', ({ state, tracks }) => state === 'active' && tracks.length === 2)
      await host.api('PUT', '/live/streams/cam/access', { mode: 'signed', allow: ['10.0.0.0/8'], deny: ['127.0.0.0/8'] })
      expect((await fetch(`${host.http}/live/cam/index.m3u8`)).status).toBe(403)
      await host.api('POST', '/studio/sources', { id: 'cam', kind: 'stream', settings: { stream: 'cam' } })
      await host.api('POST', '/studio/scenes/game/items', { source: 'cam' })
      await show.switchTo('game')
      const report = async (): Promise<any> =>
        (await host.api('GET', '/studio/sources')).body.items.find(({ id }: any) => id === 'cam')!.report
      let found: any
      await until(
        async () => {
          found = await report()
          return found?.state === 'running'
        },
        () => `its source tells ${JSON.stringify(found)}`,
      )
      expect(JSON.stringify(found)).not.toContain('token')
      expect(host.log.join('')).not.toContain('token=')
      await show.switchTo('welcome')
    } finally {
      await publisher.stop()
    }
  })

  it('have guests beside them, who come by a link of their own until it is taken back', async () => {
    const { status, body: guest } = await host.api('POST', '/studio/guests', { label: 'Ada' })
    expect(status).toBe(201)
    const [page, behind] = guest.joinUrl.split('#')
    const { key: secret, as } = Object.fromEntries(new URLSearchParams(behind))
    expect(as).toBe('Ada')
    expect(page).toBe(`${host.http}/guest/${guest.stream}`)
    expect((await fetch(page!)).status).toBe(200)
    const publisher = publishFile(await baseClip(), `${host.rtmp}/${secret}`, { loop: true })
    try {
      await host.until(guest.stream, ({ state, tracks }) => state === 'active' && tracks.length === 2)
      expect((await host.api('DELETE', `/studio/guests/${guest.id}`)).status).toBe(204)
      await host.until(guest.stream, ({ publisher: one }) => one === null)
      expect((await host.api('DELETE', '/studio/guests/nobody')).body.code).toBe('studio.guest_not_found')
      expect(host.log.join('')).not.toContain(secret)
    } finally {
      await publisher.stop()
    }
  })

  it('give way to a slow network where they may, and say so', async () => {
    const video = { ...smallVideo, bitrateKbps: 2000 }
    const settings = { url: `rtmp://127.0.0.1:${slow.port}/live`, adaptive: true, minBitrateKbps: 200, key: await far.key('slow') }
    await show.add('slow', 'rtmp', settings, { video })
    await show.start('slow')
    const { statistics } = await show.until('slow', live)
    expect(statistics.targetKbps).toBe(2000)
    slow.shape({ downKbps: 100_000, upKbps: 900 })
    const low = (await show.until('slow', (report) => report.statistics.targetKbps < 900)).statistics.targetKbps
    slow.shape({ downKbps: 100_000 })
    // What waited is worked off, nothing had to be dropped, and it rises again.
    const { statistics: risen } = await show.until(
      'slow',
      (report) => report.statistics.targetKbps > low && report.statistics.queuedMs < 700,
    )
    expect(risen).toMatchObject({ droppedFrames: 0, reconnects: 0 })
    await show.stop('slow')
  })
})
