import { afterEach, expect, it } from 'vitest'
import type { SourceMemory, SourceReport } from '../../../../../media/source-report.ts'
import { type SlideshowSettings, SlideshowSettingsSchema } from '../../../../document/kinds/drawn.ts'
import { readSettings } from '../../source-settings.ts'
import type { Drawing, DrawingContext } from '../drawing.ts'
import { startSlideshow } from './slideshow-drawing.ts'

const files = ['/1.png', '/2.png', '/3.png', '/4.png']
let drawing: Drawing<SlideshowSettings> | undefined
afterEach(() => drawing?.close())

/** A slideshow whose images are read when `read` says so: the oldest that is wanted, or one that is broken. */
function start(settings: Partial<SlideshowSettings> = {}, memory?: SourceMemory) {
  const reports: SourceReport[] = []
  let kept = memory
  const wanted: { readonly path: string; readonly end: (isWhole: boolean) => void }[] = []
  const context: DrawingContext = {
    pictures: undefined,
    sound: undefined,
    canvas: { width: 4, height: 4 },
    frames: { add: () => () => undefined } as unknown as DrawingContext['frames'],
    memory,
    nowUs: () => 0,
    judge: async (path) => path,
    judgeTarget: () => {
      throw new Error('images have no URL')
    },
    report: (report) => reports.push(report),
    remember: (next) => {
      kept = next
    },
    readPicture: (path, _wish, { signal }) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('no longer wanted')))
        const whole = { width: 4, height: 4, frames: [new Uint8Array(64)] } as unknown as Awaited<ReturnType<DrawingContext['readPicture']>>
        wanted.push({ path, end: (isWhole) => (isWhole ? resolve(whole) : reject(new Error(`${path} is broken`))) })
      }),
    draw: () => undefined,
  }
  const all = readSettings(SlideshowSettingsSchema, { files, intervalMs: 0, ...settings }) as unknown as { settings: SlideshowSettings }
  const made = startSlideshow(all.settings, context, true)
  drawing = made
  const shown = (): unknown => reports.at(-1)?.details?.slide
  return {
    send: (...names: readonly string[]) => {
      for (const name of names) made.command?.(name, {})
    },
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
