import type { Drawing, DrawingContext } from '../drawing.ts'
import { writeRgba } from '../write-image.ts'

interface Sized {
  readonly width: number
  readonly height: number
}

/** An image that depends only on its settings: drawn when they change, and never between. `paint` answers RGBA pixels. */
export function drawPlain<Settings extends Sized>(
  first: Settings,
  context: DrawingContext,
  paint: (settings: Settings, width: number, height: number) => { readonly pixels: Uint8Array; readonly premultiplied: boolean },
): Drawing<Settings> {
  function draw(settings: Settings): void {
    const width = settings.width || context.canvas.width
    const height = settings.height || context.canvas.height
    context.draw(() => {
      writeRgba(context.frameStore, { width, height, ...paint(settings, width, height) }, context.nowUs())
      context.report({ state: 'running', details: { width, height } })
    }, true)
  }
  draw(first)
  return { update: draw, show: () => undefined, close: () => undefined }
}
