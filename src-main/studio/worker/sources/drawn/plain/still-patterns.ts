import { bars as colorBars, type Planes } from '../../../../../media/worker/test-card/test-card.ts'

const black = 16
const white = 235
const grey = 128

/** The test card's bars, and black. */
const bars = [...colorBars, [16, 128, 128]] as const

/** Cells of the grid across the image's height. */
const gridRows = 9

/** Paints a pattern that does not move into new memory. Sizes are even. */
export function paintPattern(pattern: 'bars' | 'ramp' | 'grid', width: number, height: number): Planes {
  const plane = (w: number, h: number, value: number) => ({ data: new Uint8Array(w * h).fill(value), stride: w })
  const planes = [plane(width, height, black), plane(width / 2, height / 2, grey), plane(width / 2, height / 2, grey)] as const
  if (pattern === 'bars') paintBars(planes, width)
  else if (pattern === 'ramp') paintRamp(planes[0].data, width, height)
  else paintGrid(planes[0].data, width, height)
  return planes
}

function paintBars(planes: Planes, width: number): void {
  planes.forEach((plane, component) => {
    const row = new Uint8Array(plane.stride)
    const scale = plane.stride / width
    bars.forEach((bar, index) => {
      const from = (Math.round((width * index) / bars.length) & ~1) * scale
      row.fill(bar[component] as number, from)
    })
    for (let at = 0; at < plane.data.length; at += plane.stride) plane.data.set(row, at)
  })
}

/** Upper half: black to white without steps; lower half: in eleven. */
function paintRamp(luma: Uint8Array, width: number, height: number): void {
  const steps = 11
  for (let x = 0; x < width; x++) {
    const smooth = black + Math.round(((white - black) * x) / Math.max(1, width - 1))
    const stepped = black + Math.round(((white - black) * Math.floor((x * steps) / width)) / (steps - 1))
    luma[x] = smooth
    luma[(height >> 1) * width + x] = stepped
  }
  for (let y = 1; y < height; y++) {
    if (y === height >> 1) continue
    const from = y < height >> 1 ? 0 : (height >> 1) * width
    luma.copyWithin(y * width, from, from + width)
  }
}

/** Squares, the middle lines, and a frame at the very edge. */
function paintGrid(luma: Uint8Array, width: number, height: number): void {
  const cell = Math.max(8, Math.floor(height / gridRows))
  const line = Math.max(1, Math.floor(height / 540))
  const [offsetX, offsetY] = [(width >> 1) % cell, (height >> 1) % cell]
  for (let y = 0; y < height; y++) {
    const onRow = (y - offsetY + cell) % cell < line || y < line || y >= height - line
    for (let x = 0; x < width; x++) {
      const onColumn = (x - offsetX + cell) % cell < line || x < line || x >= width - line
      if (onRow || onColumn) luma[y * width + x] = white
    }
  }
}
