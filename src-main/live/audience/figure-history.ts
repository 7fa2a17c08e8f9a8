import type { ViewerFigures } from './schemas.ts'

/** What is kept: steps of this many seconds, and this number of them. */
const levels = [
  { stepS: 1, kept: 300 },
  { stepS: 10, kept: 360 },
  { stepS: 60, kept: 720 },
] as const

/** The figures of one stream: each second of five minutes, ten seconds of an hour, minutes of twelve hours. */
export class FigureHistory {
  readonly #levels: readonly ViewerFigures[][] = levels.map(() => [])

  /** Takes in the figures of one second, which is later than those before. */
  add(figures: ViewerFigures): void {
    for (let index = 0; index < levels.length; index++) {
      const { stepS, kept } = levels[index] as (typeof levels)[number]
      const samples = this.#levels[index] as ViewerFigures[]
      const last = samples.at(-1)
      const slot = Math.floor(figures.timeMs / (1000 * stepS))
      if (stepS > 1 && last !== undefined && Math.floor(last.timeMs / (1000 * stepS)) === slot)
        samples[samples.length - 1] = join(last, figures)
      else {
        samples.push(figures)
        // dropped in lumps: shifting a long list each second costs more
        if (samples.length > kept * 1.1) samples.splice(0, samples.length - kept)
      }
    }
  }

  /** Samples from `fromMs` to `toMs` in steps of `stepS` or the next that is kept; without it the finest that reaches back to `fromMs`. */
  between(fromMs: number, toMs: number, nowMs: number, stepS?: number): { step: number; samples: readonly ViewerFigures[] } {
    const wanted = levels.findIndex((level) =>
      stepS === undefined ? fromMs >= nowMs - level.stepS * level.kept * 1000 : level.stepS >= stepS,
    )
    const index = wanted < 0 ? levels.length - 1 : wanted
    const samples = (this.#levels[index] as ViewerFigures[]).filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
    return { step: (levels[index] as (typeof levels)[number]).stepS, samples }
  }
}

/** A step's figures with one more second: the most viewers, the worst delay and score, the newest of the rest. */
function join(step: ViewerFigures, second: ViewerFigures): ViewerFigures {
  const fuller = second.concurrent >= step.concurrent ? second : step
  return {
    ...second,
    concurrent: fuller.concurrent,
    protocols: fuller.protocols,
    qualities: fuller.qualities,
    measured: Math.max(step.measured, second.measured),
    rebufferRatio: second.rebufferRatio ?? step.rebufferRatio,
    startupMs: second.startupMs ?? step.startupMs,
    latencyP50Ms: second.latencyP50Ms ?? step.latencyP50Ms,
    latencyP95Ms: max(step.latencyP95Ms, second.latencyP95Ms),
    kbps: Math.max(step.kbps, second.kbps),
    healthScore: min(step.healthScore, second.healthScore),
  }
}

function max(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}

function min(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}
