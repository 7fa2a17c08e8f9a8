import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import type { SourceMemory, SourceReport } from '../../../../../media/source-report.ts'
import { type SlideshowSettings, SlideshowSettingsSchema } from '../../../../document/kinds/drawn.ts'
import { readSettings } from '../../source-settings.ts'
import type { Drawing, DrawingContext } from '../drawing.ts'
import { startSlideshow } from './slideshow-drawing.ts'

const files = ['/1.png', '/2.png', '/3.png', '/4.png']
let drawing: Drawing<SlideshowSettings> | undefined
afterEach(() => drawing?.close())

/** A slideshow whose images are read when `read` says so: the oldest that is wanted, or one that is broken. */
function start(settings: Partial<SlideshowSettings> = {}, memory?: SourceMemory, judge = async (path: string) => path) {
  const reports: SourceReport[] = []
  let kept = memory
  const wanted: { readonly path: string; readonly end: (isWhole: boolean) => void }[] = []
  const context: DrawingContext = {
    frameStore: undefined,
    audioStore: undefined,
    canvas: { width: 4, height: 4 },
    frames: { add: () => () => undefined } as unknown as DrawingContext['frames'],
    memory,
    nowUs: () => 0,
    judge,
    judgeTarget: () => {
      throw new Error('images have no URL')
    },
    report: (report) => reports.push(report),
    remember: (next) => {
      kept = next
    },
    readImage: (path, _wish, { signal }) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('no longer wanted')))
        const whole = { width: 4, height: 4, frames: [new Uint8Array(64)] } as unknown as Awaited<ReturnType<DrawingContext['readImage']>>
        wanted.push({ path, end: (isWhole) => (isWhole ? resolve(whole) : reject(new Error(`${path} is broken`))) })
      }),
    draw: () => undefined,
  }
  const settingsOf = (given: Partial<SlideshowSettings>): SlideshowSettings =>
    (readSettings(SlideshowSettingsSchema, { files, intervalMs: 0, ...given }) as unknown as { settings: SlideshowSettings }).settings
  const made = startSlideshow(settingsOf(settings), context, true)
  drawing = made
  const shown = (): unknown => reports.at(-1)?.details?.slide
  return {
    send: (...names: readonly string[]) => {
      for (const name of names) made.command?.(name, {})
    },
    update: (next: Partial<SlideshowSettings>) => made.update(settingsOf(next)),
    /** Reads images until the slide is shown; `broken`: those that cannot be. */
    async until(slide: string, broken: readonly string[] = []): Promise<void> {
      const readAndLook = (): unknown => {
        for (const { path, end } of wanted.splice(0)) end(!broken.includes(path))
        return shown()
      }
      await expect.poll(readAndLook).toBe(slide)
    },
    /** Waits until an image is being read. */
    wants: (path: string) => expect.poll(() => wanted.at(-1)?.path).toBe(path),
    state: () => reports.at(-1)?.state,
    memory: () => kept,
  }
}

it('goes on from the first slide when `next` comes before anything is shown, as early as that may be', async () => {
  const early = start()
  early.send('next')
  await early.until('2.png')
  const reading = start()
  await reading.wants('/1.png')
  reading.send('next')
  await reading.until('2.png')
})

it('takes every step of commands that follow each other at once', async () => {
  const show = start()
  show.send('next', 'next', 'previous', 'next')
  await show.until('3.png')
  show.send('next', 'next')
  await show.until('1.png')
  show.send('previous', 'previous')
  await show.until('3.png')
  const backwards = start()
  backwards.send('previous')
  await backwards.until('4.png')
})

it('goes no further than its last slide, and passes over slides that are broken', async () => {
  const show = start({ loop: false })
  show.send('next', 'next', 'next', 'next', 'next', 'next')
  await show.until('4.png')
  expect(show.state()).toBe('ended')
  const broken = start()
  broken.send('next')
  await broken.until('3.png', ['/2.png'])
})

it('counts `next` from where it was, when it comes before an interrupted slideshow is back', async () => {
  const before = start()
  before.send('next')
  await before.until('2.png')
  const back = start({}, before.memory())
  back.send('next')
  await back.until('3.png')
  const restarted = start({}, before.memory())
  restarted.send('next', 'restart')
  await restarted.until('1.png')
})

it('lists a slow folder once for all steps that come meanwhile, and takes no more than a thousand of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slideshow-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const file of files) writeFileSync(join(folder, file), '')
  let listed = 0
  const released = Promise.withResolvers<void>()
  const show = start({ files: [], folder }, undefined, async (path) => {
    if (path !== folder) return path
    listed++
    await released.promise
    return path
  })
  show.send(...Array.from({ length: 1500 }, () => 'next'))
  released.resolve()
  // The first step goes to the first slide; after 1501 it would be that one again.
  await show.until('4.png')
  expect(listed).toBe(1)
})

it('shows the images of a newly chosen folder while the former one has not been listed yet', async () => {
  const [slow, other] = ['slow', 'other'].map((name) => {
    const folder = mkdtempSync(join(tmpdir(), 'slideshow-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, `${name}.png`), '')
    return folder
  }) as [string, string]
  const released = Promise.withResolvers<void>()
  const show = start({ files: [], folder: slow }, undefined, async (path) => {
    if (path === slow) await released.promise
    return path
  })
  show.update({ files: [], folder: other })
  await show.until('other.png')
  released.resolve()
  show.send('next')
  await show.until('other.png')
})
