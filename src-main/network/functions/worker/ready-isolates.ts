import { PreparedIsolate } from './prepared-isolate.ts'

/** Isolates that are kept ready. Each has 1.3 MiB of memory. */
const kept = 4
/** More are made when the functions that took some have answered, as a rule. ms */
const refillAfterMs = 100

/** Isolates for the functions that are asked for next, made while there is time. */
export class ReadyIsolates {
  readonly #onBroken: (message: string) => void
  readonly #ready: Promise<PreparedIsolate>[] = []
  #refill: NodeJS.Timeout | undefined
  #isFilling = false

  /** `onBroken` is called when the engine is beyond repair and nothing is in an isolate yet: this process must end. */
  constructor(onBroken: (message: string) => void) {
    this.#onBroken = onBroken
    void this.#fill()
  }

  /** One that is ready, or a new one. Rejects where none can be made. */
  async take(): Promise<PreparedIsolate> {
    const ready = this.#ready.shift()
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined
      void this.#fill()
    }, refillAfterMs)
    // Where that one failed the reason may be gone.
    return (await ready?.catch(() => undefined)) ?? PreparedIsolate.make(this.#onBroken, false)
  }

  /** One after the other: who is in a function goes before. */
  async #fill(): Promise<void> {
    if (this.#isFilling) return
    this.#isFilling = true
    try {
      while (this.#ready.length < kept) {
        const made = PreparedIsolate.make(this.#onBroken, true)
        this.#ready.push(made)
        await made
      }
    } catch {
      // Who takes it makes another one, and says why that fails.
    } finally {
      this.#isFilling = false
    }
  }
}
