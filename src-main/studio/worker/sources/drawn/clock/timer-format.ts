import { readFormat, two } from './format-tokens.ts'

export interface TimerFormat {
  /** A duration in ms; one below nought has a minus before it. */
  write(ms: number): string
  /** The text changes at whole numbers of these, ms. */
  readonly stepMs: number
}

const unitMs = { d: 86_400_000, H: 3_600_000, m: 60_000, s: 1000, S: 100 } as const
type Unit = keyof typeof unitMs

/** Reads a format once. The largest unit in it takes all that is above it: `mm:ss` writes an hour and a half as 90:00. */
export function createTimerFormat(format: string): TimerFormat {
  const pieces = readFormat(format, 'dHmsS')
  const units = (Object.keys(unitMs) as Unit[]).filter((unit) => pieces.some((piece) => 'token' in piece && piece.token[0] === unit))
  const stepMs = units.length === 0 ? 60_000 : unitMs[units.at(-1) as Unit]
  return {
    stepMs,
    write(ms) {
      let rest = Math.abs(ms)
      const value: Partial<Record<Unit, number>> = {}
      for (const unit of units) {
        value[unit] = Math.floor(rest / unitMs[unit])
        rest -= value[unit] * unitMs[unit]
      }
      const shown = units.some((unit) => value[unit] !== 0)
      const text = pieces.map((piece) => {
        if ('text' in piece) return piece.text
        const number = value[piece.token[0] as Unit] as number
        return piece.token.length > 1 && piece.token[0] !== 'S' ? two(number) : String(number)
      })
      return (ms < 0 && shown ? '-' : '') + text.join('')
    },
  }
}
