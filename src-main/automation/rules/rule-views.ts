import type { AutomationKinds } from '../../media/automation/automation-kinds.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { RuleView } from '../api-schemas.ts'
import type { RuleEngine } from '../engine/rule-engine.ts'
import type { HostRule } from './host-rules.ts'

export interface RuleViewsDependencies {
  readonly kinds: AutomationKinds
  readonly engine: Pick<RuleEngine, 'progress'>
  readonly hostRule: (id: string) => HostRule | undefined
  readonly events: Pick<EventBus, 'publish'>
}

/** Changes of one rule are announced so often, ms: a flood of events is one of these. */
const joinMs = 200

/** All rules as the API shows them, and who is notified of changes. */
export class RuleViews {
  readonly #dependencies: RuleViewsDependencies
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** As they were announced last. */
  #known = new Map<string, string>()

  constructor(dependencies: RuleViewsDependencies) {
    this.#dependencies = dependencies
  }

  list(): RuleView[] {
    const { kinds, engine, hostRule } = this.#dependencies
    return kinds.rules().map(({ key, name, settings, actions }) => {
      const own = hostRule(key)
      return {
        id: key,
        name,
        of: own === undefined ? ('show' as const) : ('host' as const),
        settings,
        actions: [...actions] as unknown as RuleView['actions'],
        byEditor: own?.limited ?? null,
        ...engine.progress(key),
      }
    })
  }

  /** Throws `automation.not_found`. */
  find(id: string): RuleView {
    const found = this.list().find((each) => each.id === id)
    if (found === undefined) throw new AppError('automation.not_found', `There is no rule "${id}"`)
    return found
  }

  /** How a rule does changed. */
  changed(key: string): void {
    if (this.#timers.has(key)) return
    const timer = setTimeout(() => {
      this.#timers.delete(key)
      const view = this.list().find(({ id }) => id === key)
      if (view !== undefined) this.#announce(view)
    }, joinMs).unref()
    this.#timers.set(key, timer)
  }

  /** There may be other rules. */
  follow(): void {
    const views = this.list()
    const before = this.#known
    this.#known = new Map(views.map((view) => [view.id, textOf(view)]))
    for (const view of views)
      if (before.get(view.id) !== this.#known.get(view.id)) this.#dependencies.events.publish('automation.rule.updated', view)
    for (const id of before.keys()) if (!this.#known.has(id)) this.#dependencies.events.publish('automation.rule.removed', { id })
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #announce(view: RuleView): void {
    this.#dependencies.events.publish('automation.rule.updated', view, { volatile: true })
  }
}

const textOf = ({ name, settings, actions }: RuleView): string => JSON.stringify([name, settings, actions])
