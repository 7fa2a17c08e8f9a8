import { createContext, Script } from 'node:vm'
import type { WindowTrigger } from '../../../document/collection.ts'

export interface NamedWindow {
  readonly class: string
  readonly title: string
}

/** For how long regular expressions may look at one window, all together, ms of the clock. */
const usualPatienceMs = 100
/** One that took longer so often is given up until it is changed: once may be the machine, which does something else. */
const maxLate = 3
/** Patterns that are remembered; a program that edits without end fills no memory. */
const maxKept = 256

const test = new Script('new RegExp(pattern, "iu").test(text)')

/** Whether windows are meant by triggers. A regular expression that is wrong, or takes too long, means none. */
export class WindowMatcher {
  /** Patterns that are not tried any more. */
  readonly #givenUp = new Set<string>()
  readonly #late = new Map<string, number>()
  #interrupted = false
  readonly #patienceMs: number

  constructor(patienceMs = usualPatienceMs) {
    this.#patienceMs = patienceMs
  }

  /** Whether an expression had no time in the last look and is not given up: another look may find what it means. */
  get interrupted(): boolean {
    return this.#interrupted
  }

  /** Index of the first trigger that means the window. */
  first(triggers: readonly WindowTrigger[], window: NamedWindow): number | undefined {
    // The host does nothing else meanwhile: many slow expressions have no more time than one.
    const endMs = performance.now() + this.#patienceMs
    this.#interrupted = false
    const found = triggers.findIndex((trigger) => this.#means(trigger, window, endMs))
    return found < 0 ? undefined : found
  }

  /** Why a trigger means no window; undefined where nothing is wrong as far as it is known. */
  problem({ of, how, text = '' }: WindowTrigger): string | undefined {
    if (of === 'other' || how !== 'regex') return undefined
    if (this.#givenUp.has(text)) return `takes longer than ${this.#patienceMs} ms`
    try {
      new RegExp(text, 'iu')
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  #means(trigger: WindowTrigger, window: NamedWindow, endMs: number): boolean {
    const { of, how = 'contains', text = '' } = trigger
    if (of === 'other' || text === '') return false
    const texts = of === 'title' ? [window.title] : of === 'class' ? [window.class] : [window.title, window.class]
    if (how === 'contains') return texts.some((each) => each.toLowerCase().includes(text.toLowerCase()))
    return this.problem(trigger) === undefined && texts.some((each) => this.#finds(text, each, endMs))
  }

  #finds(pattern: string, text: string, endMs: number): boolean {
    if (this.#givenUp.has(pattern)) return false
    const timeout = Math.ceil(endMs - performance.now())
    if (timeout < 1) {
      this.#interrupted = true
      return false
    }
    try {
      // Only the engine itself ends an expression that goes back and forth for ever.
      return test.runInContext(createContext({ pattern, text }), { timeout }) === true
    } catch {
      this.#isLate(pattern)
      return false
    }
  }

  #isLate(pattern: string): void {
    const late = (this.#late.get(pattern) ?? 0) + 1
    if (this.#late.size >= maxKept) this.#late.clear()
    if (this.#givenUp.size >= maxKept) this.#givenUp.clear()
    this.#late.set(pattern, late)
    if (late >= maxLate) this.#givenUp.add(pattern)
    else this.#interrupted = true
  }
}
