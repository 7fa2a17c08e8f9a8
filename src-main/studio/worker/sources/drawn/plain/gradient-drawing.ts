import { type CanvasGradient, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { GradientSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { drawPlain } from './plain-drawing.ts'

/** Colours that run into each other: along a line, out of a point, or around it. */
export const startGradient: StartDrawing<GradientSettings> = (first, context) =>
  drawPlain(first, context, (settings, width, height) => {
    const canvas = createCanvas(width, height)
    const brush = canvas.getContext('2d')
    const gradient = gradientOf(brush, settings, width, height)
    for (const { at, color } of settings.stops) gradient.addColorStop(at, color)
    brush.fillStyle = gradient
    brush.fillRect(0, 0, width, height)
    return { pixels: canvas.data(), premultiplied: true }
  })

function gradientOf(brush: SKRSContext2D, settings: GradientSettings, width: number, height: number): CanvasGradient {
  const x = settings.centerX * width
  const y = settings.centerY * height
  const angle = (settings.angle * Math.PI) / 180
  switch (settings.shape) {
    case 'linear':
      return linearGradient(brush, settings.angle, 0, 0, width, height)
    case 'radial': {
      // To the farthest corner, so that the last colour is reached there.
      const reach = Math.hypot(Math.max(x, width - x), Math.max(y, height - y))
      return brush.createRadialGradient(x, y, 0, x, y, reach)
    }
    case 'conic':
      return brush.createConicGradient(angle, x, y)
  }
}

/** A gradient across a box in a direction, so long that it starts and ends at the box's outermost corners. */
export function linearGradient(
  brush: SKRSContext2D,
  degrees: number,
  left: number,
  top: number,
  width: number,
  height: number,
): CanvasGradient {
  const angle = (degrees * Math.PI) / 180
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)]
  const half = (Math.abs(width * dx) + Math.abs(height * dy)) / 2
  const [x, y] = [left + width / 2, top + height / 2]
  return brush.createLinearGradient(x - dx * half, y - dy * half, x + dx * half, y + dy * half)
}
