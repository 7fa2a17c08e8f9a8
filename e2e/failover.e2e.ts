import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, untilMoving, watchStill } from './helpers/browser.ts'
import { baseClip, madeClip } from './helpers/clips.ts'
import { type DecodedFrame, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { publishFile } from './helpers/publish.ts'

/** Numbers of the frames that are shown for longer than a decoder's blink, in the order shown; how long the last one is, nobody knows. */
function shown(frames: readonly DecodedFrame[]): number[] {
  const numbers: number[] = []
  frames.forEach((frame, index) => {
    const next = frames[index + 1]
    if (frame.code !== undefined && next !== undefined && next.time - frame.time > 0.005) numbers.push(frame.code.frame)
  })
  return numbers
}

function steps(numbers: readonly number[]): number[] {
  return numbers.slice(1).map((number, index) => number - (numbers[index] as number))
}

/** Address of the media playlist of the picture. */
async function videoPlaylist(host: RunningHost, name: string): Promise<string> {
  const address = `${host.http}/live/${name}/hls.m3u8`
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(address)
    const line = answer.ok ? (await answer.text()).split('\n').find((each) => each.includes('/v0/')) : undefined
    if (line) return new URL(line, address).href
    await sleep(100)
  }
  throw new Error(`${name} has no playlist`)
}

/** Every frame that a media playlist lists, each stretch of one configuration decoded with its own initialization. */
async function readHls(address: string, label: string): Promise<DecodedFrame[]> {
  const lines = (await (await fetch(address)).text()).split('\n')
  const bytes = async (path: string) => Buffer.from(await (await fetch(new URL(path, address))).arrayBuffer())
  const stretches: Buffer[][] = []
  for (const line of lines) {
    const map = line.match(/^#EXT-X-MAP:URI="([^"]+)"/)?.[1]
    if (map !== undefined) stretches.push([await bytes(map)])
    else if (line !== '' && !line.startsWith('#')) stretches.at(-1)?.push(await bytes(line))
  }
  const frames: DecodedFrame[] = []
  for (const [index, stretch] of stretches.entries()) {
    const file = join(artifacts, `failover-${label}-${index}.mp4`)
    writeFileSync(file, Buffer.concat(stretch))
    frames.push(...(await readFrames(file)))
  }
  return frames
}

describe('a stream with a primary and a backup publisher', () => {
  let host: RunningHost
  let one: string
  let other: string

  beforeAll(async () => {
    one = await baseClip()
    // the same pictures by another encoder with other groups of pictures: not one byte in common
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
    host = await startHost({ name: 'failover', args: ['--failover-return-ms', '2000', '--window-ms', '60000'] })
  })
  afterAll(() => host?.stop())

  it('returns to the primary on a keyframe when it is good again, with no frame missing or twice', async () => {
    const secret = await host.key('return')
    const backup = publishFile(other, `${host.rtmp}/${secret}?backup=1`)
    const primary = publishFile(one, `${host.rtmp}/${secret}`)
    try {
      await host.until('return', (stream) => stream.publishers.length === 2 && stream.tracks.length === 2)
      // whoever came first may be on air: the primary gets there by itself
      const stream = await host.until('return', (each) => each.publisher?.role === 'primary')
      expect(stream.publishers.map((each: any) => [each.role, each.onAir])).toEqual([
        ['primary', true],
        ['backup', false],
      ])
      await sleep(1500)
      const switched = await host.api('POST', '/live/streams/return/switch', { to: 'backup' })
      expect(switched).toMatchObject({ status: 200, body: { publisher: { role: 'backup' } } })
      await sleep(2500)
      expect((await host.api('GET', '/live/streams/return')).body.publisher.role, 'no return against an operator').toBe('backup')
      await Promise.all([primary.ended, backup.ended])
      await host.until('return', (each) => each.state === 'ended')
      const numbers = shown(await readHls(await videoPlaylist(host, 'return'), 'return'))
      expect(numbers.length).toBeGreaterThan(300)
      expect(steps(numbers).filter((step) => step !== 1)).toEqual([])
    } finally {
      await primary.stop()
      await backup.stop()
    }
  })

  it('goes on with the backup on the very next frame when the primary is killed', async () => {
    const secret = await host.key('pair')
    const primary = publishFile(one, `${host.rtmp}/${secret}`)
    const backup = publishFile(other, `${host.rtmp}/${secret}?backup=1`)
    try {
      await host.until('pair', (stream) => stream.publishers.length === 2 && stream.publishers[0].onAir && stream.tracks.length === 2)
      await sleep(4000)
      await primary.stop('SIGKILL')
      const stream = await host.until('pair', (each) => each.publishers.length === 1 && each.publishers[0].onAir)
      expect(stream).toMatchObject({ state: 'active', reconnecting: false, publisher: { role: 'backup' } })
      await backup.ended
      await host.until('pair', (each) => each.state === 'ended')
      const numbers = shown(await readHls(await videoPlaylist(host, 'pair'), 'pair'))
      expect(numbers.length).toBeGreaterThan(300)
      expect(steps(numbers).filter((step) => step !== 1)).toEqual([])
    } finally {
      await primary.stop()
      await backup.stop()
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
      // the slate has no barcode: pictures that can be read are the publisher's
      await expect.poll(async () => (await readVideo(page, 1500)).length, { timeout: 60_000 }).toBeGreaterThan(10)
      expect(await still.longestMs()).toBeLessThan(2000)
      expect(loads).toBe(1)
    } finally {
      await browser.close()
      await first.stop()
      await second?.stop()
    }
  })

  it('refuses what its key does not allow, with a reason', async () => {
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
