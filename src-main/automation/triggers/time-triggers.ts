import { repeat } from '../../platform/timing/repeat.ts'
import { type Fire, type RuleTrigger, type TriggerWatcher, triggersOn } from './trigger.ts'
import { isOnDay, secondsOf, timeOfDay } from './wall-clock.ts'

const tickMs = 1000
/** A clock that jumped by more (a machine that slept) skips what was meanwhile, ms. */
const maxStepMs = 60_000

/** Triggers by the clock, and those that come every so often. Without them there is no timer. */
export class TimeTriggers implements TriggerWatcher {
  readonly #fire: Fire
  readonly #now: () => number
  readonly #nowMs: () => number
  #clock: readonly RuleTrigger<'time'>[] = []
  #every: readonly RuleTrigger<'every'>[] = []
  /** When a trigger that comes every so often is due next, monotonic ms, by rule and settings. */
  #due = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #lastMs = 0

  /**
   * @param now ms since 1970
   * @param nowMs monotonic, ms
   */
  constructor(fire: Fire, now: () => number = Date.now, nowMs: () => number = () => performance.now()) {
    this.#fire = fire
    this.#now = now
    this.#nowMs = nowMs
  }

  follow(triggers: readonly RuleTrigger[]): void {
    this.#clock = triggersOn(triggers, 'time')
    this.#every = triggersOn(triggers, 'every')
    const before = this.#due
    this.#due = new Map(this.#every.map((each) => [keyOf(each), before.get(keyOf(each)) ?? this.#nowMs() + each.trigger.seconds * 1000]))
    const wanted = this.#clock.length + this.#every.length > 0
    if (wanted && this.#timer === undefined) {
      this.#lastMs = this.#now()
      this.#timer = repeat(tickMs, () => this.tick())
    }
    if (!wanted) this.stop()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** One round: what came due since the one before. */
  tick(): void {
    const nowMs = this.#now()
    const sinceMs = Math.max(this.#lastMs, nowMs - maxStepMs)
    this.#lastMs = nowMs
    for (const { rule, trigger } of this.#clock) {
      const { at, days, timeZone } = trigger
      const time = timeOfDay(nowMs, timeZone)
      if (time === undefined) continue
      // How long ago the time was, over midnight too.
      const ago = (time.seconds - secondsOf(at) + 86_400) % 86_400
      const day = ago > time.seconds ? (time.day + 6) % 7 : time.day
      const momentMs = (Math.floor(nowMs / 1000) - ago) * 1000
      if (momentMs > sinceMs && isOnDay(day, days)) this.#fire(rule, { because: `it is ${at}` })
    }
    for (const each of this.#every) {
      const key = keyOf(each)
      const due = this.#due.get(key) ?? 0
      const monotonicMs = this.#nowMs()
      if (monotonicMs < due) continue
      const periodMs = each.trigger.seconds * 1000
      this.#due.set(key, due + periodMs > monotonicMs ? due + periodMs : monotonicMs + periodMs)
      this.#fire(each.rule, { because: `every ${each.trigger.seconds} s` })
    }
  }
}

const keyOf = ({ rule, trigger }: RuleTrigger<'every'>): string => `${rule.key} ${trigger.seconds}`
