import { createContext, Script } from 'node:vm'
import type { WindowTrigger } from '../../document/collection.ts'

export interface NamedWindow {
  readonly class: string
  readonly title: string
}

/** For how long a regular expression may look at one window, ms of the clock. */
const patienceMs = 100
/** One that took longer so often is given up until it is changed: once may be the machine, which does something else. */
const maxLate = 3

const test = new Script('new RegExp(pattern, "iu").test(text)')

/** Whether windows are meant by triggers. A regular expression that is wrong, or takes too long, means none. */
export class WindowMatcher {
  /** Why a pattern is not tried any more, by pattern. */
  readonly #bad = new Map<string, string>()
  readonly #late = new Map<string, number>()

  matches({ of, how = 'contains', text = '' }: WindowTrigger, window: NamedWindow): boolean {
    if (of === 'other' || text === '') return false
    const texts = of === 'title' ? [window.title] : of === 'class' ? [window.class] : [window.title, window.class]
    if (how === 'contains') return texts.some((each) => each.toLowerCase().includes(text.toLowerCase()))
    return texts.some((each) => this.#finds(text, each))
  }

  /** Why a trigger means no window; undefined where nothing is wrong as far as it is known. */
  problem({ of, how, text = '' }: WindowTrigger): string | undefined {
    if (of === 'other' || how !== 'regex') return undefined
    this.#finds(text, '')
    return this.#bad.get(text)
  }

  #finds(pattern: string, text: string): boolean {
    if (this.#bad.has(pattern)) return false
    try {
      // Only the engine itself ends an expression that goes back and forth for ever.
      return test.runInContext(createContext({ pattern, text }), { timeout: patienceMs }) === true
    } catch (error) {
      const isLate = (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      const late = (this.#late.get(pattern) ?? 0) + 1
      if (this.#bad.size >= 256) this.#bad.clear()
      if (this.#late.size >= 256) this.#late.clear()
      if (isLate) this.#late.set(pattern, late)
      if (!isLate || late >= maxLate) this.#bad.set(pattern, isLate ? `takes longer than ${patienceMs} ms` : (error as Error).message)
      return false
    }
  }
}
