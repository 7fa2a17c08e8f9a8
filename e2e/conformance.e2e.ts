import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { join } from 'node:path'
import mpdParser from 'mpd-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip, madeClip } from './helpers/clips.ts'
import { isHeader, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { parserComplaints } from './helpers/playlist-parsers.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { until } from './helpers/until.ts'
import { checkDelta, checkMediaPlaylist, checkMultivariant, nextPart, readMediaPlaylist } from './playlist-rules.ts'

interface Load {
  readonly full: string
  readonly delta: string
  readonly waitedMs: number
}

/** The boxes of an ISO media file, children of containers flattened as `moof/traf/tfdt`. */
function boxes(bytes: Buffer, from = 0, to = bytes.length, path = ''): { path: string; start: number; end: number }[] {
  const found: { path: string; start: number; end: number }[] = []
  for (let at = from; at < to; ) {
    const end = at + bytes.readUInt32BE(at)
    const name = path + bytes.toString('latin1', at + 4, at + 8)
    if (end <= at + 7 || end > to) throw new Error(`the box ${name} at ${at} is ${end - at} bytes long, of ${to - at}`)
    found.push({ path: name, start: at + 8, end })
    if (/^(moof|moof\/traf)$/.test(name)) found.push(...boxes(bytes, at + 8, end, `${name}/`))
    at = end
  }
  return found
}

/** Decoding time and length of each chunk (moof) of a segment, in ticks (ISO/IEC 14496-12, 8.8.7, 8.8.8, 8.8.12). */
function chunks(bytes: Buffer): { time: number; ticks: number; samples: number }[] {
  const all: { time: number; ticks: number; samples: number }[] = []
  let fallback = 0
  for (const { path, start } of boxes(bytes)) {
    if (path === 'moof/traf/tfhd') {
      const flags = bytes.readUInt32BE(start) & 0xffffff
      const at = start + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0)
      fallback = flags & 8 ? bytes.readUInt32BE(at) : 0
    } else if (path === 'moof/traf/tfdt') {
      all.push({ time: Number(bytes.readBigUInt64BE(start + 4)), ticks: 0, samples: 0 })
    } else if (path === 'moof/traf/trun') {
      const flags = bytes.readUInt32BE(start) & 0xffffff
      const count = bytes.readUInt32BE(start + 4)
      const width = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
      let at = start + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0)
      const chunk = all.at(-1)!
      chunk.samples = count
      for (let sample = 0; sample < count; sample++, at += width) chunk.ticks += flags & 0x100 ? bytes.readUInt32BE(at) : fallback
    }
  }
  return all
}

