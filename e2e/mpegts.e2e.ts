import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTs } from '../src-main/formats/testing/mpegts-rules.ts'
import { launchBrowser, readVideo, steps } from './helpers/browser.ts'
import { baseClip, clipFrames, ffmpeg, madeClip } from './helpers/clips.ts'
import { flashTimes, readBeeps, readFrames, recordStream } from './helpers/decode.ts'
import { isHeader, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts, root } from './helpers/paths.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { checkMediaPlaylist, checkMultivariant } from './playlist-rules.ts'

const bFrames = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-b:v',
  '700k',
  '-pix_fmt',
  'yuv420p',
  '-sc_threshold',
  '0',
  '-bf',
  '3',
  '-g',
  '60',
]
/** One AudioSpecificConfig of HE-AAC: SBR said outright, 24 kHz core, 48 kHz out, stereo (ISO 14496-3 section 1.6.2.1). */
const heAacConfig = Buffer.from('2b118800', 'hex')

describe('an old player or a set-top box watches MPEG-TS', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    await baseClip()
    await Promise.all([
      madeClip('b-frames-mono.flv', [...bFrames, '-c:a', 'aac', '-ac', '1', '-ar', '44100']),
      madeClip('core-24k.flv', ['-c:v', 'copy', '-c:a', 'aac', '-ar', '24000']),
    ])
    host = await startHost({ name: 'mpegts', args: ['--container', 'mpegts', '--window-ms', '60000'] })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  /** The media playlist that a stream's `hls.m3u8` names, compared with the rules. */
  async function playlist(name: string): Promise<{ text: string; multivariant: string; url: string }> {
    const at = `${host.http}/live/${name}/hls.m3u8`
    const multivariant = await (await fetch(at)).text()
    expect(checkMultivariant(multivariant)).toEqual([])
    const url = new URL(multivariant.split('\n').find((line) => line.endsWith('hls.m3u8'))!, at).href
    const text = await (await fetch(url)).text()
    expect(checkMediaPlaylist(text)).toEqual([])
    return { text, multivariant, url }
  }

  it('hls.js plays it live, and ffmpeg finds every frame and all audio in what is left when it ends', async () => {
    const publishers: Publisher[] = []
    const he = await RtmpPublisher.publish(host.rtmpPort, await host.key('he-aac'))
    try {
      // Ready before the stream starts: what it plays lasts for twelve seconds.
      const page = await browser.newPage()
      await page.addScriptTag({ path: join(root, 'node_modules/hls.js/dist/hls.js') })
      for (const [name, file, args] of [
        ['plain', await baseClip(), []],
        ['b-frames', join(artifacts, 'b-frames-mono.flv'), []],
        ['audio-only', await baseClip(), ['-vn']],
      ] as const) {
        publishers.push(publishFile(file, `${host.rtmp}/${await host.key(name)}`, { args }))
      }
      const heTags = readFlv(join(artifacts, 'core-24k.flv')).map((tag) =>
        tag.type === 8 && isHeader(tag) ? { ...tag, body: Buffer.concat([tag.body.subarray(0, 2), heAacConfig]) } : tag,
      )
      const hePlayed = he.play(heTags).then(() => he.bye())

      await host.until('plain', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      await page.evaluate(async (url) => {
        const video = document.body.appendChild(document.createElement('video'))
        video.muted = true
        const { Hls } = window as any
        const hls = new Hls({ liveSyncDurationCount: 1 })
        const faults: string[] = []
        Object.assign(window, { faults })
        hls.on(Hls.Events.ERROR, (_: unknown, fault: any) => fault.fatal && faults.push(fault.details))
        hls.loadSource(url)
        hls.attachMedia(video)
        await new Promise((resolve) => hls.once(Hls.Events.FRAG_BUFFERED, resolve))
        await video.play()
      }, `${host.http}/live/plain/hls.m3u8`)
      const seen = await readVideo(page, 2000, 25)
      expect(seen.length).toBeGreaterThanOrEqual(25)
      expect(steps(seen)).toMatchObject({ repeated: 0, back: 0 })
      expect(await page.evaluate(() => (window as any).faults)).toEqual([])
      await page.close()
      await hePlayed

      for (const name of ['plain', 'b-frames', 'he-aac', 'audio-only']) {
        await host.until(name, (stream) => stream.state === 'ended')
        const url = `${host.http}/live/${name}/hls.m3u8`
        // decodes all of it: a wrong counter, table or time would be reported
        expect(await ffmpeg(['-v', 'warning', '-xerror', '-i', url, '-f', 'null', '-']), name).toBe('')
        const { text, multivariant, url: mediaUrl } = await playlist(name)
        expect(multivariant).toContain(`mp4a.40.${name === 'he-aac' ? 5 : 2}"`)
        expect(text).toContain('#EXT-X-ENDLIST')
        const segments = await Promise.all(
          [...text.matchAll(/^seg-\d+\.ts$/gm)].map(async ([file]) =>
            Buffer.from(await (await fetch(new URL(file, mediaUrl))).arrayBuffer()),
          ),
        )
        expect(segments.length, name).toBeGreaterThanOrEqual(6)
        expect(readTs(Buffer.concat(segments)).complaints, name).toEqual([])

        const file = join(artifacts, `mpegts-${name}.mkv`)
        await recordStream(url, file, 30)
        const beeps = await readBeeps(file)
        expect(beeps.length, name).toBeGreaterThanOrEqual(10)
        if (name === 'audio-only') continue
        const frames = await readFrames(file)
        expect(frames.map((frame) => frame.code?.frame)).toEqual(
          Array.from({ length: clipFrames }, (_, index) => frames[0]!.code!.frame + index),
        )
        const offsets = flashTimes(frames).flatMap((flash) =>
          beeps.filter((beep) => Math.abs(beep - flash) < 0.5).map((beep) => (beep - flash) * 1000),
        )
        expect(offsets.length, 'flashes with a beep').toBeGreaterThanOrEqual(9)
        for (const offset of offsets) expect(Math.abs(offset), 'audio against video in ms').toBeLessThan(40)
      }
    } finally {
      he.break()
      await Promise.all(publishers.map((publisher) => publisher.stop()))
    }
  })
})
