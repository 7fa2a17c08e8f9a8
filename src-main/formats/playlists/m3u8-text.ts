/**
 * Small pieces of playlist text (RFC 8216bis section 4). Times are whole microseconds before they become decimals, so that
 * the parts of a segment add up to its EXTINF exactly, digit by digit.
 */

/** Rounds a time in ticks to whole microseconds. Differences of two such times never exceed a whole-microsecond bound that the ticks keep. */
export function microseconds(ticks: number, timescale: number): number {
  return Math.round((ticks / timescale) * 1e6)
}

/** Seconds as a decimal-floating-point attribute (section 4.2) without needless zeros, from whole microseconds. */
export function decimalSeconds(us: number): string {
  const whole = Math.floor(us / 1e6)
  const rest = us - whole * 1e6
  if (rest === 0) return `${whole}.0`
  let digits = String(rest).padStart(6, '0')
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1
  digits = digits.slice(0, end)
  return `${whole}.${digits}`
}

/** A quoted-string attribute value (section 4.2): quotes and line breaks cannot be inside, so they are left out. */
export function quoted(text: string): string {
  return `"${text.replace(/["\r\n]/g, '')}"`
}

/** ISO 8601 in UTC with milliseconds, from ms since 1970 (fractions are rounded). */
export function isoTime(timeMs: number): string {
  return new Date(Math.round(timeMs)).toISOString()
}
