/**
 * Mixes two images of the same size, four bytes a pixel, into a third: `weight` is the second one's part, 0 to 256.
 * Two channels are weighed at once; alpha is mixed like a colour, which is right for premultiplied images.
 */
export function crossFade(from: Uint32Array, to: Uint32Array, weight: number, into: Uint32Array): void {
  const rest = 256 - weight
  for (let index = 0; index < into.length; index++) {
    const a = from[index] as number
    const b = to[index] as number
    const low = (((a & 0xff00ff) * rest + (b & 0xff00ff) * weight) >>> 8) & 0xff00ff
    const high = (((a >>> 8) & 0xff00ff) * rest + ((b >>> 8) & 0xff00ff) * weight) & 0xff00ff00
    into[index] = (low | high) >>> 0
  }
}

/** Multiplies colours with alpha, in place. */
export function premultiply(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] as number
    if (alpha === 255) continue
    for (let channel = at; channel < at + 3; channel++) pixels[channel] = Math.round(((pixels[channel] as number) * alpha) / 255)
  }
}
