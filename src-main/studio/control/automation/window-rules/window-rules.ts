import type { Collection, Macro } from '../../../document/collection.ts'
import type { ActiveWindowReading, EngineEvent } from '../../engine/studio-engine.ts'
import type { MacroRun } from '../../program/macros.ts'
import type { StateStore } from '../../state-store.ts'
import { type NamedWindow, WindowMatcher } from './match-window.ts'

export interface WindowRulesDependencies {
  readonly engine: { followWindow(wanted: boolean): void; onEvent(listener: (event: EngineEvent) => void): () => void }
  readonly store: Pick<StateStore, 'get' | 'set'>
  /** The open show. */
  readonly collection: () => Collection | undefined
  readonly run: (macro: Macro, actor: string) => Promise<MacroRun>
  readonly onChange: (state: WindowRulesState) => void
  readonly matcher?: Pick<WindowMatcher, 'first' | 'interrupted' | 'problem'>
  /** Monotonic, ms. */
  readonly nowMs?: () => number
}

/** What became of a window that came to the front. */
export interface WindowMatch {
  readonly time: string
  readonly window: NamedWindow
  readonly macro: string
  /** `skipped`: somebody had just switched by hand. */
  readonly result: 'ran' | 'skipped' | 'failed'
  readonly problem: string | null
}

export interface WindowRulesState extends ActiveWindowReading {
  readonly enabled: boolean
  /** The window that was active last and was not the page of AMI Streams: whoever makes a rule there has just come from it. */
  readonly last: NamedWindow | null
  /** Newest first. */
  readonly log: readonly WindowMatch[]
  /** Triggers that mean no window, by macro. */
  readonly problems: Readonly<Record<string, string>>
}

/** Who runs the macros, in the audit log. */
export const windowRulesActor = 'active-window'
/** After a switch by hand no window is followed for so long, ms. */
export const handMs = 10_000
/** How long a window is in front before it is followed, where a rule does not say, ms. */
const usualDelayMs = 500
/** A machine that did something else left expressions no time for a window: they are given as many more looks, after so long each, ms. */
const maxLooksAgain = 2
const lookAgainMs = 300
const maxLog = 20
/** Somebody who asked looks for so long, ms. */
const lookMs = 15_000
const key = 'window-rules'
/** The page of the studio is no window to follow: whoever clicks there switches by hand. */
const ownTitle = 'AMI Streams'

/** Runs the macro whose rule means the window that is active on this machine: the first of the show that does. */
export class WindowRules {
  readonly #dependencies: WindowRulesDependencies
  readonly #matcher: Pick<WindowMatcher, 'first' | 'interrupted' | 'problem'>
  readonly #nowMs: () => number
  readonly #leave: () => void
  #reading: ActiveWindowReading = { window: null, problem: null }
  #last: NamedWindow | null = null
  #enabled: boolean
  #log: readonly WindowMatch[] = []
  /** The macro that the window in front means. */
  #current: string | undefined
  /** The macro that runs when its window has been in front for long enough. */
  #pending: { readonly macro: string; readonly timer: NodeJS.Timeout } | undefined
  #heldUntilMs = Number.NEGATIVE_INFINITY
  /** Somebody switched since the last window was followed. */
  #overruled = false
  #looking: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #follows = false

