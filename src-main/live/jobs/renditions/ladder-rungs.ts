/** The ladder: heights in pixels and the bitrates of their video, kbps, from the lowest up. */
export const ladderRungs = [
  { height: 240, kbps: 400 },
  { height: 360, kbps: 800 },
  { height: 480, kbps: 1400 },
  { height: 720, kbps: 2800 },
  { height: 1080, kbps: 5000 },
  { height: 2160, kbps: 16_000 },
] as const

/** kbps for video of any height, interpolated between the ladder's figures. */
export function ladderKbps(height: number): number {
  let below: { readonly height: number; readonly kbps: number } = { height: 0, kbps: 0 }
  for (const rung of ladderRungs) {
    if (height <= rung.height) {
      const share = (height - below.height) / (rung.height - below.height)
      return Math.round(below.kbps + share * (rung.kbps - below.kbps))
    }
    below = rung
  }
  return below.kbps
}
