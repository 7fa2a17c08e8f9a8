import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flashTimes, readBeeps, readFrames, recordFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { undisturbed, until } from './helpers/until.ts'

/**
 * What the studio sends out, as files and players see it: every frame, every switch, video and audio in sync, while its process dies and
 * restarts.
 */

let host: RunningHost
/** How long the studio took from nothing to its first frames, ms. */
let openedMs = 0
const folder = mkdtempSync(join(tmpdir(), 'ami-studio-'))
const fps = 60
const whole = { fit: 'stretch', width: 640, height: 360 }

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Program',
  frameRate: { numerator: fps, denominator: 1 },
  canvases: [
    { id: 'main', name: 'Main', width: 640, height: 360 },
    { id: 'tall', name: 'Tall', width: 360, height: 640 },
  ],
  sources: [
    { id: 'card', name: 'Card', kind: 'test-pattern', audio: {} },
    { id: 'black', name: 'Black', kind: 'color', settings: { color: '#000000' } },
    { id: 'white', name: 'White', kind: 'color', settings: { color: '#ffffff' } },
  ],
  scenes: [
    { id: 'card', name: 'Card', canvas: 'main', items: [{ source: 'card', bounds: whole }] },
    { id: 'black', name: 'Black', canvas: 'main', items: [{ source: 'black', bounds: whole }] },
    { id: 'white', name: 'White', canvas: 'main', items: [{ source: 'white', bounds: whole }] },
    {
      id: 'tall',
      name: 'Tall',
      canvas: 'tall',
      items: [{ source: 'card', bounds: { fit: 'contain', width: 360, height: 640 } }],
    },
  ],
  outputs: [
    {
      id: 'show',
      name: 'Show',
      kind: 'host',
      canvas: 'main',
      settings: { stream: 'show' },
      video: { bitrateKbps: 1500, keyframeMs: 1000 },
    },
    { id: 'upright', name: 'Upright', kind: 'host', canvas: 'tall', settings: { stream: 'upright' }, video: { bitrateKbps: 800 } },
    { id: 'file', name: 'File', kind: 'recording', canvas: 'main', settings: { folder }, video: { bitrateKbps: 4000, keyframeMs: 1000 } },
  ],
}

interface StudioFile {
  readonly path: string
  readonly part: number
}

const must = requestsTo(() => host)
const get = <T>(path: string) => must<T>('GET', path)
const post = <T>(path: string, body: object) => must<T>('POST', path, body)

const output = (what: 'start' | 'stop', id: string) => post(`/studio/outputs/${id}/${what}`, {})
const stateOf = async (id: string): Promise<string> =>
  (await get<{ outputs: { id: string; state: string }[] }>('/studio')).outputs.find((each) => each.id === id)?.state ?? 'none'
const live = (id: string) => until(async () => (await stateOf(id)) === 'live', `${id} is not live`)
const cutTo = (scene: string, transition = 'cut', durationMs?: number) =>
  post<{ frame: number }>('/studio/program', { scene, transition, ...(durationMs === undefined ? {} : { durationMs }) })
/** Frames that were left out and that came late since the studio started, and how many it had made when it reported. */
async function delays(): Promise<{ leftOut: number; late: number; frames: number }> {
  type Figures = { frames: number; dropped: number; late: number; encodings: { skipped: number }[] }
  const { frames, dropped, late, encodings } = await get<Figures>('/studio/statistics')
  return { frames, late, leftOut: encodings.reduce((sum, { skipped }) => sum + skipped, dropped) }
}

/** How much of the show is in the files of the recording, ms. */
async function recordedMs(): Promise<number> {
  type Outputs = { outputs: { id: string; statistics: { durationMs: number } }[] }
  return (await get<Outputs>('/studio')).outputs.find(({ id }) => id === 'file')?.statistics.durationMs ?? 0
}

async function untilRecorded(ms: number): Promise<void> {
  await until(async () => (await recordedMs()) >= ms, `no ${ms} ms are recorded`)
}
const filesOf = async (): Promise<StudioFile[]> => (await get<{ items: StudioFile[] }>('/studio/files')).items

/** Records the main canvas while `work` is done; answers the file. */
async function recorded(work: () => Promise<void>): Promise<string[]> {
  const before = new Set((await filesOf()).map(({ path }) => path))
  await output('start', 'file')
  await live('file')
  await work()
  await output('stop', 'file')
  await until(async () => (await stateOf('file')) === 'off', 'the recording does not end')
  return (await filesOf())
    .map(({ path }) => path)
    .filter((file) => !before.has(file))
    .reverse()
}

