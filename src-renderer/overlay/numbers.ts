export type Grouping = 'none' | 'comma' | 'point' | 'space'

/** What separates thousands, and decimals from the whole. */
const marks: Readonly<Record<Grouping, readonly [group: string, point: string]>> = {
  none: ['', '.'],
  comma: [',', '.'],
  point: ['.', ','],
  space: ['\u202f', '.'],
}

/** A number as it is shown: the same on every machine, whatever its language. */
export function writeNumber(value: number, decimals: number, grouping: Grouping = 'comma'): string {
  const [group, point] = marks[grouping] ?? marks.comma
  const [whole = '0', rest] = Math.abs(value).toFixed(decimals).split('.')
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : ''
  return sign + whole.replaceAll(/\B(?=(\d{3})+$)/g, group) + (rest === undefined ? '' : point + rest)
}

/** Decimals that a number needs, at most two. */
export const decimalsOf = (value: number): number => (Number.isInteger(value) ? 0 : Number.isInteger(value * 10) ? 1 : 2)

/** Counts from what is shown to another number; returns what ends it. Nothing runs once it has arrived. */
export function countTo(from: number, to: number, draw: (value: number) => void): () => void {
  const distance = to - from
  if (distance === 0 || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    draw(to)
    return () => undefined
  }
  const startMs = performance.now()
  let frame = 0
  const step = (nowMs: number): void => {
    const share = Math.min(1, Math.max(0, nowMs - startMs) / 700)
    draw(share === 1 ? to : from + distance * (1 - (1 - share) ** 3))
    frame = share === 1 ? 0 : requestAnimationFrame(step)
  }
  frame = requestAnimationFrame(step)
  return () => cancelAnimationFrame(frame)
}
