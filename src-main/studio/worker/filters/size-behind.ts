import type { Filter } from '../../document/collection.ts'

/** Size of a frame after its filters, pixels: only `crop` changes it, as the compositor cuts. 0 or less if nothing is left. */
export function sizeBehind(filters: readonly Filter[], width: number, height: number): { readonly width: number; readonly height: number } {
  for (const { kind, enabled, settings } of filters) {
    if (kind !== 'crop' || !enabled) continue
    const { left = 0, top = 0, right = 0, bottom = 0 } = settings as { left?: number; top?: number; right?: number; bottom?: number }
    // Chroma is under every second pixel: the first one that stays is an even one.
    width -= (left & ~1) + right
    height -= (top & ~1) + bottom
  }
  return { width, height }
}