/** Mean luma of every frame, with its time in seconds. */
function lumas(file: string): { time: number; luma: number }[] {
  const { stderr } = spawnSync(
    'ffmpeg',
    ['-hide_banner', '-copyts', '-i', file, '-an', '-vf', 'showinfo', '-vsync', '0', '-f', 'null', '-'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  )
  return [...stderr.matchAll(/pts_time:\s*(-?[\d.]+).*?mean:\[(\d+)/g)].map((match) => ({ time: Number(match[1]), luma: Number(match[2]) }))
}

beforeAll(async () => {
  host = await startHost()
  const file = join(folder, 'show.json')
  writeFileSync(file, JSON.stringify(collection))
  const from = performance.now()
  await post('/studio/open', { file })
  await until(async () => (await get<{ frames: number; state: string }>('/studio/statistics')).frames > 0, 'the studio does not run')
  openedMs = performance.now() - from
})
afterAll(async () => {
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the program', () => {
  it('reaches a file with every frame once, and with its audio in sync', async () => {
    await cutTo('card')
    await undisturbed(async () => {
      const before = await delays()
      let after = before
      const files = await recorded(async () => {
        await untilRecorded(4500)
        // Reported once a second: what was left out by now is in the second that comes.
        for (let reported = 0; reported < 2; reported++) {
          const { frames } = after
          after = await until(async () => {
            const now = await delays()
            return now.frames !== frames && now
          }, 'there are no new figures')
        }
      })
      expect(files).toHaveLength(1)
      const frames = (await readFrames(files[0] as string)).filter(({ time }) => time < 4.5)
      // Nothing is missing but what a busy machine did not make, and that is counted.
      expect(frames.length).toBeGreaterThan(265 - (after.leftOut - before.leftOut))
      expect(frames.length).toBeGreaterThan(45)
      const coded = frames.filter(({ code }) => code !== undefined)
      expect(coded.length).toBeGreaterThan(frames.length * 0.97)
      const apart = coded.slice(1).map(({ code, time }, index) => {
        const one = coded[index] as (typeof coded)[number]
        return { pictures: (code?.frame ?? 0) - (one.code?.frame ?? 0), frames: Math.round((time - one.time) * fps) }
      })
      expect(apart.every(({ pictures }) => pictures >= 0)).toBe(true)
      // Each frame shows the next one of the source, or after dropped frames the one of its time; two frames miss theirs for each that is
      // late.
      const missed = apart.filter((step) => step.pictures !== step.frames).length
      expect(missed).toBeLessThan(apart.length * 0.15 + 2 * (after.late - before.late))
      const places = coded.map(({ code, time }) => (code?.frame ?? 0) - time * fps).sort((a, b) => a - b)
      const [early, late] = [0.1, 0.9].map((share) => places[Math.floor(places.length * share)] as number) as [number, number]
      expect(late - early, 'frames apart').toBeLessThan(12)
      const flashes = flashTimes(frames)
      const beeps = await readBeeps(files[0] as string)
      expect(flashes.length).toBeGreaterThan(0)
      // What parts flashes from their beeps by itself does so with all.
      const apartMs = flashes.map((flash) => Math.min(...beeps.map((beep) => Math.abs(beep - flash))) * 1000).sort((a, b) => a - b)
      expect(apartMs[0], `${apartMs}`).toBeLessThan(4)
      expect(apartMs[apartMs.length >> 1], `${apartMs}`).toBeLessThan(50)
    })
  }, 240_000)

  it('shows each of a thousand switches from the very frame that it tells', async () => {
    await cutTo('black')
    const reported: { frame: number; white: boolean }[] = []
    const [file] = await recorded(async () => {
      await untilRecorded(300)
      for (let number = 0; number < 1000; number++) {
        const white = number % 2 === 0
        const { frame } = await cutTo(white ? 'white' : 'black')
        reported.push({ frame, white })
      }
      // The last of them are in the file too.
      await untilRecorded((await recordedMs()) + 300)
    })
    const frames = lumas(file as string)
    const white = frames.findIndex(({ luma }) => luma > 126)
    const [before, first] = [frames[white - 1] as { time: number }, frames[white] as { time: number }]
    // Frames of the file by their number on the show's clock: the first white one is the first that the answer names, or as many later as are
    // left out before it.
    const judge = (late: number) => {
      const numberOf = (time: number): number => Math.round((time - first.time) * fps) + (reported[0] as { frame: number }).frame + late
      const byNumber = new Map(frames.map(({ time, luma }) => [numberOf(time), luma > 126]))
      return {
        byNumber,
        wrong: reported.filter(({ frame, white }) => byNumber.has(frame) && byNumber.get(frame) !== white),
        early: reported.filter(({ frame, white }) => byNumber.has(frame - 1) && byNumber.get(frame - 1) === white),
      }
    }
    const leftOut = Math.round((first.time - before.time) * fps) - 1
    const { byNumber, wrong, early } = Array.from({ length: leftOut + 1 }, (_, late) => judge(late)).reduce((best, other) =>
      other.wrong.length + other.early.length < best.wrong.length + best.early.length ? other : best,
    )
    expect(wrong).toEqual([])
    expect(early).toEqual([])
    const seen = reported.filter(({ frame }) => byNumber.has(frame))
    // Frames that a busy machine left out prove nothing, and are no more frequent among those reported than among all.
    const made = frames.length / (Math.round(((frames.at(-1) as { time: number }).time - (frames[0] as { time: number }).time) * fps) + 1)
    expect(seen.length).toBeGreaterThan(900 * Math.min(1, made))
    expect(seen.length).toBeGreaterThan(100)
  }, 300_000)

  it('fades evenly from one scene to the next', async () => {
    // Once more where the machine did not move meanwhile and hardly anything of the fade was made.
    await undisturbed(async () => {
      await cutTo('black')
      const [file] = await recorded(async () => {
        await untilRecorded(300)
        await cutTo('white', 'fade', 1000)
        await until(
          async () =>
            (await get<{ canvases: { transition: unknown }[] }>('/studio/program')).canvases.every((each) => each.transition === null),
          'the fade does not end',
        )
      })
      const fading = lumas(file as string).filter(({ luma }) => luma > 24 && luma < 228)
      expect(fading.length).toBeGreaterThan(14)
      // From 16 to 235 in a second: every frame has the brightness of its time.
      const begins = fading.map(({ time, luma }) => time - (luma - 16) / 219).toSorted((a, b) => a - b)
      expect(((begins.at(-1) as number) - (begins[0] as number)) * 219, 'levels apart').toBeLessThan(12)
    }, 5)
  })

  it('goes out on two canvases at once, each in its own shape, from the same sources', async () => {
    await cutTo('card')
    for (const id of ['show', 'upright']) {
      await output('start', id)
      await live(id)
      await host.until(id, ({ state }) => state === 'active')
    }
    const [file, wide] = [join(folder, 'upright.mkv'), join(folder, 'wide.mkv')]
    await Promise.all([recordFrames(`${host.rtmp}/upright`, file, 100), recordFrames(`${host.rtmp}/show`, wide, 100)])
    const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file], {
      encoding: 'utf8',
    })
    expect(stdout).toContain('360,640')
    const frames = await readFrames(wide)
    expect(frames.filter(({ code }) => code !== undefined).length).toBeGreaterThan(30)
  })

  it('is back within two seconds when its process is killed: same scene, same streams, the file goes on in a new part', async () => {
    const stream = await host.until('show', ({ state }) => state === 'active')
    // Again where the machine was busier with its return than with its start.
    await undisturbed(async () => {
      const before = await get<{ pid: number }>('/studio/statistics')
      const known = (await filesOf()).length
      let awayMs = 0
      const files = await recorded(async () => {
        await untilRecorded(1500)
        const killedAt = performance.now()
        process.kill(before.pid, 'SIGKILL')
        await until(async () => {
          const { pid, frames, state } = await get<{ pid: number | null; frames: number; state: string }>('/studio/statistics')
          return state === 'running' && pid !== null && pid !== before.pid && frames > 0
        }, 'the studio is not back')
        awayMs = performance.now() - killedAt
        const { canvases } = await get<{ canvases: { canvas: string; program: string }[] }>('/studio/program')
        expect(canvases.find(({ canvas }) => canvas === 'main')?.program).toBe('card')
        await until(async () => (await filesOf()).length === known + 2, 'there is no new part')
        await untilRecorded((await recordedMs()) + 1500)
      })
      expect(files).toHaveLength(2)
      const parts = await Promise.all(files.map((file) => readFrames(file)))
      for (const part of parts) expect(part.length).toBeGreaterThan(20)
      const [last = 0, next = 0] = [
        parts[0]?.findLast(({ code }) => code !== undefined),
        parts[1]?.find(({ code }) => code !== undefined),
      ].map((frame) => frame?.code?.wallMs)
      expect(next - last).toBeGreaterThan(0)
      // The first frames of an encoder come a little after those of the clock.
      expect(next - last).toBeLessThan(awayMs + 2000)
      // The same work as the first time: a slow machine is slow at both.
      expect(awayMs).toBeLessThan(2 * openedMs + 3000)
    })
    expect((await host.until('show', ({ state }) => state === 'active')).id).toBe(stream.id)
    expect(await stateOf('upright')).toBe('live')
    const file = join(folder, 'after.mkv')
    await recordFrames(`${host.rtmp}/show`, file, 100)
    expect((await readFrames(file)).length).toBeGreaterThan(30)
  }, 240_000)
})
