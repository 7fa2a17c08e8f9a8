import type { ColorSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { drawPlain } from './plain-drawing.ts'

/** One colour, everywhere. */
export const startColor: StartDrawing<ColorSettings> = (first, context) =>
  drawPlain(first, context, ({ color }, width, height) => {
    const rgba = color.length === 7 ? `${color.slice(1)}ff` : color.slice(1)
    return { pixels: Buffer.alloc(width * height * 4, rgba, 'hex'), premultiplied: false }
  })
