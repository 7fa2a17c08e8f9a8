import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchBrowser, untilPlayer } from './helpers/browser.ts'
import { madeClip } from './helpers/clips.ts'
import { complaintsOf, frameNumbers, readFrames, recordFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { hasNginxRtmp, startNginxRtmp } from './helpers/relay-targets.ts'
import { live, openShow, type Show, showOf } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const run = promisify(execFile)

interface Probed {
  readonly durationMs: number
  readonly names: readonly string[]
  readonly chapters: readonly { readonly name: string; readonly atMs: number }[]
}

async function probe(file: string): Promise<Probed> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-show_chapters', '-of', 'json', file])
  const { streams, format, chapters } = JSON.parse(stdout)
  return {
    durationMs: Number(format.duration) * 1000,
    names: streams.map(({ tags }: any) => tags?.handler_name ?? tags?.title),
    chapters: chapters.map(({ tags, start_time }: any) => ({ name: tags.title, atMs: Math.round(Number(start_time) * 1000) })),
  }
}

/** Where the last packet of any track starts, ms: a file that was cut off has no length of its own. */
async function endOf(file: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file])
  return Math.max(...stdout.split('\n').map((line) => Number.parseFloat(line) || 0)) * 1000
}

/** When the packets of an audio track start, s. */
async function packetTimes(file: string, track: number): Promise<number[]> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    `a:${track}`,
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    file,
  ])
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]))
}

/** Frame numbers of the test card in a file, in order. */
async function numbersOf(file: string): Promise<number[]> {
  return frameNumbers(await readFrames(file))
}

/** Where a film that plays without end would have started, ms of this process: the same for as long as it plays on. */
async function filmBegan(host: RunningHost, afterMs: number): Promise<number> {
  let report: any
  let known: number | undefined
  // It tells its place each second: a place that is new is that of now.
  return until(
    async () => {
      report = (await host.api('GET', '/studio/sources/film')).body.item?.report
      const positionMs: number | undefined = report?.state === 'running' ? report.details.positionMs : undefined
      const isNew = known !== undefined && positionMs !== undefined && positionMs !== known && positionMs > afterMs
      known = positionMs ?? known
      return isNew && performance.now() - positionMs
    },
    () => `the film tells ${JSON.stringify(report)}`,
  )
}

const twoTracks = { audio: [{ track: 1 }, { track: 2 }] }

