import type { AnyAction, AutomationKinds, AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { RuleSettings } from '../../media/automation/rule-schemas.ts'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { isLimited, type Principal } from '../../platform/routes/principal.ts'
import type { Entry, EntryStore } from '../store/entry-store.ts'
import { settingsFault } from './check-rule.ts'

/** A rule of the host: it works whether or not a show is open. */
export interface HostRule extends Entry {
  readonly name: string
  readonly settings: RuleSettings
  readonly actions: readonly AnyAction[]
  /** An editor wrote its actions: it may do what editors may. */
  readonly limited: boolean
}

const maxRules = 200

export interface HostRulesDependencies {
  readonly store: EntryStore<HostRule>
  readonly kinds: AutomationKinds
}

/** The rules of the host, kept in the database. */
export class HostRules {
  readonly #dependencies: HostRulesDependencies
  readonly #rules = new Map<string, HostRule>()

  private constructor(dependencies: HostRulesDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: HostRulesDependencies): Promise<HostRules> {
    const rules = new HostRules(dependencies)
    for (const rule of await dependencies.store.all()) rules.#rules.set(rule.id, rule)
    dependencies.kinds.addSource({ rules: () => [...rules.#rules.values()].map((rule) => rules.#asRule(rule)) })
    return rules
  }

  find(id: string): HostRule | undefined {
    return this.#rules.get(id)
  }

  /** Rejects with `automation.limit` and `request.invalid`. */
  async add({ name, settings, actions }: Pick<HostRule, 'name' | 'settings' | 'actions'>, principal: Principal): Promise<HostRule> {
    this.#check(settings, actions)
    if (this.#rules.size >= maxRules) throw new AppError('automation.limit', `There are at most ${maxRules} rules`)
    const rule: HostRule = {
      id: `rule_${randomText(12)}`,
      name,
      settings,
      actions,
      limited: isLimited(principal),
      createdAt: new Date().toISOString(),
    }
    this.#rules.set(rule.id, rule)
    await this.#keep(rule, undefined)
    return rule
  }

  /** Rejects with `automation.not_found` and `request.invalid`. */
  async change(id: string, changes: Partial<Pick<HostRule, 'name' | 'settings' | 'actions'>>, principal: Principal): Promise<HostRule> {
    const before = this.#rules.get(id)
    if (before === undefined) throw new AppError('automation.not_found', `There is no rule "${id}"`)
    // Who writes the actions answers for them. An editor who changes when they are done answers for that, too.
    const limited = isLimited(principal) || (before.limited && changes.actions === undefined)
    const rule: HostRule = { ...before, ...changes, limited }
    this.#check(rule.settings, rule.actions)
    this.#rules.set(id, rule)
    await this.#keep(rule, before)
    return rule
  }

  /** Rejects with `automation.not_found`. */
  async remove(id: string): Promise<HostRule> {
    const rule = this.#rules.get(id)
    if (rule === undefined) throw new AppError('automation.not_found', `There is no rule "${id}"`)
    this.#rules.delete(id)
    this.#dependencies.kinds.rulesChanged()
    await this.#dependencies.store.remove(id)
    return rule
  }

  async #keep(rule: HostRule, before: HostRule | undefined): Promise<void> {
    this.#dependencies.kinds.rulesChanged()
    try {
      await this.#dependencies.store.save(rule)
    } catch (error) {
      if (this.#rules.get(rule.id) === rule) {
        if (before === undefined) this.#rules.delete(rule.id)
        else this.#rules.set(rule.id, before)
        this.#dependencies.kinds.rulesChanged()
      }
      throw error
    }
  }

  #check(settings: RuleSettings, actions: readonly AnyAction[]): void {
    const fault =
      settingsFault(settings, 'body.settings') ??
      actions.flatMap((action, index) => this.#dependencies.kinds.actionFaults(action, `body.actions[${index}]`))[0]
    if (fault !== undefined) throw new AppError('request.invalid', `${fault.place}: ${fault.problem}`, { details: { field: fault.place } })
  }

  #asRule({ id, name, settings, actions, limited }: HostRule): AutomationRule {
    const { kinds } = this.#dependencies
    const role = limited ? 'editor' : 'admin'
    return {
      key: id,
      name,
      settings,
      actions,
      roleOf: () => role,
      async run(actor, signal, follow) {
        for (const action of actions) {
          if (signal.aborted) throw new AppError('automation.stopped')
          follow.before(action)
          await kinds
            .action(action)
            .perform(action, { actor, role, signal })
            .finally(() => follow.after(action))
        }
      },
    }
  }
}
