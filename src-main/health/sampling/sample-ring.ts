import type { HealthSample, Mark } from './figures.ts'

/** The samples of the last hour, and what happened in it. */
export class SampleRing {
  readonly #spanMs: number
  readonly #maxMarks: number
  #samples: HealthSample[] = []
  #marks: Mark[] = []

  constructor(spanMs = 60 * 60_000, maxMarks = 500) {
    this.#spanMs = spanMs
    this.#maxMarks = maxMarks
  }

  get samples(): readonly HealthSample[] {
    return this.#samples
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  add(sample: HealthSample): void {
    // A clock that was set back would draw two lines above each other.
    const newest = this.#samples.at(-1)
    if (newest !== undefined && newest.timeMs >= sample.timeMs) this.#samples = []
    this.#samples.push(sample)
    const from = sample.timeMs - this.#spanMs
    while ((this.#samples[0] as HealthSample).timeMs < from) this.#samples.shift()
    this.#marks = this.#marks.filter(({ timeMs }) => timeMs >= from)
  }

  mark(mark: Mark): void {
    this.#marks.push(mark)
    if (this.#marks.length > this.#maxMarks) this.#marks.shift()
  }

  /** Each figure with a value for every sample. */
  columns(): { readonly times: number[]; readonly values: Record<string, (number | null)[]> } {
    const names = new Set(this.#samples.flatMap(({ values }) => Object.keys(values)))
    const values = Object.fromEntries([...names].map((name) => [name, this.#samples.map((each) => each.values[name] ?? null)]))
    return { times: this.#samples.map(({ timeMs }) => timeMs), values }
  }
}
