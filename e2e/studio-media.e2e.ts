import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clipFrames, ffmpeg, madeClip } from './helpers/clips.ts'
import { beepsOf, flashesFromBeeps, frameOf, type ObservedFrame, observe, worstClick } from './helpers/media-observer.ts'
import { createSourceBench, type OpenedSource } from './helpers/studio-source.ts'
import { undisturbed, until } from './helpers/until.ts'

/** Files as the studio plays them: decoded in their process, shown at their time, read here. */

const folder = mkdtempSync(join(tmpdir(), 'ami-media-'))
const file = (name: string): string => join(folder, name)
let bench: ReturnType<typeof createSourceBench>
/** 12 s, a keyframe each 2 s, no B-frames, AAC. */
let plain: string
/** The same with one keyframe in 8 s, B-frames, and no index: MPEG-TS. */
let awkward: string
/** 2 s with a steady tone of 1 kHz. */
let steady: string

beforeAll(async () => {
  bench = createSourceBench({ fps: 60 })
  plain = await madeClip('media-plain.mp4', ['-c', 'copy'])
  awkward = await madeClip('media-awkward.ts', ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '240', '-c:a', 'copy'])
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=1000:sample_rate=48000:duration=2', '-map', '0:v', '-map', '1:a', '-frames:v', '60']
  steady = await madeClip('media-steady.mkv', [...tone, '-c:v', 'copy', '-c:a', 'flac'])
})
afterEach(() => bench.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const periodUs = 1e6 / 30
const readable = (frames: readonly ObservedFrame[]) =>
  frames.filter((each) => each.frame !== undefined) as (ObservedFrame & { frame: number })[]
const shows = (frame: number) => (picture: Parameters<typeof frameOf>[0]) => frameOf(picture) === frame
const position = (source: OpenedSource): number => source.report?.details?.positionMs as number

/** Processes of this test's sources. */
function workers(): number[] {
  const children = readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
  return children.filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('media-source-worker')).map(Number)
}

