import { setMaxListeners } from 'node:events'
import type { AnyAction, AutomationKinds, AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { Condition } from '../../media/automation/rule-schemas.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { CauseLedger } from './cause-ledger.ts'
import type { Firing, FiringLog, FiringResult } from './firing-log.ts'

export interface RuleEngineDependencies {
  readonly kinds: AutomationKinds
  readonly log: FiringLog
  readonly audit: Pick<AuditLog, 'record'>
  readonly logger: Pick<Logger, 'error'>
  /** A rule started, or ended. */
  readonly onChange: (key: string) => void
  /** Monotonic, ms. */
  readonly nowMs?: () => number
}

/** What triggered a rule. */
export interface Cause {
  /** For people. */
  readonly because: string
  /** Of the event, where it was one: see `eventKey`. */
  readonly eventKey?: string
}

/** How a rule is doing since the host was started. */
export interface RuleProgress {
  readonly running: boolean
  readonly runs: number
  readonly last: Pick<Firing, 'time' | 'result' | 'because' | 'detail'> | null
}

/** What would be done, and what is in the way. */
export interface DryRun {
  /** Why it would not run; null where it would. */
  readonly blocked: string | null
  readonly conditions: readonly { readonly condition: Condition; readonly met: boolean; readonly because: string }[]
  readonly actions: readonly { readonly action: AnyAction; readonly problem: string | null }[]
}

/** Runs of one rule within `rateWindowMs`: what is more is a loop that nobody saw, or a flood. */
const maxRate = 30
const rateWindowMs = 10_000
/** Rules in a chain of causes. */
const maxChain = 16
/** Rules that run at once. */
const maxRunning = 32

interface Known {
  runs: number
  lastEndMs: number
  /** Starts of the newest runs, ms. */
  starts: number[]
  last: RuleProgress['last']
}

/** Decides whether a rule that was triggered runs, runs it, and notes why or why not. */
export class RuleEngine {
  readonly #dependencies: RuleEngineDependencies
  readonly #nowMs: () => number
  readonly #ledger: CauseLedger
  readonly #known = new Map<string, Known>()
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  #stopped = false

  constructor(dependencies: RuleEngineDependencies) {
    this.#dependencies = dependencies
    this.#nowMs = dependencies.nowMs ?? (() => performance.now())
    this.#ledger = new CauseLedger(this.#nowMs)
  }

  progress(key: string): RuleProgress {
    const known = this.#known.get(key)
    return { running: this.#running.has(key), runs: known?.runs ?? 0, last: known?.last ?? null }
  }

  /** A trigger of a rule happened. Nothing is queued: what cannot run now is skipped, and the log says so. */
  fire(rule: AutomationRule, cause: Cause): void {
    if (rule.settings.mode === 'off' || this.#stopped) return
    const chain = cause.eventKey === undefined ? [] : this.#ledger.chainOf(cause.eventKey)
    const judged = this.#judge(rule, chain)
    if (judged !== undefined) this.#note(rule, cause, judged.result, judged.detail)
    else if (rule.settings.mode === 'dry-run') this.#wouldRun(rule, cause)
    else void this.#run(rule, cause, [...chain, rule.key])
  }

  /** Runs a rule now, whatever its conditions. Throws `automation.busy`. */
  runNow(rule: AutomationRule, actor: string): void {
    if (this.#stopped || this.#running.has(rule.key) || this.#running.size >= maxRunning) throw new AppError('automation.busy')
    void this.#run(rule, { because: `run by ${actor}` }, [rule.key])
  }

  /** What would be done if the rule were triggered now. Nothing is done. */
  dryRun(rule: AutomationRule): DryRun {
    const conditions = this.#conditions(rule)
    const unmet = conditions.find(({ met }) => !met)
    return {
      blocked:
        rule.settings.mode === 'off'
          ? 'It is switched off'
          : ((unmet && `A condition is not met: ${unmet.because}`) ?? this.#blocked(rule) ?? null),
      conditions,
      actions: this.#planned(rule),
    }
  }

  /** There are other rules: what runs of one that is gone, or switched off, is cancelled. */
  rulesChanged(): void {
    const rules = new Map(this.#dependencies.kinds.rules().map((rule) => [rule.key, rule]))
    for (const [key, { stop }] of this.#running) {
      const mode = rules.get(key)?.settings.mode
      if (mode === undefined || mode === 'off') stop.abort()
    }
    for (const key of this.#known.keys()) if (!rules.has(key) && !this.#running.has(key)) this.#known.delete(key)
  }

  /** Stops what runs. Throws `automation.not_found` where it does not. */
  cancel(key: string): void {
    const running = this.#running.get(key)
    if (running === undefined) throw new AppError('automation.not_found', 'The rule does not run')
    running.stop.abort()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const all = [...this.#running.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  /** Why it does not run; undefined where it does. */
  #judge(rule: AutomationRule, chain: readonly string[]): { readonly result: 'skipped' | 'cut'; readonly detail: string } | undefined {
    const unmet = this.#conditions(rule).find(({ met }) => !met)
    if (unmet !== undefined) return { result: 'skipped', detail: `A condition is not met: ${unmet.because}` }
    const loop = this.#loop(rule, chain)
    if (loop !== undefined) return { result: 'cut', detail: loop }
    const blocked = this.#blocked(rule)
    return blocked === undefined ? undefined : { result: 'skipped', detail: blocked }
  }

  #conditions({ settings }: AutomationRule): DryRun['conditions'] {
    return (settings.conditions ?? []).map((condition) => ({ condition, ...this.#dependencies.kinds.check(condition) }))
  }

  /** Why it is a loop, for people. */
  #loop(rule: AutomationRule, chain: readonly string[]): string | undefined {
    if (!chain.includes(rule.key) && chain.length < maxChain) return undefined
    const names = new Map(this.#dependencies.kinds.rules().map(({ key, name }) => [key, name]))
    const path = [...chain.slice(Math.max(0, chain.indexOf(rule.key))), rule.key].map((key) => `"${names.get(key) ?? key}"`)
    return chain.includes(rule.key)
      ? `A loop was cut: ${path.join(' starts ')}. Give one of them a condition that tells the two cases apart.`
      : `A chain of ${maxChain} rules was cut: ${path.join(' starts ')}`
  }

  /** Why it does not run at this moment, whatever its conditions. */
  #blocked({ key, settings }: AutomationRule): string | undefined {
    if (this.#running.has(key)) return 'It is still running'
    if (this.#running.size >= maxRunning) return `${maxRunning} rules run already`
    const known = this.#known.get(key)
    if (known === undefined) return undefined
    const nowMs = this.#nowMs()
    const { maxRuns = 0 } = settings
    if (maxRuns > 0 && known.runs >= maxRuns) return `It ran ${known.runs} times, as often as it may until the host is started again`
    if (nowMs - known.lastEndMs < (settings.cooldownMs ?? 0)) return 'Its cooldown is not over'
    if (known.starts.filter((startMs) => nowMs - startMs < rateWindowMs).length >= maxRate)
      return `It ran ${maxRate} times within ${rateWindowMs / 1000} s: it waits, in case that is a loop. Set a cooldown.`
    return undefined
  }

  #planned(rule: AutomationRule): DryRun['actions'] {
    const { kinds } = this.#dependencies
    return rule.actions.map((action) => ({
      action,
      problem: kinds.action(action).problem(action, { actor: rule.key, role: rule.roleOf(action) }) ?? null,
    }))
  }

  #wouldRun(rule: AutomationRule, cause: Cause): void {
    const planned = this.#planned(rule).map(
      ({ action, problem }) => `${describe(action)}${problem === null ? '' : ` (would fail: ${problem})`}`,
    )
    this.#start(rule.key).lastEndMs = this.#nowMs()
    this.#note(rule, cause, 'dry-run', planned.length === 0 ? 'It has no actions' : `Would do: ${planned.join('; ')}`.slice(0, 2000))
  }

  async #run(rule: AutomationRule, cause: Cause, chain: readonly string[]): Promise<void> {
    const { kinds, audit, logger, onChange } = this.#dependencies
    const stop = new AbortController()
    setMaxListeners(0, stop.signal)
    const ended = Promise.withResolvers<void>()
    this.#running.set(rule.key, { stop, ended: ended.promise })
    const known = this.#start(rule.key)
    const startMs = this.#nowMs()
    audit.record({ kind: 'command', message: `the rule ${rule.name} runs: ${cause.because}`, actor: rule.key })
    onChange(rule.key)
    const acting = new Map<AnyAction, () => void>()
    let failed: AppError | undefined
    try {
      await rule.run(rule.key, stop.signal, {
        before: (action) => acting.set(action, this.#ledger.acting(chain, kinds.action(action).causes(action))),
        after: (action) => acting.get(action)?.(),
      })
    } catch (error) {
      failed = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      if (failed.code === 'internal' && !stop.signal.aborted) logger.error({ err: error, rule: rule.key }, 'a rule failed')
    } finally {
      for (const done of acting.values()) done()
    }
    known.lastEndMs = this.#nowMs()
    this.#running.delete(rule.key)
    const took = Math.round(this.#nowMs() - startMs)
    if (stop.signal.aborted) this.#note(rule, cause, 'cancelled', 'It was stopped, switched off or deleted while it ran', took)
    else if (failed !== undefined) this.#note(rule, cause, 'failed', `${failed.message} ${failed.remedy}`, took)
    else this.#note(rule, cause, 'ran', null, took)
    ended.resolve()
  }

  #start(key: string): Known {
    const known = this.#known.get(key) ?? { runs: 0, lastEndMs: Number.NEGATIVE_INFINITY, starts: [], last: null }
    this.#known.set(key, known)
    known.runs += 1
    known.starts = [...known.starts, this.#nowMs()].slice(-maxRate)
    return known
  }

  #note(rule: AutomationRule, { because }: Cause, result: FiringResult, detail: string | null, durationMs: number | null = null): void {
    this.#dependencies.log.add({ rule: rule.key, name: rule.name, result, because, detail, durationMs })
    const known = this.#known.get(rule.key) ?? { runs: 0, lastEndMs: Number.NEGATIVE_INFINITY, starts: [], last: null }
    this.#known.set(rule.key, known)
    known.last = { time: new Date().toISOString(), result, because, detail }
    this.#dependencies.onChange(rule.key)
  }
}

/** An action in a few words, for the log: without data of requests, which may be secret. */
function describe({ do: word, ...fields }: AnyAction): string {
  const values = Object.values(fields).flatMap((value) => (typeof value === 'object' ? [] : String(value)))
  return [word, ...values].join(' ').slice(0, 200)
}
