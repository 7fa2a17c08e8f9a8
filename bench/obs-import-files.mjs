/** Images that the collections of the comparison with OBS Studio show. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'

const between = (from, to, share) => from.map((value, index) => Math.round(value + (to[index] - value) * share))

/** Writes an image whose pixels `colorOf` gives by position, 0 to 1: red, green, blue, alpha. */
function paint(file, width, height, colorOf) {
  const canvas = createCanvas(width, height)
  const brush = canvas.getContext('2d')
  const image = brush.createImageData(width, height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) image.data.set(colorOf(x / width, y / height), (y * width + x) * 4)
  brush.putImageData(image, 0, 0)
  writeFileSync(file, canvas.toBuffer('image/png'))
}

/** How far inside a circle a place is, 0 to 1 over a soft edge. */
const inside = (x, y, radius, soft) => Math.min(Math.max((radius - Math.hypot(x - 0.5, y - 0.5)) / soft, 0), 1)

/** `photo.png`, `logo.png` (with alpha), `ramp.png` (grey), `green.png` (somebody in front of a screen), all into one folder. */
export async function paintTestFiles(folder) {
  paint(join(folder, 'photo.png'), 1280, 720, (x, y) => {
    const sky = between([40, 90, 170], [230, 180, 120], y)
    return [...between(sky, [30, 60, 30], inside(x, y * 0.9, 0.3, 0.25) * (0.4 + 0.6 * x)), 255]
  })
  paint(join(folder, 'logo.png'), 240, 240, (x, y) => {
    const cover = inside(x, y, 0.48, 0.06)
    return [...between([250, 60, 40], [255, 230, 90], y), Math.round(255 * cover * (x < 0.5 ? 1 : 0.5))]
  })
  paint(join(folder, 'ramp.png'), 1280, 256, (x) => [...between([0, 0, 0], [255, 255, 255], x), 255])
  paint(join(folder, 'green.png'), 1280, 720, (x, y) => {
    const screen = between([20, 200, 40], [40, 160, 50], x)
    const person = between([220, 170, 140], [60, 60, 90], y)
    return [...between(screen, person, inside(x, y, 0.32, 0.02)), 255]
  })
}
