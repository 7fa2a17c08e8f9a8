/** Predictions that are judged, the newest. */
const judged = 200
/** Before so many are judged they are believed. */
const minJudged = 20
/** The share of predictions that has to come. */
const minShare = 0.3
/** A predicted request that has not come after this time does not come, ms. */
const waitMs = 60_000
/** Predictions that wait. */
const maxWaiting = 5000

/** How many predictions come true, and whether that is enough to act on them. */
export class PredictionScore {
  /** When each URL was predicted; the oldest is first. */
  readonly #waiting = new Map<string, number>()
  readonly #outcomes: boolean[] = []
  #came = 0
  #predicted = 0

  /** Predictions since the start. */
  get predicted(): number {
    return this.#predicted
  }

  /** Share of the newest 200 that were asked for within a minute; null where none has been judged. */
  get share(): number | null {
    return this.#outcomes.length === 0 ? null : this.#came / this.#outcomes.length
  }

  /** Predictions are worth their requests. */
  get isOn(): boolean {
    return this.#outcomes.length < minJudged || (this.share ?? 0) >= minShare
  }

  isWaiting(url: string): boolean {
    return this.#waiting.has(url)
  }

  /** False where as many wait as can be. @param nowMs on any clock that does not go back */
  add(url: string, nowMs: number): boolean {
    if (this.#waiting.size >= maxWaiting) return false
    this.#waiting.set(url, nowMs)
    this.#predicted++
    return true
  }

  /** A URL was asked for. */
  asked(url: string): void {
    if (this.#waiting.delete(url)) this.#judge(true)
  }

  /** Gives up what has not come. */
  sweep(nowMs: number): void {
    for (const [url, atMs] of this.#waiting) {
      if (nowMs - atMs < waitMs) return
      this.#waiting.delete(url)
      this.#judge(false)
    }
  }

  #judge(came: boolean): void {
    this.#outcomes.push(came)
    if (came) this.#came++
    if (this.#outcomes.length > judged && this.#outcomes.shift() === true) this.#came--
  }
}
