import type { TextStyle } from '../../../../document/kinds/text-style.ts'
import type { DrawingContext } from '../drawing.ts'
import { TextPainter } from '../text/paint-text.ts'
import { writeRgba } from '../write-image.ts'
import { widestDigits } from './clock-format.ts'

/** A text that changes with time, in a box that does not change with its digits. */
export interface TimeText {
  /** Draws where the text or the style differs from what was drawn. Answers what there is to say of it. */
  show(text: string, style: TextStyle): void
  /** What was reported of the newest drawing. */
  readonly about: { readonly problem: string | undefined; readonly details: Readonly<Record<string, string | number>> }
}

/** Paints such a text into a source's store. */
export function createTimeText(context: DrawingContext): TimeText {
  const painter = new TextPainter()
  let shownText: string | undefined
  let shownStyle: TextStyle | undefined
  let about: TimeText['about'] = { problem: undefined, details: {} }
  return {
    get about() {
      return about
    },
    show(text, style) {
      if (text === shownText && style === shownStyle) return
      const fresh = style !== shownStyle
      shownText = text
      shownStyle = style
      context.draw(() => {
        if (text.trim() === '') {
          context.frameStore?.clear()
          return
        }
        const painted = painter.paint(text, style, widestDigits(text))
        writeRgba(context.frameStore, { ...painted, premultiplied: true }, context.nowUs())
        about = { problem: painted.problem, details: { width: painted.width, height: painted.height, font: painted.font } }
      }, fresh)
    },
  }
}
