import { type AudioLevels, isLevelOf, type Level } from './audio-levels.ts'
import { Sustained } from './sustained.ts'
import { type Fire, type RuleTrigger, type TriggerWatcher, triggersOn } from './trigger.ts'

/** Triggers by audio levels: above or below for so long. */
export class LevelTriggers implements TriggerWatcher {
  readonly #fire: Fire
  readonly #idOf: (obs: string) => string | undefined
  readonly #nowMs: () => number
  readonly #sustained = new Sustained()
  #triggers: readonly RuleTrigger<'level'>[] = []

  /** @param idOf id of an OBS instance by its id or name */
  constructor(levels: AudioLevels, fire: Fire, idOf: (obs: string) => string | undefined, nowMs: () => number = () => performance.now()) {
    this.#fire = fire
    this.#idOf = idOf
    this.#nowMs = nowMs
    levels.onLevel((level) => this.#look(level))
  }

  follow(triggers: readonly RuleTrigger[]): void {
    this.#triggers = triggersOn(triggers, 'level')
    const keys = new Set(this.#triggers.map(({ rule }, index) => `${rule.key} ${index}`))
    this.#sustained.keep((key) => keys.has(key.split(' ').slice(0, 2).join(' ')))
  }

  stop(): void {
    this.#triggers = []
  }

  #look({ key, peakDb }: Level): void {
    for (const [index, { rule, trigger }] of this.#triggers.entries()) {
      const { obs, is, db, forSeconds = 0 } = trigger
      if (!isLevelOf(key, { ...trigger, ...(obs !== undefined && { obs: this.#idOf(obs) ?? obs }) })) continue
      const isSo = is === 'above' ? peakDb > db : peakDb < db
      if (!this.#sustained.sample(`${rule.key} ${index} ${key}`, isSo, forSeconds * 1000, this.#nowMs())) continue
      this.#fire(rule, { because: `${trigger.source ?? trigger.input} is ${is} ${db} dB${forSeconds === 0 ? '' : ` for ${forSeconds} s`}` })
    }
  }
}
