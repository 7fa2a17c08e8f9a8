import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot } from './helpers/browser.ts'
import { baseClip, clipFrames, ffmpeg, madeClip } from './helpers/clips.ts'
import { complaintsOf, type DecodedFrame, flashTimes, readBeeps, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const run = promisify(execFile)

const hasMkvinfo = run('mkvinfo', ['--version']).then(
  () => true,
  () => false,
)

async function probe(file: string): Promise<any> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-count_packets', '-show_streams', '-show_format', '-of', 'json', file])
  return JSON.parse(stdout)
}

const rule = {
  enabled: false,
  container: 'mp4',
  splitMinutes: null,
  splitMegabytes: null,
  tracks: [],
  fileName: '{stream}-{date}-{time}-{number}',
}

describe('recording', () => {
  let host: RunningHost
  let clip: string
  let dataDir: string
  const scratch = mkdtempSync(join(tmpdir(), 'ami-recording-'))

  beforeAll(async () => {
    clip = await baseClip()
    dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    host = await startHost({ name: 'recording', dataDir, args: ['--reconnect-window-ms', '1000'] })
  })
  afterAll(async () => {
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(scratch, { recursive: true, force: true })
  })

  async function publish(stream: string, file = clip, loop = false): Promise<Publisher> {
    const publisher = publishFile(file, `${host.rtmp}/${await host.key(stream)}`, { loop })
    await host.until(stream, (state) => state.state === 'active' && state.tracks.length > 0)
    return publisher
  }

  const list = async (stream: string): Promise<any[]> => (await host.api('GET', `/live/recordings?stream=${stream}`)).body.items

  /** Downloads a recording as it is. */
  async function download(id: string, name: string): Promise<string> {
    const file = join(scratch, name)
    const answer = await fetch(`${host.http}/api/v1/live/recordings/${id}/file`)
    expect(answer.status).toBe(200)
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
    return file
  }

  it('records by hand from the newest keyframe, plays while it grows, and is whole when it is stopped', async () => {
    expect((await host.api('POST', '/live/streams/nobody/recording')).status).toBe(404)
    const publisher = await publish('byhand')
    try {
      const started = await host.api('POST', '/live/streams/byhand/recording')
      expect(started.status).toBe(200)
      expect(started.body).toMatchObject({ state: 'recording', by: 'hand', error: null })
      const growing = await until(async () => (await list('byhand')).find((each) => each.bytes > 60_000), 'a file')
      expect(growing.state).toBe('recording')
      const early = await download(growing.id, 'growing.mp4')
      expect(await complaintsOf(early)).toBe('')
      await until(async () => (await list('byhand')).find((each) => each.durationMs > growing.durationMs + 2500), 'some seconds more')
      expect((await host.api('DELETE', '/live/streams/byhand/recording')).body.state).toBe('off')
      expect((await host.api('DELETE', '/live/streams/byhand/recording')).body.code).toBe('recording.off')
      const done = await until(async () => (await list('byhand')).find((each) => each.state === 'complete'), 'the end')
      const file = await download(done.id, 'whole.mp4')
      expect(await complaintsOf(file)).toBe('')
      const facts = await probe(file)
      expect(Number(facts.format.duration) * 1000).toBeGreaterThan(done.durationMs - 120)
      expect(Number(facts.format.duration) * 1000).toBeLessThan(done.durationMs + 120)
      const frames = await readFrames(file)
      expect(frames.length).toBe(Number(facts.streams.find((each: any) => each.codec_type === 'video').nb_read_packets))
      for (const [index, frame] of frames.entries()) expect(frame.code?.frame).toBe(frames[0]!.code!.frame + index)
      const flashes = flashTimes(frames)
      for (const beep of await readBeeps(file)) expect(Math.min(...flashes.map((flash) => Math.abs(flash - beep)))).toBeLessThan(0.045)
    } finally {
      await publisher.stop()
    }
  })

  it.each(['mkv', 'ts', 'mp4'])('records to %s by rule, splits at keyframes, and loses no frame between files', async (container) => {
    const stream = `rule-${container}`
    const publisher = await publish(
      stream,
      await madeClip('bframes-1s.flv', ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-b:v', '2500k', '-c:a', 'copy']),
    )
    try {
      const set = await host.api('PUT', `/live/streams/${stream}/recording-rule`, { ...rule, enabled: true, container, splitMegabytes: 1 })
      expect(set.status).toBe(200)
      await until(async () => (await list(stream)).length >= 3, 'three files')
      const last = await host.api('DELETE', `/live/streams/${stream}/recording`)
      expect(last.status).toBe(200)
      const files = await until(async () => {
        const all = await list(stream)
        return all.every((each) => each.state === 'complete') && all.reverse()
      }, 'their ends')
      expect(files.map((each) => each.number)).toEqual(files.map((_, index) => index + 1))
      let next: number | undefined
      for (const each of files) {
        const file = await download(each.id, `${stream}-${each.number}.${container}`)
        expect(await complaintsOf(file), each.fileName).toBe('')
        if (container === 'mkv' && (await hasMkvinfo)) {
          const { stdout } = await run('mkvinfo', ['-a', file])
          expect(stdout).toContain('Cues')
        }
        const facts = await probe(file)
        expect(facts.streams).toHaveLength(2)
        expect(Math.abs(Number(facts.format.duration) * 1000 - each.durationMs)).toBeLessThan(150)
        const frames = await readFrames(file)
        // A publisher that stops in the middle of a group has sent frames whose predecessors in time had not come yet.
        if (each === files.at(-1)) frames.splice(-3)
        for (const frame of frames) {
          if (next !== undefined) expect(frame.code?.frame).toBe(next)
          next = frame.code!.frame + 1
        }
      }
    } finally {
      await publisher.stop()
    }
  })

  it('rejects what it cannot do, and says so', async () => {
    const bad = await host.api('PUT', '/live/recording-rule', { ...rule, fileName: '{nonsense}' })
    expect([bad.status, bad.body.code]).toEqual([400, 'recording.template_invalid'])
    expect((await host.api('PUT', '/live/recording-rule', { ...rule, container: 'avi' })).status).toBe(400)
    expect((await host.api('GET', '/live/recordings/none/file')).body.code).toBe('recording.not_found')
  })

  it('answers ranges, names downloads, and gives back what was deleted', async () => {
    const [recording] = await list('byhand')
    const address = `${host.http}/api/v1/live/recordings/${recording.id}/file`
    const part = await fetch(address, { headers: { range: 'bytes=4-7' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, `bytes 4-7/${recording.bytes}`, 'ftyp'])
    const head = await fetch(`${address}?download=true`, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(recording.bytes))
    expect(head.headers.get('content-disposition')).toContain(recording.fileName)
    expect((await fetch(address, { headers: { range: `bytes=${recording.bytes}-` } })).status).toBe(416)
    expect((await host.api('DELETE', `/live/recordings/${recording.id}`)).status).toBe(204)
    expect(await list('byhand')).toEqual([])
    expect((await host.api('POST', `/live/recordings/${recording.id}/restore`)).body.deletedAt).toBeNull()
    expect(await list('byhand')).toHaveLength(1)
  })

  it('survives the host’s death with less than a second lost', async () => {
    const publisher = await publish('killed', clip, true)
    await host.api('POST', '/live/streams/killed/recording')
    const seen = join(scratch, 'seen.mkv')
    const seeing = ffmpeg(['-i', `${host.http}/live/killed.flv`, '-c', 'copy', seen]).catch(() => undefined)
    await until(async () => (await list('killed')).find((each) => each.durationMs > 4000), 'some seconds')
    await host.kill('SIGKILL')
    await Promise.all([publisher.stop(), seeing])
    host = await startHost({ name: 'recording', dataDir, args: ['--reconnect-window-ms', '1000'] })
    const recovered = await until(async () => (await list('killed')).find((each) => each.state === 'recovered'), 'recovery')
    const file = await download(recovered.id, 'killed.mp4')
    expect(await complaintsOf(file)).toBe('')
    const frames = await readFrames(file)
    expect(Math.abs(frames.length * (1000 / 30) - recovered.durationMs)).toBeLessThan(150)
    // The last frame that a viewer got from this host, and the last that was kept: the clip of twelve seconds starts again and again.
    const last = (all: readonly DecodedFrame[]) => all.findLast(({ code }) => code !== undefined)!.code!.frame
    const lost = (last(await readFrames(seen)) - last(frames) + 1.5 * clipFrames) % clipFrames
    expect(lost - clipFrames / 2, 'pictures that are lost').toBeLessThan(30)
    expect(readdirSync(join(dataDir, 'recordings', 'killed'))).toHaveLength(1)
  })

  it('makes a thumbnail and scrubbing images of what is live and of what was recorded', async () => {
    const recorded = await until(async () => (await list('rule-mp4')).find((each) => each.spritesUrl !== null), 'the pictures')
    const track = await (await fetch(`${host.http}${recorded.spritesUrl}`)).text()
    expect(track).toMatch(/^WEBVTT\n\nNOTE origin=file\n\n00:00:00\.000 --> 00:00:0\d\.\d{3}\nsprites\.jpg#xywh=0,0,160,90\n/)
    const poster = join(scratch, 'poster.jpg')
    writeFileSync(poster, Buffer.from(await (await fetch(`${host.http}${recorded.thumbnailUrl}`)).arrayBuffer()))
    expect((await readFrames(poster))[0]?.code).toBeDefined()
    const publisher = await publish('pictured')
    try {
      const answer = await until(async () => {
        const reply = await fetch(`${host.http}/live/pictured/thumbnail.jpg`)
        return reply.status === 200 && reply
      }, 'a thumbnail')
      expect(answer.headers.get('content-type')).toBe('image/jpeg')
      const sprites = await until(async () => {
        const text = await (await fetch(`${host.http}/live/pictured/sprites.vtt`)).text()
        return text.includes('#xywh=0,0,160,90') && text
      }, 'a sprite')
      expect(sprites).toMatch(/NOTE epoch=\S+ originTimeMs=[\d.]+ origin=\d{4}-/)
      const sheet = await fetch(`${host.http}/live/pictured/${/sprites-\S+\.jpg/.exec(sprites)?.[0]}`)
      expect([sheet.status, sheet.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    } finally {
      await publisher.stop()
    }
  })

  it('lets the oldest go when there is too much, never the running one nor one that is kept', async () => {
    const before = (await host.api('GET', '/live/recordings')).body.items as any[]
    const oldest = before.at(-1)
    const second = before.at(-2)
    await host.api('PATCH', `/live/recordings/${oldest.id}`, { kept: true })
    const publisher = await publish('retained')
    try {
      await host.api('POST', '/live/streams/retained/recording')
      await until(async () => (await list('retained')).find((each) => each.bytes > 0), 'a file')
      const retention = { maxAgeDays: null, maxTotalMegabytes: 1, minFreeMegabytes: 0 }
      expect((await host.api('PUT', '/live/recording-retention', retention)).status).toBe(200)
      const left = (await host.api('GET', '/live/recordings')).body.items as any[]
      expect(left.map((each) => each.id)).toContain(oldest.id)
      expect(left.map((each) => each.id)).not.toContain(second.id)
      expect(left.find((each) => each.stream === 'retained')?.state).toBe('recording')
      expect((await host.api('GET', `/live/recordings/${second.id}`)).status).toBe(404)
      await host.api('PUT', '/live/recording-retention', { ...retention, maxTotalMegabytes: null })
    } finally {
      await publisher.stop()
    }
  })

  it('is started, watched, played, renamed, deleted and had back in the page', async () => {
    const browser = await launchBrowser()
    const publisher = await publish('page', clip, true)
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
      const problems = complaints(page)
      await page.goto(`${host.http}/live/page/recording`)
      await page.getByTestId('record').click()
      await page.locator('[data-testid="recording-status"][data-state="recording"]').waitFor()
      const row = page.getByTestId('recording-row')
      await row.waitFor()
      await page.waitForFunction(() => document.querySelector('[data-testid="recording-duration"]')?.textContent?.match(/0:0[3-9]/))
      await page.getByTestId('record').click()
      await page.locator('[data-testid="recording-row"][data-state="complete"]').waitFor()
      await page.locator('[data-testid="recording-play"] img').waitFor()
      await screenshot(page, 'recording-tab')
      await page.getByTestId('recording-play').click()
      const video = page.getByTestId('recording-video')
      await video.waitFor()
      await page.waitForFunction(() => (document.querySelector('[data-testid="recording-video"]') as HTMLVideoElement).currentTime > 0.5)
      await screenshot(page, 'recording-player')
      const length = await video.evaluate((element) => (element as HTMLVideoElement).duration)
      const [recording] = await list('page')
      expect(Math.abs(length * 1000 - recording.durationMs)).toBeLessThan(150)
      await video.evaluate((element, at) => {
        ;(element as HTMLVideoElement).currentTime = at
      }, length - 1)
      await page.waitForFunction(
        (at) => (document.querySelector('[data-testid="recording-video"]') as HTMLVideoElement).currentTime > at,
        length - 0.9,
      )
      await page.getByTestId('recording-close').click()
      await page.getByTestId('recording-title').fill('The first one')
      await page.keyboard.press('Enter')
      await until(async () => (await list('page'))[0]?.title === 'The first one', 'the title')
      await page.getByTestId('nav-library').click()
      await page.getByTestId('retention-maxAgeDays').waitFor()
      await screenshot(page, 'recordings')
      await page.locator(`[data-recording="recording-${recording.id}"]`).getByTestId('recording-delete').click()
      await page.locator(`[data-recording="recording-${recording.id}"]`).waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Undo' }).last().click()
      await page.locator(`[data-recording="recording-${recording.id}"]`).waitFor()
      expect(problems).toEqual([])
    } finally {
      await publisher.stop()
      await browser.close()
    }
  })
})

describe('recording to a disk that fills', () => {
  it('waits with a clear reason while the stream goes on, and records again when there is space', async (context) => {
    const data = mkdtempSync(join(tmpdir(), 'ami-recording-full-'))
    const small = join(data, 'recordings')
    mkdirSync(small)
    if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]).status !== 0) {
      rmSync(data, { recursive: true })
      skipBecause(context, 'this user may not mount a small file system')
    }
    context.onTestFinished(() => {
      spawnSync('umount', ['-l', small])
      rmSync(data, { recursive: true, force: true })
    })
    const host = await startHost({ name: 'recording-full', dataDir: data })
    const publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('cam')}`, { loop: true })
    const state = async (): Promise<any> => (await host.api('GET', '/live/streams/cam/recording')).body
    const waitFor = async (wanted: string): Promise<any> => {
      for (let attempt = 0; attempt < 900; attempt++) {
        const now = await state()
        if (now.state === wanted) return now
        await sleep(100)
      }
      throw new Error(`recording stays ${JSON.stringify(await state())}`)
    }
    try {
      await host.api('PUT', '/live/recording-retention', { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 })
      await host.until('cam', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const filler = join(small, 'filler')
      writeFileSync(filler, Buffer.alloc(1_500_000))
      await host.api('POST', '/live/streams/cam/recording')
      const waiting = await waitFor('waiting')
      expect(waiting.error.code).toBe('recording.disk_full')
      expect((await host.api('GET', '/health')).body).toMatchObject({ status: 'degraded', problems: [{ code: 'recording.disk_full' }] })
      expect((await host.api('GET', '/live/streams/cam')).body).toMatchObject({ state: 'active', reconnecting: false })
      const cut = (await host.api('GET', '/live/recordings?stream=cam')).body.items[0]!
      expect(cut.error!.code).toBe('recording.disk_full')
      expect(await complaintsOf(join(small, 'cam', cut.fileName))).toBe('')
      spawnSync('mount', ['-o', 'remount,size=40m', small])
      rmSync(filler)
      await waitFor('recording')
      expect((await host.api('GET', '/health')).body).toMatchObject({ status: 'ok', problems: [] })
    } finally {
      await publisher.stop()
      await host.stop()
    }
  })
})