describe('what is delivered keeps the rules of HLS, DASH and HTTP', () => {
  let host: RunningHost
  let publisher: Publisher
  let jittery: RtmpPublisher

  beforeAll(async () => {
    const clip = await baseClip()
    const fine = await madeClip('gop-1s.flv', [
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-bf',
      '2',
      '-g',
      '30',
      '-b:v',
      '400k',
      '-c:a',
      'copy',
    ])
    host = await startHost({ name: 'conformance', args: ['--window-ms', '20000'] })
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('steady')}`, { loop: true })
    jittery = await RtmpPublisher.publish(host.rtmpPort, await host.key('jittery'))
    // Times that tremble by up to 8 ms, arriving in bursts.
    let seed = 1
    const tremble = (): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % 9
    }
    const tags = readFlv(fine)
    const twice = [
      ...tags,
      ...tags.filter((tag) => tag.type !== 18 && !isHeader(tag)).map((tag) => ({ ...tag, timestampMs: tag.timestampMs + 12_000 })),
    ]
    void jittery.play(
      twice.map((tag) => ({ ...tag, timestampMs: Math.floor(tag.timestampMs / 120) * 120, sent: tag.timestampMs })),
      { at: (tag) => (tag as unknown as { sent: number }).sent + tremble() },
    )
    await host.until('steady', (stream) => stream.tracks.length === 2)
    await host.until('jittery', (stream) => stream.tracks.length === 2)
  })
  afterAll(async () => {
    jittery?.break()
    await publisher?.stop()
    await host?.stop()
  })

  async function text(url: string): Promise<string> {
    const answer = await fetch(url)
    if (answer.status !== 200) throw new Error(`${answer.status} ${url}`)
    return answer.text()
  }

  async function mediaUrls(name: string): Promise<string[]> {
    const address = `${host.http}/live/${name}/index.m3u8`
    const multivariant = await text(address)
    expect(checkMultivariant(multivariant)).toEqual([])
    return [...multivariant.matchAll(/^([^#\n]+)$|URI="([^"]+)"/gm)].map((match) => new URL((match[1] ?? match[2])!, address).href)
  }

  it('playlists keep every rule at each of many blocked reloads, in full and as delta updates', async () => {
    const addresses = [...(await mediaUrls('steady')), ...(await mediaUrls('jittery'))]
    expect(addresses).toHaveLength(4)
    await Promise.all(
      addresses.map(async (address) => {
        const loads: Load[] = []
        let next = nextPart(readMediaPlaylist(await text(address)))
        const end = performance.now() + 90_000
        const whole = () => loads.length > 15 && loads.some((load) => readMediaPlaylist(load.delta).skipped > 0)
        while (!whole() && performance.now() < end) {
          const { sequence, part } = next
          const from = performance.now()
          const query = `?_HLS_msn=${sequence}&_HLS_part=${part}`
          const [full, delta] = await Promise.all([text(`${address}${query}`), text(`${address}${query}&_HLS_skip=YES`)])
          loads.push({ full, delta, waitedMs: performance.now() - from })
          const playlist = readMediaPlaylist(full)
          // What was asked for is there: the part itself, or where the segment ended without it, the next segment.
          const newest = playlist.segments.at(-1)!
          const has = newest.sequence > sequence || (newest.sequence === sequence && newest.parts.length > part)
          expect(has, `${address} answers ${query}`).toBe(true)
          next = nextPart(playlist)
        }
        expect(loads.length).toBeGreaterThan(15)
        expect(Math.max(...loads.map((load) => load.waitedMs)), 'reloads really block').toBeGreaterThan(100)
        const complaints = new Set<string>()
        for (const [index, load] of loads.entries()) {
          for (const complaint of checkMediaPlaylist(load.full, loads[index - 1]?.full)) complaints.add(complaint)
          if (readMediaPlaylist(load.delta).hint === readMediaPlaylist(load.full).hint)
            for (const complaint of checkDelta(load.delta, load.full)) complaints.add(complaint)
          if (index % 5 === 0) for (const complaint of parserComplaints(load.full)) complaints.add(complaint)
        }
        expect([...complaints], address).toEqual([])
        expect(
          loads.some((load) => readMediaPlaylist(load.delta).skipped > 0),
          'delta updates',
        ).toBe(true)
      }),
    )
  })

  it('a segment is its parts, times go on without a hole, lengths are what the playlist says, and ffprobe has no warning', async () => {
    for (const name of ['steady', 'jittery']) {
      for (const address of await mediaUrls(name)) {
        const playlist = readMediaPlaylist(await text(address))
        const bytes = async (uri: string): Promise<Buffer> => {
          const answer = await fetch(new URL(uri, address))
          expect(answer.status, uri).toBe(200)
          return Buffer.from(await answer.arrayBuffer())
        }
        const timescale = await bytes(playlist.segments[0]!.map!).then((init) => init.readUInt32BE(init.indexOf('mdhd') + 4 + 12))
        const whole = playlist.segments.filter((segment) => segment.uri !== undefined).slice(-9)
        const media: Buffer[] = [await bytes(whole[0]!.map!)]
        let nextTicks: number | undefined
        for (const segment of whole) {
          const data = await bytes(segment.uri!)
          media.push(data)
          if (segment.parts.length > 0) {
            const parts = await Promise.all(segment.parts.map((part) => bytes(part.uri)))
            expect(Buffer.concat(parts).equals(data), `${segment.uri} is its parts`).toBe(true)
          }
          let ticks = 0
          for (const chunk of chunks(data)) {
            if (nextTicks !== undefined) expect(chunk.time, `${name} ${segment.uri}`).toBe(nextTicks)
            nextTicks = chunk.time + chunk.ticks
            ticks += chunk.ticks
          }
          expect(Math.abs(ticks / timescale - segment.durationS!), `${segment.uri} lasts as long as it says`).toBeLessThan(0.002)
        }
        const file = join(artifacts, `conformance-${name}.mp4`)
        writeFileSync(file, Buffer.concat(media))
        const probe = spawnSync('ffprobe', ['-v', 'warning', '-count_packets', '-show_streams', file], { encoding: 'utf8' })
        expect(probe.stderr).toBe('')
        expect(probe.status).toBe(0)
      }
    }
  })

  it('the manifest is well-formed and read alike by mpd-parser, and each of its segments is there', async () => {
    const address = `${host.http}/live/steady/manifest.mpd`
    const first = await text(address)
    const second = await until(async () => {
      const next = await text(address)
      return next !== first && next
    }, 'another manifest')
    for (const manifest of [first, second]) {
      const xml = spawnSync('xmllint', ['--noout', '-'], { input: manifest, encoding: 'utf8' })
      if (xml.error === undefined) expect(xml.stderr).toBe('')
      const said: string[] = []
      const parsed = mpdParser.parse(manifest, { manifestUri: address, eventHandler: ({ message }) => said.push(message) })
      expect(said).toEqual([])
      expect(parsed.playlists.length).toBeGreaterThan(0)
      for (const segment of parsed.playlists[0]!.segments.slice(-6)) {
        const answer = await fetch(segment.resolvedUri, { method: 'HEAD' })
        expect(answer.status, segment.resolvedUri).toBe(200)
      }
    }
    const start = (manifest: string): string | undefined => manifest.match(/availabilityStartTime="[^"]+"/)?.[0]
    expect(start(second)).toBe(start(first))
  })

  it('answers carry the headers that caches, players and pages need', async () => {
    const [address] = (await mediaUrls('steady')) as [string]
    const origin = { origin: 'https://elsewhere.example' }
    const multivariant = await fetch(`${host.http}/live/steady/index.m3u8`, { headers: origin })
    expect(multivariant.headers.get('access-control-allow-origin')).toBe('*')
    expect(multivariant.headers.get('content-type')).toMatch(/^application\/(vnd\.apple\.mpegurl|x-mpegurl)/i)
    expect(multivariant.headers.get('cache-control')).toMatch(/max-age=60/)
    const playlist = await fetch(address, { headers: origin })
    expect(Number(playlist.headers.get('cache-control')?.match(/(?<![s-])max-age=(\d+)/)?.[1] ?? 0)).toBeLessThanOrEqual(1)
    const uri = readMediaPlaylist(await playlist.text()).segments.findLast((segment) => segment.uri !== undefined)!.uri!
    const segment = new URL(uri, address).href
    const whole = await fetch(segment, { headers: origin })
    const bytes = Buffer.from(await whole.arrayBuffer())
    expect(whole.headers.get('cache-control')).toBe('public, max-age=600, immutable')
    expect(whole.headers.get('access-control-allow-origin')).toBe('*')
    expect(whole.headers.get('accept-ranges')).toBe('bytes')
    expect(whole.headers.get('content-type')).toMatch(/^(video|audio)\/mp4/)
    const etag = whole.headers.get('etag')!
    expect((await fetch(segment, { headers: { 'if-none-match': etag } })).status).toBe(304)
    const head = await fetch(segment, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(bytes.length))
    const part = await fetch(segment, { headers: { range: 'bytes=100-299' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 100-299/${bytes.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 300))).toBe(true)
    const tail = await fetch(segment, { headers: { range: 'bytes=-50' } })
    expect(Buffer.from(await tail.arrayBuffer()).equals(bytes.subarray(-50))).toBe(true)
    const beyond = await fetch(segment, { headers: { range: `bytes=${bytes.length}-` } })
    expect(beyond.status).toBe(416)
    expect(beyond.headers.get('content-range')).toBe(`bytes */${bytes.length}`)
    const asked = await fetch(segment, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' },
    })
    expect(asked.status).toBeLessThan(300)
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('HTTP/2 over TLS delivers the same bytes, many blocked reloads on one connection', async () => {
    const [address] = (await mediaUrls('steady')) as [string]
    const playlist = readMediaPlaylist(await text(address))
    const session = connectHttp2(String(host.ready.httpsUrl), { rejectUnauthorized: false })
    const get = (path: string): Promise<{ status: number; body: Buffer }> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path })
        const pieces: Buffer[] = []
        let status = 0
        stream.on('response', (headers) => {
          status = Number(headers[':status'])
        })
        stream.on('data', (piece: Buffer) => pieces.push(piece))
        stream.on('end', () => resolve({ status, body: Buffer.concat(pieces) }))
        stream.on('error', reject)
      })
    try {
      const { pathname } = new URL(address)
      const { sequence, part } = nextPart(playlist)
      const reloads = await Promise.all(Array.from({ length: 20 }, () => get(`${pathname}?_HLS_msn=${sequence}&_HLS_part=${part}`)))
      expect(reloads.map((reload) => reload.status)).toEqual(Array.from({ length: 20 }, () => 200))
      for (const reload of reloads) expect(checkMediaPlaylist(reload.body.toString())).toEqual([])
      const uri = playlist.segments.findLast((segment) => segment.uri !== undefined)!.uri!
      const one = await fetch(new URL(uri, address)).then(async (answer) => Buffer.from(await answer.arrayBuffer()))
      expect((await get(new URL(uri, address).pathname)).body.equals(one)).toBe(true)
    } finally {
      session.destroy()
    }
  })

  it('a CDN prefix is put before every media URL, while the host still answers them itself', async () => {
    const cdn = 'https://cdn.example'
    expect((await host.api('PATCH', '/settings', { cdnPrefix: cdn })).status).toBe(200)
    try {
      const multivariant = await text(`${host.http}/live/steady/index.m3u8`)
      const addresses = [...multivariant.matchAll(/^([^#\n]+)$|URI="([^"]+)"/gm)].map((match) => (match[1] ?? match[2])!)
      for (const address of addresses) expect(address).toMatch(/^https:\/\/cdn\.example\/live\/steady\//)
      const local = addresses.map((address) => address.replace(cdn, host.http))
      for (const address of local) {
        const playlist = await text(address)
        const uris = [...playlist.matchAll(/^([^#\n]+)$|^#EXT-X-(?:MAP|PART|PRELOAD-HINT):.*URI="([^"]+)"/gm)].map(
          (match) => (match[1] ?? match[2])!,
        )
        expect(uris.length).toBeGreaterThan(3)
        for (const uri of uris) expect(uri).toMatch(/^https:\/\/cdn\.example\/live\/steady\//)
      }
      const manifest = await text(`${host.http}/live/steady/manifest.mpd`)
      for (const [, uri] of manifest.matchAll(/(?:initialization|media)="([^"]+)"/g)) expect(uri).toMatch(/^https:\/\/cdn\.example\//)
    } finally {
      await host.api('PATCH', '/settings', { cdnPrefix: '' })
    }
  })

  it('health tells what the publisher really sends', async () => {
    // What arrives a second is a matter of the machine too: it is looked at until it is as sent.
    const stream = await until(async () => {
      const { body } = await host.api('GET', '/live/streams/steady')
      const { samples } = (await host.api('GET', `/live/streams/${body.id}/health`)).body
      const recent = samples.slice(-8)
      const mean = (field: string): number => recent.reduce((sum: number, sample: any) => sum + sample[field], 0) / recent.length
      const [video, audio] = [mean('videoBitrateKbps'), mean('audioBitrateKbps')]
      const asSent = Math.abs(mean('frameRate') - 30) < 2 && video > 400 && video < 1000 && Math.abs(audio - 128) < 45
      return asSent && Math.abs(recent.at(-1)!.avOffsetMs!) < 60 && body
    }, 'eight seconds of what is sent')
    expect(stream.health!.keyframeIntervalMs).toBe(2000)
    expect(stream.health!.droppedFrames).toBe(0)
    expect(stream.health!.faults).toBe(0)

    // Every tenth frame of this one never left its encoder.
    const gaps = await RtmpPublisher.publish(host.rtmpPort, await host.key('gaps'))
    let pictures = 0
    const tags = readFlv(await baseClip()).filter(
      (tag) => tag.timestampMs < 4000 && (tag.type !== 9 || pictures++ < 2 || pictures % 10 !== 0),
    )
    await gaps.play(tags)
    const { health } = await host.until('gaps', (each) => (each.health?.droppedFrames ?? 0) >= 10)
    expect(health!.droppedFrames).toBeLessThanOrEqual(14)
    await gaps.bye()
  })
})
