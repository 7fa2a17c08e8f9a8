import type { FrameStore } from '../../../../media/worker/stores/media-stores.ts'

/** Colours of the card and of the figure on it, RGB. */
const card = [0x1b, 0x20, 0x30] as const
const figure = [0x4f, 0x5b, 0x78] as const
/** Where nothing was seen yet: as large as most cameras send. */
const usual = { width: 1280, height: 720 } as const

/** How much of a pixel is within an ellipse, from the distance to its edge in pixels; 0 to 1. */
function within(x: number, y: number, radiusX: number, radiusY: number): number {
  const distance = Math.hypot(x / radiusX, y / radiusY)
  return Math.min(1, Math.max(0, (1 - distance) * Math.min(radiusX, radiusY) + 0.5))
}

/** Shows that somebody belongs here who is away: a figure on a card, as large as what was seen last. */
export function writeAwayFrame(store: FrameStore, timeUs: number): void {
  const width = store.width || usual.width
  const height = store.height || usual.height
  const pixels = new Uint8Array(width * height * 4)
  const size = Math.min(width, height)
  const middle = width / 2
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const head = within(x - middle, y - height * 0.5 + size * 0.12, size * 0.14, size * 0.14)
      const shoulders = within(x - middle, y - height * 0.5 - size * 0.36, size * 0.27, size * 0.28)
      const share = Math.max(head, y < height * 0.5 + size * 0.36 ? shoulders : 0)
      for (let color = 0; color < 3; color++) {
        const from = card[color] as number
        pixels[at + color] = Math.round(from + ((figure[color] as number) - from) * share)
      }
      pixels[at + 3] = 255
    }
  }
  store.write({ layout: 'rgba', width, height, planes: [pixels], strides: [width * 4], opaque: true, timeUs })
}
