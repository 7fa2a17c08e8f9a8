import { createWriteStream } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { frameNumbers, readFrames, recordStream } from './helpers/decode.ts'
import { isHeader, isKeyframe, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'

let host: RunningHost
let publisher: Publisher

beforeAll(async () => {
  host = await startHost({ name: 'http-flv' })
  publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('show')}`, { loop: true })
  await host.until('show', (stream) => stream.state === 'active' && stream.tracks.length === 2)
})

afterAll(async () => {
  await publisher?.stop()
  await host?.stop()
})

async function sessions(): Promise<any[]> {
  const { body } = await host.api('GET', '/live/streams/show/sessions')
  return body.items
}

describe('HTTP-FLV', () => {
  it('plays in ffmpeg without a frame missing', async () => {
    const file = join(artifacts, 'http-flv.mkv')
    await recordStream(`${host.http}/live/show.flv`, file, 3)
    const frames = frameNumbers(await readFrames(file))
    expect(frames.length).toBeGreaterThan(40)
    for (let index = 1; index < frames.length; index++) {
      const step = (frames[index] as number) - (frames[index - 1] as number)
      // The clip starts again every twelve seconds.
      expect(step === 1 || step < 0).toBe(true)
    }
  })

  it('is chunked, open to other origins, starts with headers and a keyframe, and counts its viewer', async () => {
    const file = join(artifacts, 'http-flv.flv')
    const response = await new Promise<IncomingMessage>((resolve, reject) => get(`${host.http}/live/show.flv`, resolve).on('error', reject))
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'video/x-flv',
      'transfer-encoding': 'chunked',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    })
    const out = createWriteStream(file)
    response.pipe(out)
    await expect.poll(() => out.bytesWritten, { timeout: 30_000 }).toBeGreaterThan(100_000)
    expect((await sessions()).map(({ protocol }) => protocol)).toEqual(['http-flv'])
    response.destroy()
    await expect.poll(async () => (await sessions()).length, { timeout: 30_000 }).toBe(0)
    out.end()
    await new Promise<void>((resolve) => out.once('close', () => resolve()))
    const tags = readFlv(file)
    expect(tags[0]?.type).toBe(18)
    const media = tags.filter(({ type }) => type !== 18)
    expect(media.slice(0, 2).every(isHeader)).toBe(true)
    const first = media.find((tag) => tag.type === 9 && !isHeader(tag))
    expect(first !== undefined && isKeyframe(first)).toBe(true)
    const times = tags.filter(({ type }) => type === 9).map(({ timestampMs }) => timestampMs)
    expect(times.slice(1).every((time, index) => index === 0 || time >= (times[index] as number))).toBe(true)
  })

  it('answers what it cannot play, and HEAD and OPTIONS', async () => {
    const missing = await fetch(`${host.http}/live/none.flv`)
    expect([missing.status, ((await missing.json()) as any).code]).toEqual([404, 'stream.not_found'])
    const head = await fetch(`${host.http}/live/show.flv`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'video/x-flv'])
    expect((await fetch(`${host.http}/live/show.flv`, { method: 'OPTIONS' })).status).toBe(204)
    expect((await fetch(`${host.http}/live/show.flv`, { method: 'POST' })).status).toBe(405)
  })

  it('is not delayed by a viewer that never reads, and ends with the stream', async () => {
    const deaf = connect(host.httpPort, '127.0.0.1', () => deaf.write('GET /live/show.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))
    deaf.pause()
    const response = await fetch(`${host.http}/live/show.flv`)
    let bytes = 0
    const reading = (async () => {
      for await (const chunk of response.body as any) bytes += chunk.length
    })()
    await expect.poll(() => bytes, { timeout: 30_000 }).toBeGreaterThan(50_000)
    const before = bytes
    await expect.poll(() => bytes, { timeout: 30_000 }).toBeGreaterThan(before + 50_000)
    await host.api('POST', '/live/streams/show/end')
    await reading
    deaf.destroy()
    expect((await fetch(`${host.http}/live/show.flv`)).status).toBe(404)
  })
})