describe('a media file', () => {
  it('shows its frames when they are due, starts again without a gap, and its tone goes on over the seam', async () => {
    const source = await bench.open('media', { file: steady, loop: true })
    await source.untilFrame()
    await undisturbed(async () => {
      const { frames, audio } = await observe(source, 4400)
      const seen = readable(frames)
      const [first] = seen
      // What is shown bears the time at which it was due, over all seams.
      let counted = first!.frame
      for (const { frame, timeUs } of seen) {
        counted = first!.frame + Math.round((timeUs - first!.timeUs) / periodUs)
        expect(counted % 60, `place of frame ${frame}`).toBe(frame)
        expect(Math.abs(timeUs - first!.timeUs - (counted - first!.frame) * periodUs), `frame ${frame}`).toBeLessThan(1500)
      }
      expect(counted - first!.frame).toBeGreaterThan(121)
      expect(seen.length / (counted - first!.frame + 1)).toBeGreaterThan(0.8)
      expect(audio.length).toBe(1)
      expect(audio[0]!.samples.length / 2).toBeGreaterThan(4 * 48_000)
      expect(worstClick(audio[0]!.samples.subarray(2 * 960), 1000)).toBeLessThan(0.005)
    }, 6)
  })

  it('keeps video and audio in sync', async () => {
    const source = await bench.open('media', { file: plain })
    // A machine too busy to go on may part one of them, or hide where a flash starts; what is wrong by itself is so in all.
    await undisturbed(async () => {
      source.source.command?.('restart', {})
      await source.untilReport(() => position(source) < 1000)
      const { frames, audio } = await observe(
        source,
        source.untilReport(() => position(source) > 2300),
      )
      expect(Math.min(...flashesFromBeeps(frames, audio))).toBeLessThan(5)
    })
  })

  it.each([
    ['with an index', () => plain],
    ['without one, with B-frames and few keyframes', () => awkward],
  ])('is sought to the frame: %s', async (_, of) => {
    const source = await bench.open('media', { file: of(), whenShown: 'wait' })
    await source.untilFrame(shows(0))
    for (const frame of [200, 3, 359, 201]) {
      source.source.command!('seek', { ms: Math.ceil((frame * 1000) / 30) + 2 })
      await source.untilFrame(shows(frame))
    }
    expect(source.report?.state).toBe('paused')
    expect(() => source.source.command!('seek', { ms: -1 })).toThrow(expect.objectContaining({ code: 'studio.seek_invalid' }))
    expect(() => source.source.command!('next', {})).toThrow(expect.objectContaining({ code: 'studio.command_unknown' }))
  })

  it('pauses and goes on, runs at another speed with its pitch, and ends as set', async () => {
    const settings = { file: plain, whenShown: 'wait', trimInMs: 1000, trimOutMs: 9000 }
    const source = await bench.open('media', settings)
    await source.untilFrame(shows(30))
    source.source.command!('play', {})
    await source.untilFrame((picture) => frameOf(picture)! > 40)
    source.source.command!('pause', {})
    await source.untilState('paused')
    const still = await observe(source, 300)
    expect(still.frames.length).toBe(1)
    source.source.update({ ...settings, speed: 2 })
    source.source.command!('play', {})
    const { frames, audio } = await observe(
      source,
      source.untilReport(() => position(source) > 3500),
    )
    const middle = (steps: readonly number[]) => steps.toSorted((a, b) => a - b)[steps.length >> 1]!
    const seen = readable(frames).slice(2)
    const steps = seen.slice(1).map(({ frame, timeUs }, index) => (timeUs - seen[index]!.timeUs) / (frame - seen[index]!.frame))
    expect(Math.abs(middle(steps) - periodUs / 2)).toBeLessThan(1000)
    // Half as long, and still 1 kHz. Where a machine is delayed one may be missing.
    const beeps = beepsOf(audio)
    expect(beeps.length).toBeGreaterThan(1)
    const apart = beeps.slice(1).map((beep, index) => beep - beeps[index]!)
    expect(Math.abs(middle(apart) - 500_000)).toBeLessThan(40_000)
    source.source.update({ ...settings, speed: 2, atEnd: 'last' })
    source.source.command!('seek', { ms: 7800 })
    source.source.command!('play', {})
    await source.untilState('ended')
    expect(frameOf(source.frame())).toBe(269)
    source.source.update(settings)
    await until(
      () => source.frame() === undefined,
      () => 'it is still shown',
    )
  })

  it.each([
    ['ProRes 4444', 'alpha.mov', ['-c:v', 'prores_ks', '-profile:v', '4444', '-pix_fmt', 'yuva444p10le']],
    ['VP9', 'alpha.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuva420p']],
    ['QuickTime Animation', 'alpha-rle.mov', ['-c:v', 'qtrle', '-pix_fmt', 'argb']],
    ['PNG frames', 'alpha-%03d.png', ['-start_number', '7', '-pix_fmt', 'rgba']],
  ])('keeps its alpha: %s', async (_, name, args) => {
    await ffmpeg(['-f', 'lavfi', '-i', 'color=red:s=320x180:r=30:d=0.5,format=rgba,colorchannelmixer=aa=0.5', ...args, file(name)])
    const isSequence = name.includes('%')
    const source = await bench.open(isSequence ? 'image-sequence' : 'media', { [isSequence ? 'files' : 'file']: file(name), atEnd: 'last' })
    const picture = await source.untilFrame()
    expect(Math.abs(picture.alpha(160, 90) - 128)).toBeLessThan(4)
    const [red, green, blue] = picture.rgb(160, 90)
    expect(red).toBeGreaterThan(235)
    expect(green + blue).toBeLessThan(40)
    const ended = await source.untilState('ended')
    expect(ended.details).toMatchObject({ durationMs: 500, width: 320, height: 180 })
  })

  it('is upright where a phone was rotated', async () => {
    await ffmpeg(['-f', 'lavfi', '-i', 'color=red:s=320x180:r=30:d=0.2,drawbox=0:0:160:180:blue:fill', file('lying.mp4')])
    await ffmpeg(['-i', file('lying.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', file('upright.mp4')])
    const source = await bench.open('media', { file: file('upright.mp4'), atEnd: 'last' })
    const picture = await source.untilFrame()
    expect([picture.width, picture.height]).toEqual([180, 320])
    // As ffmpeg turns it: what was at the right is above.
    expect(picture.rgb(90, 40)[0]).toBeGreaterThan(200)
    expect(picture.rgb(90, 280)[2]).toBeGreaterThan(200)
    expect((await source.untilState('ended')).details).toMatchObject({ width: 180, height: 320 })
  })

  it('rests while nobody sees it, restarts when it is shown, and frees its process where that is set', async () => {
    const source = await bench.open('media', { file: plain }, false)
    await source.untilFrame(shows(0))
    await source.untilState('paused')
    source.source.show!(true)
    await source.untilFrame((picture) => frameOf(picture)! > 20)
    source.source.show!(false)
    await source.untilFrame(shows(0))
    const [pid] = workers()
    const spent = () =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .split(') ')[1]!
        .split(' ')
        .slice(11, 13)
        .reduce((sum, ticks) => sum + Number(ticks), 0)
    // It decodes some more before it rests.
    await undisturbed(async () => {
      const before = spent()
      await delay(1000)
      expect(spent() - before, 'hundredths of a second of CPU in a second').toBeLessThan(5)
    })
    source.source.update({ file: plain, whenHidden: 'close' })
    await until(
      () => workers().length === 0,
      () => 'its process goes on',
    )
    expect(source.frame()).toBeUndefined()
    source.source.show!(true)
    await source.untilFrame((picture) => frameOf(picture)! > 2)
  })
})

