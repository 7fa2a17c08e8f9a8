type Settings = Readonly<Record<string, unknown>>

/** What leaves a filter for a steady level, dB; undefined for kinds that have no curve. */
export function curveOf(kind: string, settings: Settings): ((inDb: number) => number) | undefined {
  const number = (name: string): number => Number(settings[name] ?? 0)
  switch (kind) {
    case 'compressor': {
      const [threshold, ratio, knee, gain] = [number('thresholdDb'), number('ratio'), number('kneeDb'), number('gainDb')]
      const slope = 1 - 1 / Math.max(1, ratio)
      return (level) => {
        const over = level - threshold
        const pressed =
          over <= -knee / 2 ? 0 : over >= knee / 2 || knee === 0 ? Math.max(0, over) * slope : (slope * (over + knee / 2) ** 2) / (2 * knee)
        return level - pressed + gain
      }
    }
    case 'expander': {
      const [threshold, ratio, range, gain] = [number('thresholdDb'), number('ratio'), number('rangeDb'), number('gainDb')]
      return (level) => level - Math.min(range, Math.max(0, threshold - level) * (ratio - 1)) + gain
    }
    case 'gate': {
      const open = number('openDb')
      return (level) => (level >= open ? level : Number.NEGATIVE_INFINITY)
    }
    case 'limiter': {
      const [ceiling, gain] = [number('ceilingDb'), number('gainDb')]
      return (level) => Math.min(ceiling, level + gain)
    }
    default:
      return undefined
  }
}