  constructor(dependencies: WindowRulesDependencies) {
    this.#dependencies = dependencies
    this.#matcher = dependencies.matcher ?? new WindowMatcher()
    this.#nowMs = dependencies.nowMs ?? (() => performance.now())
    this.#enabled = dependencies.store.get(key) !== false
    this.#leave = dependencies.engine.onEvent((event) => {
      if (event.kind === 'window') this.#take(event)
    })
  }

  get state(): WindowRulesState {
    const problems = this.#rules().flatMap(({ id, window }) => {
      const problem = this.#matcher.problem(window)
      return problem === undefined ? [] : [[id, problem]]
    })
    return { enabled: this.#enabled, ...this.#reading, last: this.#last, log: this.#log, problems: Object.fromEntries(problems) }
  }

  /** Somebody looks at the state: the window is read although no rule needs it. */
  look(): WindowRulesState {
    clearTimeout(this.#looking)
    this.#looking = setTimeout(() => {
      this.#looking = undefined
      this.follow()
    }, lookMs).unref()
    this.follow()
    return this.state
  }

  enable(enabled: boolean): void {
    this.#enabled = enabled
    this.#dependencies.store.set(key, enabled ? undefined : false)
    this.#forget()
    this.follow()
    this.#evaluate()
    this.#dependencies.onChange(this.state)
  }

  /** The show is another, or was edited. */
  follow(): void {
    const wanted = this.#looking !== undefined || (this.#enabled && this.#rules().length > 0)
    if (!wanted) this.#forget()
    if (wanted === this.#follows) return
    this.#follows = wanted
    this.#dependencies.engine.followWindow(wanted)
  }

  /** A scene was put on air. */
  switched(actor: string): void {
    if (actor === windowRulesActor) return
    this.#heldUntilMs = this.#nowMs() + handMs
    this.#overruled = true
    // The window that was about to be followed was in front before: it is not followed later, either.
    if (this.#pending !== undefined) this.#current = this.#pending.macro
    this.#cancel()
    if (this.#isOwnInFront()) this.#current = undefined
  }

  stop(): void {
    this.#leave()
    this.#forget()
    clearTimeout(this.#looking)
  }

  #rules(): readonly (Macro & { readonly window: NonNullable<Macro['window']> })[] {
    return (this.#dependencies.collection()?.macros ?? []).flatMap((macro) =>
      macro.window === undefined ? [] : [{ ...macro, window: macro.window }],
    )
  }

  #forget(): void {
    this.#cancel()
    clearTimeout(this.#again)
    this.#current = undefined
  }

  #cancel(): void {
    clearTimeout(this.#pending?.timer)
    this.#pending = undefined
  }

  #take({ window, problem }: ActiveWindowReading): void {
    this.#reading = { window, problem }
    if (window !== null && !this.#isOwnInFront()) this.#last = window
    this.#evaluate()
    this.#dependencies.onChange(this.state)
  }

  #isOwnInFront(): boolean {
    return this.#reading.window?.title.includes(ownTitle) === true
  }

  #evaluate(looksAgain = maxLooksAgain): void {
    clearTimeout(this.#again)
    const { window } = this.#reading
    const isOwn = this.#isOwnInFront()
    // Whoever switches on the page and goes back to the window wants its scene again.
    if (isOwn && this.#overruled) this.#current = undefined
    // What is in front for a moment while windows change is nothing that anybody works in.
    if (!this.#enabled || window === null || isOwn) {
      this.#cancel()
      return
    }
    const rules = this.#rules()
    const meant = this.#matcher.first(
      rules.map((rule) => rule.window),
      window,
    )
    if (this.#matcher.interrupted && looksAgain > 0) {
      this.#cancel()
      this.#again = setTimeout(() => this.#evaluate(looksAgain - 1), lookAgainMs)
      return
    }
    const macro = meant === undefined ? rules.find((each) => each.window.of === 'other') : rules[meant]
    if (macro?.id === this.#current || (macro !== undefined && macro.id === this.#pending?.macro)) return
    this.#cancel()
    this.#current = undefined
    if (macro === undefined) return
    if (this.#nowMs() < this.#heldUntilMs) {
      this.#current = macro.id
      this.#note(window, macro.id, 'skipped')
      return
    }
    const timer = setTimeout(() => {
      this.#pending = undefined
      this.#current = macro.id
      this.#overruled = false
      void this.#run(macro, window)
    }, macro.window.delayMs ?? usualDelayMs)
    this.#pending = { macro: macro.id, timer }
  }

  async #run(macro: Macro, window: NamedWindow): Promise<void> {
    try {
      const run = await this.#dependencies.run(macro, windowRulesActor)
      this.#note(window, macro.id, run.state === 'failed' ? 'failed' : 'ran', run.error?.message)
    } catch (error) {
      this.#note(window, macro.id, 'failed', (error as Error).message)
    }
  }

  #note(window: NamedWindow, macro: string, result: WindowMatch['result'], problem: string | null = null): void {
    this.#log = [{ time: new Date().toISOString(), window, macro, result, problem }, ...this.#log].slice(0, maxLog)
    this.#dependencies.onChange(this.state)
  }
}