describe("the studio's recordings", () => {
  let host: RunningHost
  let show: Show
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-studio-'))

  const open = async (): Promise<void> => {
    host = await startHost({ name: 'studio-recording', dataDir })
    show = await openShow(host)
  }
  const files = async (output: string): Promise<any[]> => {
    const { body } = await host.api('GET', `/studio/files?output=${output}`)
    return body.items.toReversed()
  }
  const recorded = (id: string, ms: number): Promise<any> => show.until(id, ({ statistics }) => statistics.durationMs >= ms)
  /** Waits until this much more is recorded. */
  const more = async (id: string, ms: number): Promise<any> => recorded(id, (await show.report(id)).statistics.durationMs + ms)

  beforeAll(open, 90_000)
  afterAll(async () => {
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('name their tracks, mark chapters where scenes change to the frame, leave out pauses, and split without a frame lost', async () => {
    const settings = { name: '{canvas} {scene} {part}', chapters: 'scenes' }
    await show.add('mp4', 'recording', settings, twoTracks)
    await show.add('mkv', 'recording', { ...settings, container: 'mkv', folder: 'kept' }, twoTracks)
    const paused = ['mp4', 'paused-mkv']
    await show.add('paused-mkv', 'recording', { name: 'paused', container: 'mkv' }, twoTracks)
    await Promise.all([...paused, 'mkv'].map((id) => show.start(id)))
    await Promise.all([...paused, 'mkv'].map((id) => recorded(id, 2000)))
    const frame = await show.switchTo('game')
    await more('mp4', 500)
    await show.command('mp4', 'chapter', { name: 'A goal' })
    await Promise.all(paused.map((id) => show.command(id, 'pause')))
    await show.until('mp4', ({ state }) => state === 'paused')
    await more('mkv', 1200)
    await Promise.all(paused.map((id) => show.command(id, 'resume')))
    await show.until('mp4', live)
    await Promise.all(paused.map((id) => more(id, 1200)))
    await show.command('mp4', 'split')
    await show.until('mp4', ({ statistics }) => statistics.parts === 2)
    await more('mp4', 1500)
    await Promise.all([...paused, 'mkv'].map((id) => show.stop(id)))

    const [first, second] = await files('mp4')
    // Audio goes on with the sample after the last one, whatever the container counts in.
    for (const id of paused) {
      const [{ path }] = await files(id)
      for (const sound of [0, 1]) {
        const times = await packetTimes(path, sound)
        const late = times.map((time, index) => time - times[0]! - (index * 1024) / 48_000)
        expect(times.length).toBeGreaterThan(100)
        expect(Math.max(...late.map(Math.abs)), `${id}, track ${sound + 1}`).toBeLessThan(0.0015)
      }
    }
    const [mkv] = await files('mkv')
    expect([first.state, second.state, mkv.state]).toEqual(['complete', 'complete', 'complete'])
    expect([first, second, mkv].map(({ path }) => path.slice(dataDir.length + 1))).toEqual([
      'studio/recordings/Main_Welcome_001.mp4',
      'studio/recordings/Main_Game_002.mp4',
      'studio/recordings/kept/Main_Welcome_001.mkv',
    ])
    for (const { path } of [first, second, mkv]) expect(await complaintsOf(path)).toBe('')
    const [mp4File, mkvFile] = [await probe(first.path), await probe(mkv.path)]
    expect(mp4File.names).toEqual(['Main', 'Track 1', 'Track 2'])
    expect(mkvFile.names).toEqual(['Main', 'Track 1', 'Track 2'])
    expect(mp4File.chapters.map(({ name }) => name)).toEqual(['Welcome', 'Game', 'A goal'])
    expect(mkvFile.chapters.map(({ name }) => name)).toEqual(['Welcome', 'Game'])
    expect(first.chapters).toEqual(mp4File.chapters.map(({ name, atMs }) => ({ atMs, name })))
    // The last frames may be left out where the machine is busy.
    expect(Math.abs(mp4File.durationMs - first.durationMs)).toBeLessThan(200)
    // Both have what one encoder made, and only one was paused: that is one hole in it, and nothing else is missing, not over the split either.
    const frames = (await readFrames(first.path)).filter(({ code }) => code !== undefined)
    const [before, after] = [frames.map(({ code }) => code!.frame), await numbersOf(second.path)]
    const mine = new Set([...before, ...after])
    const whole = new Set(await numbersOf(mkv.path))
    // They may have started at different keyframes.
    const began = Math.max(before[0]!, ...[...whole].slice(0, 1))
    expect([...mine].filter((number) => number >= began && !whole.has(number))).toEqual([])
    const theirs = [...whole].filter((number) => number >= began && number <= after.at(-1)!)
    const missing = theirs.filter((number) => !mine.has(number))
    expect(missing).toEqual(theirs.slice(theirs.indexOf(missing[0]!)).slice(0, missing.length))
    expect(missing.length).toBeGreaterThan(5)
    // Times go on over it.
    const resumed = frames.findIndex(({ code }) => code!.frame > missing[0]!)
    const lost = before[resumed]! - before[resumed - 1]! - (frames[resumed]!.time - frames[resumed - 1]!.time) * 30
    expect(lost).toBeGreaterThan(20)
    expect(after.length).toBeGreaterThan(10)
    expect(frame).toBeGreaterThan(60)
  })

  it('hold a replay, which is saved in under a second while a recording runs, from a keyframe on', async () => {
    await show.add('replay', 'replay', { seconds: 5 }, twoTracks)
    await show.add('beside', 'recording', { name: 'beside' })
    await Promise.all([show.start('replay'), show.start('beside')])
    await show.until('replay', ({ statistics }) => statistics.heldMs >= 5000)
    let { id, path, tookMs } = await show.command('replay', 'save')
    expect(await complaintsOf(path)).toBe('')
    const kept = await probe(path)
    expect(kept.durationMs).toBeGreaterThan(4900)
    expect(kept.names).toEqual(['Main', 'Track 1', 'Track 2'])
    const numbers = await numbersOf(path)
    // Counted by its ends: a busy machine leaves out frames of the show itself, there as well.
    expect(numbers.at(-1)! - numbers[0]!).toBeGreaterThan(90)
    // Bytes are written and nothing is encoded: one of three times at least, a machine that does not move is not in the way.
    for (let again = 0; again < 2 && tookMs >= 1000; again++) ({ tookMs } = await show.command('replay', 'save'))
    expect(tookMs).toBeLessThan(1000)
    const download = await fetch(`${host.http}/api/v1/studio/files/${id}/file?download=true`)
    expect(download.headers.get('content-disposition')).toContain(basename(path))
    await download.body?.cancel()
    await show.stop('beside')
    const [beside] = await files('beside')
    expect((await host.api('DELETE', `/studio/files/${beside.id}?permanently=true`)).status).toBe(204)
    expect(existsSync(beside.path)).toBe(false)
    const refused = await host.api('POST', '/studio/outputs/replay/commands', { command: 'rewind' })
    expect(refused.body.code).toBe('studio.output_command_unknown')
    await show.stop('replay')
  })

  it("go on in a new part when the studio's process is killed, and by themselves, with all that was on air, when the host is", async () => {
    const nginx = hasNginxRtmp ? await startNginxRtmp() : undefined
    onTestFinished(() => nginx?.stop())
    await show.add('crash', 'recording', { name: 'crash {part}', chapters: 'scenes' })
    await show.add('crash-mkv', 'recording', { name: 'crash {part}', container: 'mkv', chapters: 'scenes' })
    await show.add('waiting', 'recording', { name: 'waiting {part}' })
    await show.add('own', 'host', { stream: 'show' })
    if (nginx !== undefined) await show.add('far', 'rtmp', { url: nginx.url, key: 'far' })
    const sending = nginx === undefined ? ['own'] : ['own', 'far']
    await Promise.all(['crash', 'crash-mkv', 'waiting', ...sending].map((id) => show.start(id)))
    const film = { file: await madeClip('media-plain.mp4', ['-c', 'copy']), loop: true, whenShown: 'resume', whenHidden: 'run' }
    const added = await host.api('POST', '/studio/sources', { id: 'film', name: 'Film', kind: 'media', settings: film })
    await Promise.all(['crash', 'crash-mkv', 'waiting'].map((id) => recorded(id, 1500)))
    await show.command('waiting', 'pause')
    expect(added.status, JSON.stringify(added.body)).toBe(201)
    const began = await filmBegan(host, 3000)
    /** It goes on where it would be: its 12 seconds may have passed meanwhile, and a machine that is too busy to decode falls behind. */
    const filmGoesOn = async (): Promise<void> => {
      const apartMs = (await filmBegan(host, 0)) - began
      expect(Math.abs(apartMs - 12_000 * Math.round(apartMs / 12_000))).toBeLessThan(2500)
    }
    process.kill(await show.worker(), 'SIGKILL')
    const killedAt = performance.now()
    await show.until('crash', ({ statistics }) => statistics.parts === 2)
    const awayMs = performance.now() - killedAt
    const after = await more('crash', 2500)
    expect(after.statistics.gaps).toBe(1)
    await filmGoesOn()
    await show.until('crash-mkv', ({ statistics }) => statistics.parts === 2)
    await more('crash-mkv', 1500)
    for (const id of sending) await show.until(id, live)
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`${host.http}/watch/show`)
    await untilPlayer(page, 'playing')
    await page.evaluate(() => {
      window.__mark = 1
    })
    const reported = new Map<string, any>()
    for (const id of ['crash', 'crash-mkv']) reported.set(id, await show.report(id))
    await host.kill('SIGKILL')

    await untilPlayer(page, 'connection-lost')
    host = await startHost({ name: 'studio-recording', dataDir, httpPort: Number(new URL(host.http).port) })
    show = showOf(host)
    for (const id of sending) await show.until(id, live)
    // Who watched goes on in the same page.
    await untilPlayer(page, 'playing')
    expect(await page.evaluate(() => window.__mark)).toBe(1)
    await browser.close()
    const resumed = await show.until('crash', (report) => live(report) && report.statistics.parts === 3)
    expect(resumed.startedAt).toBe(after.startedAt)
    await filmGoesOn()
    expect((await show.report('waiting')).state).toBe('paused')
    await host.until('show', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    if (nginx !== undefined) {
      const file = join(dataDir, 'far.mkv')
      await recordFrames(`${nginx.url}/far`, file, 30)
      expect((await numbersOf(file)).length).toBeGreaterThan(0)
    }
    for (const id of ['crash', 'crash-mkv']) {
      await show.until(id, (report) => report.statistics.parts === 3 && report.statistics.bytes > 0)
      await show.stop(id)
      const all = await files(id)
      expect(all.map(({ state, part }) => [part, state])).toEqual([
        [1, 'complete'],
        [2, 'recovered'],
        [3, 'complete'],
      ])
      expect(new Set(all.map(({ session }) => session)).size).toBe(1)
      for (const { path } of all) expect(await complaintsOf(path)).toBe('')
      const [first, last] = all
      // What was recovered is ended like the others: it has its length and its chapters in itself.
      const recovered = await probe(last.path)
      expect(recovered.chapters).toEqual(last.chapters)
      expect(recovered.chapters).toHaveLength(1)
      expect(Math.abs(recovered.durationMs - last.durationMs)).toBeLessThan(50)
      const sum = first.durationMs + last.durationMs
      expect(reported.get(id).statistics.durationMs - sum).toBeLessThan(1000)
      // By where the last packet starts: the last frame of a busy machine may be shown for some frames.
      for (const { path, durationMs } of [first, last]) expect(Math.abs((await endOf(path)) - durationMs)).toBeLessThan(400)
      // Nothing of the first part is lost: every frame is in its place, and a decoder that missed one would complain above.
      const frames = (await readFrames(first.path)).filter(({ code }) => code !== undefined)
      const off = frames.map(({ code, time }) => code!.frame - frames[0]!.code!.frame - (time - frames[0]!.time) * 30)
      // A machine that is busy with all of this draws some test cards late.
      const late = off.map(Math.abs).toSorted((one, other) => one - other)
      expect(late[late.length >> 1]).toBeLessThanOrEqual(10)
    }
    process.stdout.write(`the studio's process was away for ${Math.round(awayMs)} ms\n`)

    // A service that is started again goes on with what still ran; a person who ends the host has ended that too.
    await host.kill('SIGTERM')
    host = await startHost({ name: 'studio-recording', dataDir })
    show = showOf(host)
    for (const id of sending) await show.until(id, live)
    expect(await Promise.all(['crash', 'waiting'].map(async (id) => (await show.report(id)).state))).toEqual(['off', 'paused'])
    await host.kill('SIGINT')
    host = await startHost({ name: 'studio-recording', dataDir })
    const { body } = await host.api('GET', '/studio')
    expect(body.outputs.map(({ state }: any) => state)).toEqual(body.outputs.map(() => 'off'))
  }, 180_000)
})

describe('a recording on a disk that fills', () => {
  it('says so while other outputs go on, keeps what it has, and records again when there is space', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'ami-studio-full-'))
    const small = join(folder, 'small')
    mkdirSync(small)
    if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]).status !== 0) {
      rmSync(folder, { recursive: true })
      skipBecause(context, 'this user may not mount a small file system')
    }
    context.onTestFinished(() => {
      spawnSync('umount', ['-l', small])
      rmSync(folder, { recursive: true, force: true })
    })
    const host = await startHost({ name: 'studio-full' })
    context.onTestFinished(() => host.stop())
    const show = await openShow(host)
    await show.add('full', 'recording', { folder: join(small, 'in'), name: 'full' })
    await show.add('other', 'replay', { seconds: 5 })
    writeFileSync(join(small, 'filler'), Buffer.alloc(1_700_000))
    await Promise.all([show.start('full'), show.start('other')])
    const waiting = await show.until('full', ({ state }) => state === 'retrying')
    expect(waiting.error!.code).toBe('recording.disk_full')
    expect((await host.api('GET', '/health')).body).toMatchObject({ status: 'degraded', problems: [{ code: 'recording.disk_full' }] })
    await show.until('other', live)
    // The output says so at once, whatever the disk does; its file when it is closed and read.
    const listed = async (): Promise<any> => (await host.api('GET', '/studio/files?output=full')).body.items[0]
    const file = await until(async () => {
      const now = await listed()
      return now.state !== 'writing' && now
    }, 'its file is closed')
    expect(file).toMatchObject({ state: 'complete', error: { code: 'recording.disk_full' } })
    expect(await complaintsOf(file.path)).toBe('')
    spawnSync('mount', ['-o', 'remount,size=80m', small])
    await show.until('full', live)
    // The same where somebody takes its folder away.
    const { statistics } = await show.until('full', (report) => report.statistics.bytes > 0 && report.statistics.file !== null)
    rmSync(join(small, 'in'), { recursive: true })
    const goesOn = ({ file, bytes }: any): boolean => file !== null && file !== statistics.file && bytes > 0
    const again = await show.until('full', (report) => live(report) && goesOn(report.statistics))
    expect(existsSync(again.statistics.file)).toBe(true)
    const { items } = (await host.api('GET', '/studio/files?output=full')).body
    expect(items.map(({ path }: any) => path)).not.toContain(statistics.file)
  })
})
