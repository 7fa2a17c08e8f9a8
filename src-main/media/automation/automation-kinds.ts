import type { TSchema } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { type Fault, schemaFaults } from '../../platform/routes/schema-faults.ts'
import type { Condition, RuleSettings } from './rule-schemas.ts'

/** On whose behalf an action is done. */
export interface ActionContext {
  /** For the audit log: a principal, or what ran it. */
  readonly actor: string
  /** Of whoever wrote the action, or asks for it now: says what it may do. */
  readonly role: Principal['role']
  readonly signal?: AbortSignal
}

export interface AnyAction {
  readonly do: string
}

/** How a part does one kind of action. */
export interface ActionKind {
  readonly schema: TSchema
  /** Does it. Rejects with AppError. */
  perform(action: AnyAction, context: ActionContext): Promise<unknown>
  /** Why it could not be done at this moment, for people; undefined where it could. */
  problem(action: AnyAction, context: ActionContext): string | undefined
  /** Starts of the keys of events that doing it may cause: see `eventKey`. */
  causes(action: AnyAction): readonly string[]
}

/** Whether a condition is met, and what it was compared with, for people. */
export interface ConditionState {
  readonly met: boolean
  readonly because: string
}

/** Called around each action of a run. */
export interface ActionFollower {
  before(action: AnyAction): void
  after(action: AnyAction): void
}

/** Something that runs by itself: a macro of the open show, or a rule of the host. */
export interface AutomationRule {
  /** `macro:ID` or `rule:ID`. */
  readonly key: string
  readonly name: string
  readonly settings: RuleSettings
  readonly actions: readonly AnyAction[]
  /** By whose authority an action is done. */
  roleOf(action: AnyAction): Principal['role']
  /** Does its actions, one after the other. Rejects with what went wrong, and where `signal` ends it. */
  run(actor: string, signal: AbortSignal, follow: ActionFollower): Promise<void>
}

export interface RuleSource {
  rules(): readonly AutomationRule[]
}

/**
 * Names an event, so that what was caused by an action is known: `TOPIC`, `TOPIC#OBS` where it is about an OBS, and
 * `obs.event#OBS#EVENT` for events of OBS itself.
 */
export function eventKey(topic: string, data: unknown): string {
  const { obs, event } = (typeof data === 'object' && data !== null ? data : {}) as { readonly obs?: unknown; readonly event?: unknown }
  if (typeof obs !== 'string') return topic
  return topic === 'obs.event' ? `${topic}#${obs}#${String(event)}` : `${topic}#${obs}`
}

/** What parts can do for rules and macros: parts register it here and know nothing of each other. */
export class AutomationKinds {
  readonly #actions = new Map<string, ActionKind>()
  readonly #conditions = new Map<string, (condition: Condition) => ConditionState>()
  readonly #sources: RuleSource[] = []
  readonly #listeners = new Set<() => void>()
  readonly #followers = new Set<(rule: AutomationRule, because: string) => void>()

  addAction(word: string, kind: ActionKind): void {
    this.#actions.set(word, kind)
  }

  addCondition<Is extends Condition['is']>(word: Is, check: (condition: Extract<Condition, { is: Is }>) => ConditionState): void {
    this.#conditions.set(word, check as (condition: Condition) => ConditionState)
  }

  addSource(source: RuleSource): void {
    this.#sources.push(source)
  }

  rules(): readonly AutomationRule[] {
    return this.#sources.flatMap((source) => source.rules())
  }

  /** A source has other rules than before. */
  rulesChanged(): void {
    for (const listener of this.#listeners) listener()
  }

  onRulesChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A part triggers a rule: its hotkey was pressed. */
  fire(rule: AutomationRule, because: string): void {
    for (const follower of this.#followers) follower(rule, because)
  }

  /** Calls back for each rule that a part triggers. Returns the way to stop. */
  onFire(follower: (rule: AutomationRule, because: string) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /** The kind of an action. Throws `request.invalid` for one that no part knows. */
  action({ do: word }: AnyAction): ActionKind {
    const kind = this.#actions.get(word)
    if (kind === undefined) throw new AppError('request.invalid', `There is no action "${word}"`)
    return kind
  }

  /** What is wrong with an action that somebody wrote. */
  actionFaults(action: unknown, place: string): readonly Fault[] {
    const word = (action as Partial<AnyAction> | null)?.do
    const kind = typeof word === 'string' ? this.#actions.get(word) : undefined
    if (kind === undefined) return [{ place: `${place}.do`, problem: `is none of ${[...this.#actions.keys()].join(', ')}` }]
    return schemaFaults(kind.schema, action, place)
  }

  /** Whether a condition is met at this moment. */
  check(condition: Condition): ConditionState {
    const check = this.#conditions.get(condition.is)
    if (check === undefined) return { met: false, because: `there is no condition "${condition.is}"` }
    const { met, because } = check(condition)
    return { met: condition.not === true ? !met : met, because }
  }
}