describe('a playlist', () => {
  it('plays one after the other without a gap, passes over what is broken, and goes back and forth', async () => {
    const cut = (from: number, to: number) => ({
      file: plain,
      trimInMs: Math.ceil((from * 1000) / 30),
      trimOutMs: Math.floor((to * 1000) / 30),
    })
    writeFileSync(file('notes.mp4'), 'these are notes, not a film')
    const items = [cut(30, 60), { file: file('notes.mp4') }, cut(130, 160), cut(230, 260)]
    const source = await bench.open('playlist', { items, loop: true })
    await source.untilFrame()
    // A machine that is delayed opens a file too late, and there is a gap: each seam must be seen without one.
    const seams = new Set<number>()
    await undisturbed(async () => {
      await source.untilReport(({ details }) => details?.item === 1)
      const { frames } = await observe(
        source,
        source.untilReport(({ details }) => details?.item === 4 && (details.positionMs as number) > 500),
      )
      const seen = readable(frames)
      expect(seen.at(-1)!.frame).toBeGreaterThanOrEqual(230)
      // As one count: a second of each, one behind the other.
      const placed = seen.map(({ frame, timeUs }) => timeUs - ((frame % 100) - 30 + 30 * Math.floor(frame / 100)) * periodUs)
      for (const [index, { frame }] of seen.entries()) {
        const item = Math.floor(frame / 100)
        const isFirst = index > 0 && item > Math.floor(seen[index - 1]!.frame / 100)
        if (isFirst && Math.abs(placed[index]! - placed[index - 1]!) < 3000) seams.add(item)
      }
      expect([...seams].toSorted(), 'items that came without a gap').toEqual([1, 2])
    }, 8)
    expect(source.reports.some(({ problem }) => problem?.includes('notes.mp4'))).toBe(true)
    source.source.command!('previous', {})
    await source.untilReport(({ details }) => details?.item === 3 || details?.item === 1)
    source.source.command!('restart', {})
    await source.untilFrame((picture) => frameOf(picture)! >= 30 && frameOf(picture)! < 60)
    source.source.command!('next', {})
    await source.untilFrame((picture) => frameOf(picture)! >= 130)
  })
})

