/** Bitrates of an output, kbps, the newest last: one for each report of its figures, 0 where nothing was sent. */
export type RateHistory = Readonly<Record<string, readonly number[]>>

/** Reports that are kept: two minutes, at one a second. */
export const keptRates = 120

/** The history with what outputs report now. */
export function withRates(
  history: RateHistory,
  reports: readonly { readonly id: string; readonly statistics: Readonly<Record<string, unknown>> }[],
): RateHistory {
  const next: Record<string, readonly number[]> = { ...history }
  for (const { id, statistics } of reports) {
    const { bitrateKbps } = statistics
    const rate = typeof bitrateKbps === 'number' && Number.isFinite(bitrateKbps) ? Math.max(0, bitrateKbps) : 0
    next[id] = [...(next[id] ?? []), rate].slice(-keptRates)
  }
  return next
}

/** The history without an output: what it sends next is another stream. */
export function withoutRates(history: RateHistory, id: string): RateHistory {
  if (history[id] === undefined) return history
  const { [id]: _gone, ...rest } = history
  return rest
}

/** The line of a graph of this size, newest at the right; empty for fewer than two rates. `top` is the rate at the upper edge, kbps. */
export function ratePath(rates: readonly number[], top: number, width: number, height: number): string {
  if (rates.length < 2 || top <= 0) return ''
  const step = width / (keptRates - 1)
  const from = width - (rates.length - 1) * step
  return rates
    .map((rate, index) => {
      const x = from + index * step
      const y = height - (Math.min(rate, top) / top) * height
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
