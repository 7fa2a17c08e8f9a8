/** For how long after an action its events may still come, ms. */
const afterMs = 2000
/** Actions that are remembered. */
const maxEffects = 512

interface Effect {
  readonly chain: readonly string[]
  readonly starts: readonly string[]
  untilMs: number
}

/**
 * Knows which rule may have caused an event: actions say which events follow from them, and an event that comes while an action is done,
 * or shortly after, is counted as its effect. So a rule that would start itself again is seen, over OBS and other processes too.
 */
export class CauseLedger {
  readonly #nowMs: () => number
  #effects: Effect[] = []

  /** @param nowMs monotonic, ms */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * An action starts. Answers what to call when it is done.
   * @param chain keys of the rules that led to it, its own last
   * @param starts of the keys of events that it may cause
   */
  acting(chain: readonly string[], starts: readonly string[]): () => void {
    if (starts.length === 0) return () => undefined
    const effect: Effect = { chain, starts, untilMs: Number.POSITIVE_INFINITY }
    const nowMs = this.#nowMs()
    this.#effects = [...this.#effects.filter(({ untilMs }) => untilMs > nowMs), effect].slice(-maxEffects)
    return () => {
      effect.untilMs = this.#nowMs() + afterMs
    }
  }

  /** The rules that led to an event, the first cause first; empty where none did. The newest action that fits counts. */
  chainOf(eventKey: string): readonly string[] {
    const nowMs = this.#nowMs()
    const found = this.#effects.findLast(({ starts, untilMs }) => untilMs > nowMs && starts.some((start) => eventKey.startsWith(start)))
    return found?.chain ?? []
  }
}