describe('bad files', () => {
  it('are named, and played once they are there', async () => {
    const path = file('later.mp4')
    const source = await bench.open('media', { file: path, loop: true })
    expect((await source.untilState('waiting')).problem).toContain('is missing')
    // It arrives in pieces, as a copy does.
    writeFileSync(path, readFileSync(plain).subarray(0, 50_000))
    expect((await source.untilState('failed')).problem).toContain('moov')
    copyFileSync(plain, path)
    await source.untilFrame()
    await source.untilState('running')
    rmSync(path)
    const removed = ({ state, problem }: { state: string; problem?: string }): boolean =>
      state === 'running' && problem?.includes('was removed') === true
    await source.untilReport(removed)
    // A file that is back as it was is nothing to report.
    copyFileSync(plain, path)
    await source.untilReport(({ state, problem }) => state === 'running' && problem === undefined)
    renameSync(path, file('aside.mp4'))
    await source.untilReport(removed)
    renameSync(file('aside.mp4'), path)
    await source.untilReport(({ state, problem }) => state === 'running' && problem === undefined)
    rmSync(path)
    await source.untilReport(removed)
    copyFileSync(steady, file('other.mkv'))
    renameSync(file('other.mkv'), path)
    expect((await source.untilReport(({ details }) => details?.durationMs === 2000)).problem).toBeUndefined()
  })

  it('are played as far as they go, and say where they break off', async () => {
    copyFileSync(steady, file('short.mkv'))
    truncateSync(file('short.mkv'), Math.round(readFileSync(steady).length * 0.4))
    const source = await bench.open('media', { file: file('short.mkv') })
    await source.untilFrame()
    expect((await source.untilReport(({ state, problem }) => state === 'ended' && problem !== undefined)).problem).toMatch(/breaks off/)
  })

  it('are rejected where they are no media, too large, or nothing is left between their ends', async () => {
    mkdirSync(file('folder.mp4'))
    await ffmpeg(['-f', 'lavfi', '-i', 'color=gray:s=8194x64:r=1:d=1', '-c:v', 'mjpeg', file('wide.avi')])
    const problem = async (settings: object) => (await (await bench.open('media', settings)).untilState('failed')).problem
    expect(await problem({ file: file('folder.mp4') })).toContain('is not a regular file')
    expect(await problem({ file: 'film.mp4' })).toContain('not a whole path')
    expect(await problem({ file: file('wide.avi') })).toContain('8194x64')
    expect(await problem({ file: plain, trimInMs: 20_000 })).toContain('12000 ms')
    expect(await problem({ file: plain, trimInMs: 2000, trimOutMs: 1000 })).toContain('trimOutMs')
    expect(await problem({ speed: 9 })).toContain('speed')
  })
})

describe('a source whose studio was killed', () => {
  /** Opens it again as the studio that follows does, and answers the first frame. */
  async function again(source: OpenedSource, kind: string, settings: object, shown = true) {
    const { memory } = source
    await bench.close()
    const back = await bench.open(kind, settings, shown, memory)
    return { back, first: await back.untilFrame() }
  }
  const step = (frames: number, of: number): number => Math.abs(frames - of * Math.round(frames / of))

  it.each([1, 2])('goes on where it would be, to the frame, with its audio in sync: at speed %d', async (speed) => {
    const settings = { file: plain, loop: true, speed }
    // Three times on a machine that is too busy to decode in time it goes on a little later.
    await undisturbed(async () => {
      const source = await bench.open('media', settings)
      const left = await source.untilFrame((picture) => frameOf(picture)! > 70)
      await source.untilReport(() => position(source) > 2400)
      const { back, first } = await again(source, 'media', settings)
      const ahead = frameOf(first)! - frameOf(left)! - ((first.timeUs - left.timeUs) * speed) / periodUs
      expect(step(ahead, clipFrames)).toBeLessThan(1.2)
      const { frames, audio } = await observe(back, 2300)
      if (speed === 1) expect(Math.min(...flashesFromBeeps(frames, audio))).toBeLessThan(5)
    })
  })

  it('goes on in the item of a playlist that plays by now', async () => {
    const cut = (from: number) => ({
      file: plain,
      trimInMs: Math.ceil((from * 1000) / 30),
      trimOutMs: Math.floor(((from + 30) * 1000) / 30),
    })
    const settings = { items: [cut(30), cut(130), cut(230)], loop: true }
    const placeOf = (frame: number): number => (frame % 100) - 30 + 30 * Math.floor(frame / 100)
    await undisturbed(async () => {
      const source = await bench.open('playlist', settings)
      const left = await source.untilFrame((picture) => frameOf(picture)! > 140)
      await source.untilReport(({ details }) => details?.item === 2)
      const { first } = await again(source, 'playlist', settings)
      const ahead = placeOf(frameOf(first)!) - placeOf(frameOf(left)!) - (first.timeUs - left.timeUs) / periodUs
      expect(step(ahead, 90)).toBeLessThan(2)
    })
  })

  it('stays paused where it was paused, ends as it had ended, and follows what happened meanwhile', async () => {
    const settings = { file: plain, atEnd: 'last' }
    const source = await bench.open('media', settings)
    await source.untilState('running')
    source.source.command!('pause', {})
    source.source.command!('seek', { ms: Math.ceil((200 * 1000) / 30) + 2 })
    await source.untilFrame(shows(200))
    await until(
      () => Math.round(Number(source.memory?.positionUs) / 1000) === 6669,
      () => JSON.stringify(source.memory),
    )
    const paused = await again(source, 'media', settings)
    expect(frameOf(paused.first)).toBe(200)
    await paused.back.untilState('paused')
    paused.back.source.command!('seek', { ms: 11_900 })
    paused.back.source.command!('play', {})
    await paused.back.untilState('ended')
    const ended = await again(paused.back, 'media', settings)
    expect(frameOf(ended.first)).toBe(359)
    await ended.back.untilState('ended')
    // It was hidden while no process was there to see it: it waits at its start, as one that is hidden does.
    const hidden = await again(ended.back, 'media', settings, false)
    expect(frameOf(hidden.first)).toBe(0)
    await hidden.back.untilState('paused')
    // Another file has nothing to do with it.
    const { memory } = hidden.back
    await bench.close()
    const other = await bench.open('media', { file: steady }, true, { ...memory, positionUs: 1e6 })
    // At its start, not at its frame 30; a busy machine looks a frame late.
    expect(frameOf(await other.untilFrame())).toBeLessThan(15)
  })
})

