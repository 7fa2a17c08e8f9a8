import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { FileFault } from '../../../../../platform/user-files/regular-file.ts'
import type { SlideshowSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { maxSide } from '../image/image-drawing.ts'
import { writeRgba } from '../write-image.ts'
import { crossFade, premultiply } from './cross-fade.ts'
import { SlideOrder } from './slide-order.ts'
import { readPlace, type SlidePlace, writePlace } from './slide-place.ts'

/** Which files of a folder are images. */
const imageEndings = new Set(['.png', '.jpg', '.jpeg', '.webp', '.avif', '.gif', '.svg', '.tif', '.tiff'])
/** Max images of a folder that are shown. */
const maxSlides = 10_000
/** Slides are not changed faster, ms. */
const minStayMs = 100
/** Steps that may wait while a folder is listed; those that come on top are not taken. */
const maxSteps = 1000
/** After this the list is looked at again where there is nothing to show, ms. */
const lookAgainMs = 1000

interface Slide {
  readonly path: string
  /** RGBA, premultiplied, of the stage's size. */
  readonly pixels: Uint8Array
}

/** Images one after the other on a stage of a fixed size. What cannot be shown is skipped and reported. */
export const startSlideshow: StartDrawing<SlideshowSettings> = (first, context, firstShown) => {
  let settings = first
  let shown = firstShown
  const before = readPlace(first, context.memory, firstShown)
  /** Where it was interrupted, until it is back there. */
  let from = before
  /** Steps that were asked for and not taken yet, oldest first. */
  let due: (1 | -1)[] = []
  let paused = before?.paused ?? false
  let ended = false
  let order = new SlideOrder(first.order, before?.seed)
  /** When the present slide was first shown, ms since 1970. */
  let sinceMs = Date.now()
  let standing: Slide | undefined
  let timer: NodeJS.Timeout | undefined
  let stopFade: (() => void) | undefined
  /** Grows when what is being read is no longer wanted. */
  let turn = 0
  /** Those that images are being listed for. */
  let listing: SlideshowSettings | undefined
  let skipped: string | undefined
  let closed = false
  let reading = new AbortController()

  const stage = (): { width: number; height: number } => ({
    width: Math.min(8192, settings.width || context.canvas.width),
    height: Math.min(8192, settings.height || context.canvas.height),
  })
  const stayMs = (): number => Math.max(minStayMs, settings.intervalMs)
  const resting = (): boolean => paused || (!shown && settings.whenHidden !== 'run')

  /** Paths of the images, or also why those of the folder are missing. */
  async function list(): Promise<{ readonly found: readonly string[]; readonly problem?: string }> {
    const { files, folder } = settings
    if (folder === '') return { found: files }
    try {
      const names = await readdir(await context.judge(folder))
      const images = names.filter((name) => imageEndings.has(extname(name).toLowerCase()))
      images.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
      return { found: [...files, ...images.slice(0, maxSlides).map((name) => join(folder, name))] }
    } catch (error) {
      if (error instanceof FileFault) return { found: files, problem: error.message }
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      const problem = isMissing ? `There is no folder ${folder}` : `The folder ${folder} cannot be read: ${(error as Error).message}`
      return { found: files, problem }
    }
  }

  function wait(ms: number, then: () => void): void {
    clearTimeout(timer)
    timer = setTimeout(then, ms)
  }

  /** Goes to where it would be by now, had it not been interrupted; false where that is gone. */
  function takeUp({ slide, position, runs, ...place }: SlidePlace): boolean {
    if (!order.goTo(slide, position)) return false
    ended = place.ended
    sinceMs = runs ? place.sinceMs : Date.now()
    if (!runs || settings.intervalMs === 0) return true
    const passed = Math.floor(Math.max(0, Date.now() - sinceMs) / stayMs())
    sinceMs += passed * stayMs()
    // Whole rounds need not be walked.
    let steps = passed <= order.slides ? passed : settings.loop ? order.slides + (passed % order.slides) : order.slides
    while (steps > 0 && order.step(1, settings.loop) !== undefined) steps--
    ended = steps > 0
    return true
  }

  function go(by: 1 | -1): void {
    if (due.length < maxSteps) due.push(by)
    void move()
  }

  /** Starts before the first slide. */
  function goFromStart(): void {
    from = undefined
    due = []
    go(1)
  }

  /** Takes all steps that are due, and shows the first slide there that can be shown. */
  async function move(): Promise<void> {
    // What is being listed takes these steps, too: a slow folder is listed once for however many.
    if (listing === settings) return
    const mine = ++turn
    clearTimeout(timer)
    reading.abort()
    reading = new AbortController()
    listing = settings
    const { found, problem } = await list()
    // Later sources with other settings take the steps of this one, too.
    if (mine !== turn || closed) return
    listing = undefined
    skipped = problem
    order.setSlides(found)
    if (from !== undefined && !takeUp(from)) due.unshift(1)
    from = undefined
    for (const passed of due.slice(0, -1)) order.step(passed, settings.loop)
    let step: 1 | -1 | 0 = due.at(-1) ?? 0
    due = []
    let tried = false
    // Each is tried once: a list of nothing but broken files comes to an end.
    for (let tries = order.slides; tries > 0; tries--) {
      let path = step === 0 ? order.current : order.step(step, settings.loop)
      if (path === undefined) {
        ended = true
        path = order.current
        step = 0
        if (path === undefined || tried || path === standing?.path) {
          notify()
          return
        }
      }
      if (path === standing?.path) {
        standOn()
        return
      }
      const slide = await read(path)
      if (mine !== turn || closed) return
      if (slide === undefined) {
        tried = true
        step ||= 1
        continue
      }
      if (step !== 0) {
        ended = false
        sinceMs = Date.now()
      }
      change(slide)
      return
    }
    if (standing === undefined || order.slides === 0) {
      standing = undefined
      context.frameStore?.clear()
      const nothing = settings.files.length === 0 && settings.folder === '' ? 'No images are chosen' : 'There is no image to show'
      context.report({ state: 'waiting', problem: skipped ?? nothing })
      wait(lookAgainMs, () => go(1))
    } else standOn()
  }

  /** The slide before is shown meanwhile. */
  function onSlow(problem: string): void {
    if (reading.signal.aborted) return
    skipped = problem
    if (standing === undefined) context.report({ state: 'starting', problem })
    else notify()
  }

  async function read(path: string): Promise<Slide | undefined> {
    const { fit, background } = settings
    const wish = {
      ...stage(),
      fit: fit === 'stretch' ? 'fill' : fit,
      background,
      maxSide: Math.max(maxSide, ...Object.values(stage())),
      still: true,
    } as const
    const { signal } = reading
    const skippedBefore = skipped
    try {
      // What is found in a folder is judged as the folder is.
      const real = await context.judge(path, settings.files.includes(path) ? path : settings.folder)
      const { frames } = await context.readImage(real, wish, { signal, onSlow })
      if (!signal.aborted) skipped = skippedBefore
      const pixels = frames[0] as Uint8Array
      premultiply(pixels)
      return { path, pixels }
    } catch (error) {
      if (!signal.aborted) skipped = (error as Error).message
      return undefined
    }
  }

  function change(to: Slide): void {
    stopFade?.()
    stopFade = undefined
    const from = standing
    standing = to
    const { width, height } = stage()
    const write = (pixels: Uint8Array, timeUs: number): void =>
      writeRgba(context.frameStore, { width, height, pixels, premultiplied: true }, timeUs)
    const same = from !== undefined && from.pixels.length === to.pixels.length
    if (same && settings.fadeMs > 0 && shown) {
      const beganUs = context.nowUs()
      const mixed = new Uint8Array(to.pixels.length)
      const words = [wordsOf(from.pixels), wordsOf(to.pixels), wordsOf(mixed)] as const
      stopFade = context.frames.add(({ timeUs }) => {
        const weight = Math.min(256, Math.round(((timeUs - beganUs) / 1000 / settings.fadeMs) * 256))
        context.draw(() => {
          if (weight < 256) crossFade(words[0], words[1], weight, words[2])
          write(weight < 256 ? mixed : to.pixels, timeUs)
        }, false)
        if (weight < 256) return
        stopFade?.()
        stopFade = undefined
      })
    } else context.draw(() => write(to.pixels, context.nowUs()), true)
    stay()
  }

  /** The slide is shown until its time is over. */
  function stay(): void {
    notify()
    clearTimeout(timer)
    if (resting() || ended || settings.intervalMs === 0) return
    wait(Math.min(stayMs(), Math.max(1, sinceMs + stayMs() - Date.now())), () => go(1))
  }

  function notify(): void {
    const { width, height } = stage()
    if (standing !== undefined) {
      const runs = !resting() && !ended
      const { path: slide } = standing
      context.remember(writePlace(settings, { slide, position: order.position, seed: order.seed, sinceMs, runs, paused, ended, shown }))
    }
    context.report({
      state: ended ? 'ended' : resting() ? 'paused' : 'running',
      ...(skipped !== undefined && { problem: skipped }),
      details: {
        width,
        height,
        slide: standing === undefined ? null : basename(standing.path),
        position: order.position,
        slides: order.slides,
      },
    })
  }

  /** The slide represents its whole time from now on. */
  function standOn(): void {
    sinceMs = Date.now()
    stay()
  }

  function restart(): void {
    order.rewind()
    goFromStart()
  }

  if (from === undefined) go(1)
  else void move()
  return {
    update(next) {
      const { intervalMs, fadeMs, whenHidden, ...before } = settings
      const { intervalMs: _interval, fadeMs: _fade, whenHidden: _hidden, ...after } = next
      settings = next
      if (JSON.stringify(before) !== JSON.stringify(after)) {
        order = new SlideOrder(next.order)
        standing = undefined
        goFromStart()
      } else if (standing !== undefined) standOn()
    },
    show(now) {
      if (now === shown) return
      shown = now
      if (now && settings.whenHidden === 'restart') restart()
      else if (standing !== undefined) standOn()
    },
    command(name) {
      if (name === 'next') go(1)
      else if (name === 'previous') go(-1)
      else if (name === 'restart') restart()
      else {
        paused = name === 'pause'
        if (ended && !paused) restart()
        else if (standing !== undefined) standOn()
      }
    },
    close() {
      closed = true
      turn++
      reading.abort()
      clearTimeout(timer)
      stopFade?.()
    },
  }
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  // A decoder's memory starts where it likes.
  const pixels = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4)
}
