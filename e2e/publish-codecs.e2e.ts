import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo } from './helpers/browser.ts'
import { baseClip, clipFrames, ffmpeg, madeClip } from './helpers/clips.ts'
import { flashTimes, readBeeps, readFrames, recordStream } from './helpers/decode.ts'
import { type FlvTag, isHeader, isKeyframe, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { testClip } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { checkMediaPlaylist, checkMultivariant } from './playlist-rules.ts'

const small = { width: 640, height: 360, frames: clipFrames, videoKbps: 600 } as const
const wholeClip = Array.from({ length: clipFrames }, (_, index) => index)

/** Codec names as in RFC 6381 and the codecs' own bindings to ISO media files; exact where the encoder leaves no choice. */
const codecs: Readonly<Record<string, { file: string; codecs: RegExp; chromium: boolean }>> = {
  'hevc-aac': { file: 'hevc-aac.flv', codecs: /^hvc1\.1\.6\.L\d+\.[0-9A-F.]+,mp4a\.40\.2$/, chromium: false },
  'av1-opus': { file: 'av1-opus.mkv', codecs: /^av01\.0\.0[0-9]M\.08(\.[0-9.]+)?,opus$/, chromium: true },
  'vp9-flac': { file: 'vp9-flac.mkv', codecs: /^vp09\.00\.\d\d\.08(\.[0-9.]+)?,(fLaC|flac)$/, chromium: true },
  'h264-ac3': { file: 'h264-ac3.mkv', codecs: /^avc1\.64[0-9a-f]{4},ac-3$/, chromium: false },
  'h264-eac3': { file: 'h264-eac3.mkv', codecs: /^avc1\.64[0-9a-f]{4},ec-3$/, chromium: false },
  'h264-mp3': { file: 'h264-mp3.mkv', codecs: /^avc1\.64[0-9a-f]{4},mp4a\.(6B|69|40\.34)$/, chromium: false },
}

/** Publishes a file with FFmpeg 8.1, in real time; resolves when it has ended. */
function remux(file: string, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'helpers/remux.ts'), [file, url], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000)
    })
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the publisher of ${file} ended with ${code}: ${said}`))))
  })
}

async function multivariant(host: RunningHost, name: string): Promise<string> {
  const text = await (await fetch(`${host.http}/live/${name}/index.m3u8`)).text()
  expect(checkMultivariant(text), name).toEqual([])
  return text
}

function mediaUrls(host: RunningHost, name: string, text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new URL(line, `${host.http}/live/${name}/`).href)
}

describe('publishers of every codec', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    await baseClip()
    await testClip('hevc-aac', { ...small, video: 'hevc', audio: 'aac' })
    const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k', '-g', '60', '-row-mt', '1']
    // By constant quality: at a constant bitrate SVT-AV1's frames depend on how busy the machine is, and some become unreadable.
    const av1 = ['-c:v', 'libsvtav1', '-preset', '10', '-crf', '30', '-g', '60']
    await madeClip('av1-opus.mkv', [...av1, '-c:a', 'libopus', '-b:a', '128k'])
    await madeClip('vp9-flac.mkv', [...vp9, '-c:a', 'flac', '-strict', '-2'])
    await madeClip('h264-ac3.mkv', ['-c:v', 'copy', '-c:a', 'ac3'])
    await madeClip('h264-eac3.mkv', ['-c:v', 'copy', '-c:a', 'eac3'])
    await madeClip('h264-mp3.mkv', ['-c:v', 'copy', '-c:a', 'libmp3lame', '-ar', '44100'])
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '600k', '-g', '60', '-sc_threshold', '0']
    await madeClip('large.flv', ['-vf', 'scale=1280:720', ...x264, '-c:a', 'copy', '-t', '6'])
    host = await startHost({ name: 'publish-codecs', args: ['--window-ms', '60000'] })
    browser = await launchBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('HEVC, AV1, VP9, Opus, FLAC, AC-3, E-AC-3 and MP3 over Enhanced RTMP arrive whole, with the right CODECS', async () => {
    const names = Object.keys(codecs)
    // Opened before the streams start: they last for twelve seconds.
    const watching = await Promise.all(
      ['av1-opus', 'vp9-flac'].map(async (name) => {
        await host.key(name)
        const page = await browser.newPage()
        await page.goto(`${host.http}/watch/${name}`)
        return page
      }),
    )
    const publishing = Promise.all(
      names.map(async (name) => remux(join(artifacts, codecs[name]!.file), `${host.rtmp}/${await host.key(name)}`)),
    )
    publishing.catch(() => undefined)

    // Meanwhile Chromium plays those that it can.
    const playing = Promise.all(
      watching.map(async (page) => {
        try {
          await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0, undefined, { timeout: 60_000 })
          return await readVideo(page, 2000, 10)
        } finally {
          await page.close()
        }
      }),
    )
    playing.catch(() => undefined)
    await publishing
    for (const seen of await playing) {
      expect(seen.length).toBeGreaterThanOrEqual(10)
      for (let index = 1; index < seen.length; index++) expect(seen[index]!.frame).toBeGreaterThan(seen[index - 1]!.frame)
    }

    const page = await browser.newPage()
    await page.goto(`${host.http}/api/v1/health`)
    for (const name of names) {
      const stream = await host.until(name, (each) => each.state === 'ended')
      expect(stream.tracks, name).toHaveLength(2)
      const text = await multivariant(host, name)
      const said = text.match(/CODECS="([^"]*)"/)?.[1] ?? ''
      expect(said).toMatch(codecs[name]!.codecs)
      if (codecs[name]!.chromium) {
        const known = await page.evaluate(
          (types) => types.map((type) => MediaSource.isTypeSupported(type)),
          said.split(',').map((codec, index) => `${index === 0 ? 'video' : 'audio'}/mp4; codecs="${codec}"`),
        )
        expect(known, said).toEqual([true, true])
      }
      for (const address of mediaUrls(host, name, text)) {
        expect(checkMediaPlaylist(await (await fetch(address)).text()), name).toEqual([])
      }
      const file = join(artifacts, `codecs-${name}.mkv`)
      await recordStream(`${host.http}/live/${name}/index.m3u8`, file, 30)
      const frames = await readFrames(file)
      // A blurred strip of a lossy encoder may be unreadable now and then; every frame is in its place all the same.
      expect(frames, name).toHaveLength(clipFrames)
      expect(frames.filter((frame, index) => frame.code?.frame !== index && frame.code !== undefined)).toEqual([])
      expect(frames.filter((frame) => frame.code === undefined).length, `${name}: unreadable frames`).toBeLessThan(6)
      const beeps = await readBeeps(file)
      const offsets = flashTimes(frames).flatMap((flash) => {
        const beep = beeps.find((time) => Math.abs(time - flash) < 0.5)
        return beep === undefined ? [] : [(beep - flash) * 1000]
      })
      expect(offsets.length, name).toBeGreaterThanOrEqual(9)
      for (const offset of offsets) expect(Math.abs(offset), `${name}: audio against video in ms`).toBeLessThan(40)
    }
    await page.close()
  })

  it('two video tracks of one publisher become two renditions; ModEx offsets and codec changes keep the video whole', async () => {
    const smallTags = readFlv(await baseClip()).filter((tag) => tag.timestampMs < 6000 && tag.type !== 18)
    const largeTags = readFlv(join(artifacts, 'large.flv')).filter((tag) => tag.type === 9)
    const two = await RtmpPublisher.publish(host.rtmpPort, await host.key('two'))
    const changing = await RtmpPublisher.publish(host.rtmpPort, await host.key('changing'))
    const nano = await RtmpPublisher.publish(host.rtmpPort, await host.key('nano'))

    /** Enhanced RTMP v2: the same H.264 frame as track `number` of a multitrack message. */
    const track = (number: number) => (tag: FlvTag) => {
      const key = isKeyframe(tag) || isHeader(tag)
      const packetType = isHeader(tag) ? 0 : 1
      const composition = isHeader(tag) ? Buffer.alloc(0) : tag.body.subarray(2, 5)
      const head = Buffer.from([0x80 | ((key ? 1 : 2) << 4) | 6, packetType, ...Buffer.from('avc1'), number])
      return { ...tag, body: Buffer.concat([head, composition, tag.body.subarray(5)]) }
    }
    /** The same frame with a ModEx prefix of `nanoseconds`. */
    const modified = (tag: FlvTag, nanoseconds: number): FlvTag => {
      if (tag.type !== 9 || isHeader(tag)) return tag
      const first = 0x80 | ((isKeyframe(tag) ? 1 : 2) << 4) | 7
      const head = Buffer.from([first, 2, nanoseconds >> 16, (nanoseconds >> 8) & 255, nanoseconds & 255, 0x01, ...Buffer.from('avc1')])
      return { ...tag, body: Buffer.concat([head, tag.body.subarray(2)]) }
    }
    const sound = smallTags.filter((tag) => tag.type === 8)
    const inOrder = (...lists: FlvTag[][]) =>
      lists.flat().sort((a, b) => a.timestampMs - b.timestampMs || Number(isHeader(b)) - Number(isHeader(a)))
    const nanoTags = smallTags.map((tag) => modified(tag, tag.timestampMs % 2 === 0 ? 333_333 : 666_667))
    try {
      await Promise.all([
        two.play(inOrder(smallTags, largeTags).map((tag) => (tag.type === 8 ? tag : track(largeTags.includes(tag) ? 1 : 0)(tag)))),
        // 640x360, then on the same connection what another encoder made at 1280x720: its headers come first.
        changing.play(
          inOrder(
            smallTags.filter((tag) => tag.timestampMs < 4000),
            largeTags.filter((tag) => isHeader(tag)).map((tag) => ({ ...tag, timestampMs: 4000 })),
            largeTags.filter((tag) => !isHeader(tag) && tag.timestampMs >= 4000),
            sound.filter((tag) => tag.timestampMs >= 4000),
          ),
        ),
        nano.play(nanoTags),
      ])
      const text = await multivariant(host, 'two')
      expect([...text.matchAll(/RESOLUTION=(\d+x\d+)/g)].map((match) => match[1]).sort()).toEqual(['1280x720', '640x360'])
      await Promise.all([two.bye(), changing.bye(), nano.bye()])
      const addresses = mediaUrls(host, 'two', text)
      expect(addresses).toHaveLength(2)
      const sizes: string[] = []
      for (const [index, address] of addresses.entries()) {
        expect(checkMediaPlaylist(await (await fetch(address)).text())).toEqual([])
        const file = join(artifacts, `two-${index}.mkv`)
        await recordStream(address, file, 30)
        expect((await readFrames(file)).map((frame) => frame.code?.frame)).toEqual(wholeClip.slice(0, 180))
        sizes.push((await ffmpeg(['-i', file, '-frames:v', '1', '-f', 'null', '-'])).match(/Video:.*?(\d{3,4}x\d{3,4})/)?.[1] ?? '')
      }
      expect(sizes.sort()).toEqual(['1280x720', '640x360'])

      const changed = await multivariant(host, 'changing')
      const playlist = await (await fetch(mediaUrls(host, 'changing', changed)[0]!)).text()
      expect(checkMediaPlaylist(playlist)).toEqual([])
      expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g), playlist).toHaveLength(1)
      expect(new Set(playlist.match(/#EXT-X-MAP:[^\n]*/g))).toHaveProperty('size', 2)
      const pieces = await filesByMap(mediaUrls(host, 'changing', changed)[0]!, playlist)
      const seen = await Promise.all(pieces.map((piece) => readFrames(piece)))
      expect(seen.flat().map((frame) => frame.code?.frame)).toEqual(wholeClip.slice(0, 180))

      const file = join(artifacts, 'nano.mkv')
      await recordStream(`${host.http}/live/nano/index.m3u8`, file, 30)
      expect((await readFrames(file)).map((frame) => frame.code?.frame)).toEqual(wholeClip.slice(0, 180))
      const nanoStream = (await host.api('GET', '/live/streams/nano')).body
      expect(nanoStream.health!.timestampRepairs).toBe(0)
    } finally {
      for (const publisher of [two, changing, nano]) publisher.break()
    }
  })
})

/** One file for each EXT-X-MAP of a playlist: ffmpeg 5.1 reads the first map of a playlist alone. */
async function filesByMap(address: string, playlist: string): Promise<string[]> {
  const groups: string[][] = []
  for (const line of playlist.split('\n')) {
    const map = line.match(/^#EXT-X-MAP:URI="([^"]+)"/)?.[1]
    if (map) groups.push([map])
    else if (line !== '' && !line.startsWith('#')) groups.at(-1)!.push(line)
  }
  return Promise.all(
    groups.map(async (uris, index) => {
      const file = join(artifacts, `map-${index}.mp4`)
      const bytes = await Promise.all(uris.map(async (uri) => Buffer.from(await (await fetch(new URL(uri, address))).arrayBuffer())))
      writeFileSync(file, Buffer.concat(bytes))
      return file
    }),
  )
}
