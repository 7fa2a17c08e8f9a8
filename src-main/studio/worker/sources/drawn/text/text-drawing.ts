import type { TextSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { writeRgba } from '../write-image.ts'
import { joined, measureText, TextPainter } from './paint-text.ts'
import { paintStrip } from './scrolling-strip.ts'
import { followText, type TextContent } from './text-content.ts'

/** A text from settings, a file or a URL: painted when it changes; if it scrolls, a strip is painted once and a window moves over it. */
export const startText: StartDrawing<TextSettings> = (first, context, firstShown) => {
  const painter = new TextPainter()
  const beganUs = context.nowUs()
  let settings = first
  let shown = firstShown
  let text: string | undefined
  /** Why the text is not the newest, or not there. */
  let trouble: string | undefined
  let content: TextContent | undefined
  let stopTicks: (() => void) | undefined
  let move: ((timeUs: number) => void) | undefined

  function paint(): void {
    stopTicks?.()
    stopTicks = undefined
    move = undefined
    const now = text
    if (now === undefined || now.trim() === '') {
      context.frameStore?.clear()
      if (trouble === undefined) context.report({ state: 'running', details: { characters: 0 } })
      else context.report({ state: 'waiting', problem: trouble })
      return
    }
    context.draw(() => {
      const about = settings.scroll === null ? paintStill(now) : paintMoving(now, settings.scroll)
      const problem = joined(trouble, about.problem)
      const { width, height, font } = about
      context.report({
        state: 'running',
        ...(problem !== undefined && { problem }),
        details: { width, height, font, characters: now.length },
      })
    }, true)
    rest()
  }

  function paintStill(now: string): { width: number; height: number; font: string; problem: string | undefined } {
    const painted = painter.paint(now, settings)
    writeRgba(context.frameStore, { ...painted, premultiplied: true }, context.nowUs())
    return painted
  }

  function paintMoving(
    now: string,
    { y, gap, x = y === 0 ? -100 : 0 }: NonNullable<TextSettings['scroll']>,
  ): { width: number; height: number; font: string; problem: string | undefined } {
    // What runs sideways is one line; what runs up or down only is wrapped to its window.
    const oneLine = x !== 0 && y === 0
    const measured = measureText(oneLine ? now.replace(/\s*\n\s*/g, '   ') : now, {
      ...settings,
      width: x === 0 ? settings.width : 0,
      height: y === 0 ? settings.height : 0,
    })
    const width = settings.width || (x === 0 ? measured.width : context.canvas.width)
    const height = settings.height || (y === 0 ? measured.height : context.canvas.height)
    const strip = paintStrip(measured, { x, y, gap }, Math.min(8192, width), Math.min(8192, height))
    move = (timeUs) =>
      context.frameStore?.write({
        layout: 'rgba',
        width: strip.width,
        height: strip.height,
        planes: [strip.windowAt(timeUs - beganUs)],
        strides: [strip.stride],
        premultiplied: true,
        timeUs,
      })
    move(context.nowUs())
    return { width: strip.width, height: strip.height, font: measured.font, problem: strip.problem }
  }

  /** Moves what scrolls, where it is seen. */
  function rest(): void {
    const moving = move
    if (moving !== undefined && shown) stopTicks ??= context.frames.add(({ timeUs }) => context.draw(() => moving(timeUs), false))
    else {
      stopTicks?.()
      stopTicks = undefined
    }
  }

  function begin(): void {
    content?.stop()
    content = undefined
    let reported = false
    const following = followText(settings, context, {
      onText(now) {
        reported = true
        const changed = now !== text || trouble !== undefined
        text = now
        trouble = undefined
        if (changed) paint()
      },
      onProblem(problem, lost) {
        reported = true
        trouble = problem
        if (lost) text = undefined
        paint()
      },
    })
    content = following
    if (!reported) context.report({ state: 'starting' })
  }

  begin()
  return {
    update(next) {
      const before = settings
      settings = next
      const same = (['from', 'text', 'file', 'url', 'pollMs', 'lastLines'] as const).every((name) => before[name] === next[name])
      if (same) paint()
      else {
        text = undefined
        trouble = undefined
        begin()
      }
    },
    show(now) {
      shown = now
      rest()
    },
    command(name) {
      if (name === 'reload') content?.again()
    },
    close() {
      content?.stop()
      stopTicks?.()
      stopTicks = undefined
    },
  }
}
