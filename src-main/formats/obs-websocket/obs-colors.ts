/** A colour `#rrggbb` or `#rrggbbaa` as OBS keeps it: 0xAABBGGRR. */
export function obsColor(color: unknown): number {
  const text = typeof color === 'string' ? color : '#000000'
  const byte = (at: number): number => Number.parseInt(text.slice(at, at + 2), 16) || 0
  const alpha = text.length === 9 ? byte(7) : 255
  return ((alpha << 24) | (byte(5) << 16) | (byte(3) << 8) | byte(1)) >>> 0
}

/** A colour of OBS as `#rrggbb`. */
export function hexOfObs(color: unknown): string {
  const value = typeof color === 'number' && Number.isFinite(color) ? color >>> 0 : 0
  return `#${[0, 8, 16].map((shift) => ((value >>> shift) & 255).toString(16).padStart(2, '0')).join('')}`
}
