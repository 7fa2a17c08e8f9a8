import type { TrayLook } from '../parts.ts'

type Color = readonly [red: number, green: number, blue: number]

const backgrounds: Readonly<Record<TrayLook['state'], Color>> = {
  off: [0x7c, 0x84, 0x92],
  idle: [0x2f, 0x6f, 0xed],
  live: [0xd9, 0x2d, 0x35],
  problem: [0xd9, 0x86, 0x0a],
}
const white: Color = [0xff, 0xff, 0xff]
const dot: Color = [0xe5, 0x1c, 0x23]

/** Distance of a point to a segment, in units of a side of 32. */
function toSegment(x: number, y: number, [ax, ay, bx, by]: readonly [number, number, number, number]): number {
  const [dx, dy] = [bx - ax, by - ay]
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

/** Inside the triangle of a play button. */
const inPlay = (x: number, y: number): boolean => x >= 12.5 && x <= 24 && Math.abs(y - 16) <= 6.5 * (1 - (x - 12.5) / 11.5)

const inSquare = (x: number, y: number): boolean => {
  const [cx, cy] = [Math.max(8, Math.min(24, x)), Math.max(8, Math.min(24, y))]
  return Math.hypot(x - cx, y - cy) <= 8
}

/** Colour at a point of the square of 32, or undefined: the product's icon, with a mark for what happens. */
function colorAt(x: number, y: number, { state, recording }: TrayLook): Color | undefined {
  if (recording) {
    const away = Math.hypot(x - 24.5, y - 24.5)
    if (away <= 5.2) return dot
    if (away <= 7) return white
  }
  if (!inSquare(x, y)) return undefined
  const marked =
    state === 'problem'
      ? toSegment(x, y, [16, 8, 16, 17]) <= 1.9 || Math.hypot(x - 16, y - 23) <= 2.2
      : inPlay(x, y) || toSegment(x, y, [8, 11, 8, 21]) <= 1.2
  return marked ? white : backgrounds[state]
}

/** Points across a pixel: their mean smooths edges. */
const samples = 4

/** The icon as StatusNotifierItem takes it: `size`² pixels of four bytes, alpha, red, green, blue, not premultiplied. */
export function trayImage(look: TrayLook, size: number): Uint8Array {
  const image = new Uint8Array(size * size * 4)
  const scale = 32 / size
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let covered = 0
      const sum = [0, 0, 0]
      for (let sample = 0; sample < samples * samples; sample++) {
        const x = (column + ((sample % samples) + 0.5) / samples) * scale
        const y = (row + (Math.floor(sample / samples) + 0.5) / samples) * scale
        const color = colorAt(x, y, look)
        if (color === undefined) continue
        covered++
        for (let part = 0; part < 3; part++) sum[part]! += color[part]!
      }
      if (covered === 0) continue
      image.set([(covered * 255) / (samples * samples), ...sum.map((each) => Math.round(each / covered))], (row * size + column) * 4)
    }
  }
  return image
}