describe('the process of a media source', () => {
  it('comes back where it would have been when it is killed or hangs, and no other source notices', async () => {
    const source = await bench.open('media', { file: plain, loop: true })
    await source.untilFrame((picture) => frameOf(picture)! > 10)
    const [first] = workers()
    const other = await bench.open('media', { file: plain, loop: true })
    await other.untilFrame((picture) => frameOf(picture)! > 2)
    const others = workers().filter((pid) => pid !== first)
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const hit = workers().find((pid) => !others.includes(pid))!
      process.kill(hit, signal)
      const { timeUs } = source.frames
      const frame = frameOf(source.frame())!
      await until(
        () => workers().some((pid) => pid !== hit && !others.includes(pid)),
        () => `${hit} goes on: ${JSON.stringify(source.reports.slice(-3))}`,
      )
      const back = await source.untilFrame((picture) => picture.timeUs > timeUs + 200_000)
      // It is where it would be if it had gone on; its video of twelve seconds may have started again.
      const ahead = frameOf(back)! - frame - (back.timeUs - timeUs) / periodUs
      expect(Math.abs(ahead - clipFrames * Math.round(ahead / clipFrames))).toBeLessThan(45)
    }
    expect(workers()).toEqual(expect.arrayContaining(others))
    expect(other.reports.every(({ problem }) => problem === undefined)).toBe(true)
  })

  it('is given up when it dies of the same cause three times, until it gets the command to retry', async () => {
    const source = await bench.open('media', { file: plain, loop: true })
    for (let death = 1; death <= 3; death++) {
      await source.untilState('running')
      const reports = source.reports.length
      process.kill(workers()[0]!, 'SIGKILL')
      await until(
        () => source.reports.length > reports && source.report!.state !== 'running',
        () => 'nobody notices',
      )
    }
    expect((await source.untilState('failed')).problem).toContain('3 times')
    source.source.command!('retry', {})
    await source.untilState('running')
  })

  it('is ended when it takes more memory than it may', async () => {
    const large = file('large.mov')
    await ffmpeg(['-f', 'lavfi', '-i', 'color=gray:s=3840x2160:r=30', '-frames:v', '10', '-c:v', 'mjpeg', large])
    const source = await bench.open('media', { file: large, loop: true, memoryLimitMb: 128 })
    const report = await source.untilReport(({ problem }) => problem?.includes('MiB') === true)
    expect(report.state).toBe('starting')
  })
})
