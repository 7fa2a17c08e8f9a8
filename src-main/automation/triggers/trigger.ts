import type { AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { Trigger, TriggerOf } from '../../media/automation/rule-schemas.ts'
import type { Cause } from '../engine/rule-engine.ts'

/** A trigger with the rule that it belongs to. */
export interface RuleTrigger<On extends Trigger['on'] = Trigger['on']> {
  readonly rule: AutomationRule
  readonly trigger: TriggerOf<On>
}

/** Called where a trigger happened. */
export type Fire = (rule: AutomationRule, cause: Cause) => void

/** Watches triggers of some kinds. */
export interface TriggerWatcher {
  /** These are all that there are now. */
  follow(triggers: readonly RuleTrigger[]): void
  stop(): void
}

/** The triggers of one kind. */
export function triggersOn<On extends Trigger['on']>(triggers: readonly RuleTrigger[], on: On): readonly RuleTrigger<On>[] {
  return triggers.filter(({ trigger }) => trigger.on === on) as unknown as readonly RuleTrigger<On>[]
}
