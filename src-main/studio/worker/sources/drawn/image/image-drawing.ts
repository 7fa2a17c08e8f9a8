import type { SourceReport } from '../../../../../media/source-report.ts'
import type { ImageSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import type { DecodedImage } from '../reading/image-messages.ts'
import { type FileWatch, watchFile } from '../watched-file.ts'
import { writeRgba } from '../write-image.ts'
import { placeOf } from './animation.ts'

/** No side of an image is made longer than this, or than the canvas if that is larger, px: its cost in memory is bounded. */
export const maxSide = 4096

/** An image file: drawn once, again when the file changes; animated ones frame by frame while they are seen. */
export const startImage: StartDrawing<ImageSettings> = (first, context, firstShown) => {
  let settings = first
  let shown = firstShown
  let watch: FileWatch | undefined
  let image: DecodedImage | undefined
  let beganUs = 0
  let drawn = -1
  let timer: NodeJS.Timeout | undefined
  /** Grows with every change of settings: what was decoded for older ones is thrown away. */
  let turn = 0
  let reading = new AbortController()
  /** What was reported of the image that is shown; undefined: none is. */
  let running: SourceReport | undefined

  function drawFrame(fresh: boolean): void {
    clearTimeout(timer)
    const now = image
    if (now === undefined) return
    const loops = settings.loop === 'file' ? now.loops : settings.loop === 'always' ? 0 : 1
    const still = now.frames.length === 1
    const place = still ? undefined : placeOf(now.delaysMs, loops, ((context.nowUs() - beganUs) / 1000) * settings.speed)
    const frame = place?.frame ?? 0
    if (frame !== drawn) {
      drawn = frame
      const pixels = now.frames[frame] as Uint8Array
      context.draw(() => writeRgba(context.frameStore, { width: now.width, height: now.height, pixels }, context.nowUs()), fresh)
    }
    if (place !== undefined && shown && !place.ended) {
      timer = setTimeout(() => drawFrame(false), Math.min(60_000, Math.ceil(place.remainsMs / settings.speed)))
    }
  }

  async function onFile(path: string): Promise<void> {
    const mine = turn
    const { width, height } = settings
    const limit = Math.max(maxSide, context.canvas.width, context.canvas.height)
    try {
      const wish = { width, height, fit: 'inside', maxSide: limit, still: false } as const
      const read = await context.readImage(path, wish, { signal: reading.signal, onSlow })
      if (mine !== turn) return
      image = read
      drawn = -1
      beganUs = context.nowUs()
      drawFrame(true)
      running = {
        state: 'running',
        ...(read.remark !== undefined && { problem: read.remark }),
        details: { width: read.width, height: read.height, frames: read.frames.length },
      }
      context.report(running)
      // One that does not move is in the store: nothing of it is kept here.
      if (read.frames.length === 1) image = undefined
    } catch (error) {
      // The image before stays: a file may be in the middle of being written.
      if (mine === turn) context.report({ state: 'failed', problem: (error as Error).message })
    }
  }

  /** The image before, if any, is shown meanwhile. */
  function onSlow(problem: string): void {
    if (!reading.signal.aborted) context.report({ ...(running ?? { state: 'starting' }), problem })
  }

  function begin(): void {
    turn++
    reading.abort()
    reading = new AbortController()
    watch?.stop()
    watch = undefined
    if (settings.file === '') {
      clear()
      context.report({ state: 'waiting', problem: 'No file is chosen' })
      return
    }
    watch = watchFile(settings.file, {
      judge: context.judge,
      onFile,
      onMissing(problem) {
        clear()
        context.report({ state: 'waiting', problem })
      },
    })
  }

  function clear(): void {
    clearTimeout(timer)
    image = undefined
    running = undefined
    drawn = -1
    context.frameStore?.clear()
  }

  begin()
  return {
    update(next) {
      const again = next.file !== settings.file || next.width !== settings.width || next.height !== settings.height
      settings = next
      if (again) begin()
      else drawFrame(false)
    },
    show(now) {
      shown = now
      drawFrame(false)
    },
    command(name) {
      if (name === 'reload') watch?.again()
      else if (name === 'restart') {
        beganUs = context.nowUs()
        drawFrame(false)
      }
    },
    close() {
      turn++
      reading.abort()
      watch?.stop()
      clear()
    },
  }
}
