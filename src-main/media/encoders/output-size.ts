/** Size of a frame scaled so that its shorter side is at most `limit`: even numbers, never larger than the source's. */
export function outputSize(width: number, height: number, limit: number): { readonly width: number; readonly height: number } {
  const shorter = Math.min(width, height)
  const scale = Math.min(1, limit / Math.max(1, shorter))
  const even = (side: number): number => Math.max(2, scale === 1 ? side & ~1 : Math.round((side * scale) / 2) * 2)
  return { width: even(width), height: even(height) }
}
