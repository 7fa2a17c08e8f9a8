import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, untilMoving, watchStill } from './helpers/browser.ts'
import { baseClip, madeClip } from './helpers/clips.ts'
import { readHls, shownNumbers, videoPlaylist } from './helpers/hls-frames.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { checkMediaPlaylist } from './playlist-rules.ts'

function steps(numbers: readonly number[]): number[] {
  return numbers.slice(1).map((number, index) => number - (numbers[index] as number))
}

describe('a stream with a primary and a backup publisher', () => {
  let host: RunningHost
  let one: string
  let other: string

  beforeAll(async () => {
    one = await baseClip()
    // the same frames by another encoder with other groups of pictures: not one byte in common
    other = await madeClip('failover-other.flv', [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '0',
      '-g',
      '45',
      '-b:v',
      '500k',
      '-c:a',
      'copy',
    ])
    host = await startHost({ name: 'failover', args: ['--failover-return-ms', '2000', '--window-ms', '60000', '--dvr-ms', '3600000'] })
  })
  afterAll(() => host?.stop())

  // These three have streams of their own and wait for media time: they run at once.
  it.concurrent('returns to the primary on a keyframe when it is good again, with no frame missing or twice', async () => {
    const secret = await host.key('return')
    const backup = publishFile(other, `${host.rtmp}/${secret}?backup=1`)
    const primary = publishFile(one, `${host.rtmp}/${secret}`)
    try {
      await host.until('return', (stream) => stream.publishers.length === 2 && stream.tracks.length === 2)
      // the first one may be on air: the primary gets there by itself
      const stream = await host.until('return', (each) => each.publisher?.role === 'primary')
      expect(stream.publishers.map((each: any) => [each.role, each.onAir])).toEqual([
        ['primary', true],
        ['backup', false],
      ])
      await sleep(1500)
      const switched = await host.api('POST', '/live/streams/return/switch', { to: 'backup' })
      expect(switched).toMatchObject({ status: 200, body: { publisher: { role: 'backup' } } })
      await sleep(2500)
      expect((await host.api('GET', '/live/streams/return')).body.publisher!.role, 'no return against an operator').toBe('backup')
      await Promise.all([primary.ended, backup.ended])
      await host.until('return', (each) => each.state === 'ended')
      const numbers = shownNumbers(await readHls(await videoPlaylist(host, 'return'), 'return'))
      expect(numbers.length).toBeGreaterThan(300)
      expect(steps(numbers).filter((step) => step !== 1)).toEqual([])
    } finally {
      await primary.stop()
      await backup.stop()
    }
  })

  it.concurrent('goes on with the backup on the very next frame when the primary is killed', async () => {
    const secret = await host.key('pair')
    const primary = publishFile(one, `${host.rtmp}/${secret}`)
    const backup = publishFile(other, `${host.rtmp}/${secret}?backup=1`)
    try {
      await host.until('pair', (stream) => stream.publishers.length === 2 && stream.publishers[0]!.onAir && stream.tracks.length === 2)
      await sleep(4000)
      await primary.stop('SIGKILL')
      const stream = await host.until('pair', (each) => each.publishers.length === 1 && each.publishers[0]!.onAir)
      expect(stream).toMatchObject({ state: 'active', reconnecting: false, publisher: { role: 'backup' } })
      await backup.ended
      await host.until('pair', (each) => each.state === 'ended')
      const numbers = shownNumbers(await readHls(await videoPlaylist(host, 'pair'), 'pair'))
      expect(numbers.length).toBeGreaterThan(300)
      expect(steps(numbers).filter((step) => step !== 1)).toEqual([])
    } finally {
      await primary.stop()
      await backup.stop()
    }
  })

  it.concurrent('loses no frame of the publisher that returns, with a ladder, a failover, the slate and a rewind window', async () => {
    const secret = await host.key('all')
    const preset = { name: 'small', codec: 'h264', speed: 'fastest', bFrames: 0, rungs: [{ height: 180, kbps: 200 }] }
    const made = await host.api('POST', '/live/presets', preset)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    // Until they are killed, however late.
    const primary = publishFile(one, `${host.rtmp}/${secret}`, { loop: true })
    const backup = publishFile(other, `${host.rtmp}/${secret}?backup=1`, { loop: true })
    let back: ReturnType<typeof publishFile> | undefined
    try {
      await host.until('all', (stream) => stream.publishers.length === 2 && stream.publishers[0]!.onAir && stream.tracks.length === 2)
      expect((await host.api('PATCH', '/live/streams/all/slate', { slate: 'default' })).status).toBe(200)
      const chosen = await host.api('PUT', '/live/streams/all/renditions', { mode: 'preset', preset: made.body.id })
      expect(chosen.body.renditions).toHaveLength(1)
      const small = chosen.body.renditions[0]!.id
      const runs = async () => {
        const { renditions } = (await host.api('GET', '/live/streams/all/renditions')).body
        return renditions[0]?.state === 'running' && renditions[0].frameRate > 0
      }
      const listed = async (address: string) => ((await (await fetch(address)).text()).match(/^seg-/gm) ?? []).length
      const smaller = await videoPlaylist(host, 'all', small)
      await until(async () => (await listed(smaller)) > 2, 'segments of the ladder')
      await primary.stop('SIGKILL')
      await host.until('all', (stream) => stream.publishers.length === 1 && stream.publisher?.role === 'backup')
      await backup.stop('SIGKILL')
      await host.until('all', (stream) => stream.onAir === 'slate')
      const playlist = await videoPlaylist(host, 'all')
      const atSlate = await listed(playlist)
      await until(async () => (await listed(playlist)) > atSlate + 2, 'segments of the slate')
      back = publishFile(one, `${host.rtmp}/${secret}`)
      await host.until('all', (stream) => stream.onAir === 'primary')
      await until(runs, 'the ladder runs again')
      await back.ended
      await host.until('all', (stream) => stream.state === 'ended')
      for (const rendition of ['v0', small]) {
        const address = await videoPlaylist(host, 'all', rendition)
        const text = await (await fetch(address)).text()
        expect(checkMediaPlaylist(text)).toEqual([])
        const numbers = shownNumbers(await readHls(address, `all-${rendition}`))
        // the slate has no barcode: what was seen before the last frame that is not the next one is before it
        const returned = numbers.slice(numbers.findLastIndex((number, index) => number < (numbers[index - 1] ?? 0)))
        if (rendition === 'v0') {
          expect(returned[0]).toBe(0)
          expect(steps(returned).filter((step) => step !== 1)).toEqual([])
          expect(returned.length).toBeGreaterThan(350)
          // the window reaches back to the first publisher
          expect(numbers.length - returned.length).toBeGreaterThan(60)
        } else expect(returned.length, returned.join(' ')).toBeGreaterThan(150)
      }
    } finally {
      await primary.stop()
      await backup.stop()
      await back?.stop()
    }
  })

  it('shows its slate while nobody publishes, and an open page goes on through it without a reload', async () => {
    const secret = await host.key('slated')
    const first = publishFile(one, `${host.rtmp}/${secret}`)
    const browser = await launchBrowser()
    let second: ReturnType<typeof publishFile> | undefined
    try {
      await host.until('slated', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      expect((await host.api('PATCH', '/live/streams/slated/slate', { slate: 'nonsense' })).status).toBe(404)
      const red = await madeClip('failover-red.png', ['-an', '-vf', 'drawbox=color=red:t=fill', '-frames:v', '1'])
      const added = await host.api('POST', '/live/slates', { label: 'red', data: readFileSync(red).toString('base64') })
      expect(added.status, JSON.stringify(added.body)).toBe(201)
      const garbage = await host.api('POST', '/live/slates', { label: 'x', data: Buffer.alloc(400).toString('base64') })
      expect(garbage).toMatchObject({ status: 400, body: { code: 'slate.unreadable' } })
      expect((await host.api('PATCH', '/live/streams/slated/slate', { slate: added.body.id })).status).toBe(200)

      const page = await browser.newPage()
      let loads = 0
      page.on('load', () => loads++)
      await page.goto(`${host.http}/watch/slated`)
      await untilMoving(page)
      const still = await watchStill(page)
      await sleep(1500)
      await first.stop('SIGKILL')
      await host.until('slated', (stream) => stream.onAir === 'slate' && stream.reconnecting)
      await page.waitForFunction(
        () => {
          const canvas = document.createElement('canvas')
          canvas.width = canvas.height = 1
          const context = canvas.getContext('2d')!
          context.drawImage(document.querySelector('video')!, 0, 0, 1, 1)
          const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
          return red > 180 && green < 80 && blue < 80
        },
        undefined,
        { timeout: 60_000 },
      )
      await sleep(1500)
      second = publishFile(one, `${host.rtmp}/${secret}`)
      await host.until('slated', (stream) => stream.onAir === 'primary' && !stream.reconnecting)
      // the slate has no barcode: frames that can be read are the publisher's
      await expect.poll(async () => (await readVideo(page, 1500)).length, { timeout: 60_000 }).toBeGreaterThan(10)
      expect(await still.maxMs()).toBeLessThan(2000)
      expect(loads).toBe(1)
    } finally {
      await browser.close()
      await first.stop()
      await second?.stop()
    }
  })

  it('rejects what its key does not allow, with a reason', async () => {
    const low = await host.key('low', { limits: { maxHeight: 240 } })
    const high = publishFile(one, `${host.rtmp}/${low}`)
    await high.ended.catch(() => undefined)
    const audit = await host.api('GET', '/audit?stream=low')
    expect(audit.body.items.map((line: { code?: string }) => line.code)).toContain('publish.over_limit')
    await high.stop()

    const narrow = await host.key('narrow', { limits: { maxViewers: 1 }, onSecondPublisher: 'refuse' })
    const publisher = publishFile(one, `${host.rtmp}/${narrow}`)
    try {
      await host.until('narrow', (stream) => stream.tracks.length === 2)
      const watch = (session: string) => fetch(`${host.http}/live/narrow/manifest.mpd?session=${session}`)
      await expect.poll(async () => (await watch('one')).status, { timeout: 60_000 }).toBe(200)
      expect((await watch('two')).status).toBe(403)
      expect((await watch('one')).status).toBe(200)
    } finally {
      await publisher.stop()
    }
  })
})
