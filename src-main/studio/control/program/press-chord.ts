import type { AutomationKinds, AutomationRule } from '../../../media/automation/automation-kinds.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { Macro } from '../../document/collection.ts'
import { sameChord } from '../../document/schemas/chords.ts'
import type { MacroRun, Macros } from './macros.ts'

export interface PressDependencies {
  readonly show: { readonly collection: { readonly macros: readonly Macro[] }; readonly openFile: unknown }
  readonly macros: Pick<Macros, 'run'>
  readonly audit: Pick<AuditLog, 'record'>
  readonly automation: Pick<AutomationKinds, 'rules' | 'fire'>
}

/**
 * A chord of keys was pressed, or released: runs the macros that it belongs to, and triggers rules. Throws `studio.no_collection` and
 * `studio.busy`.
 * @param released the keys were let go: does what macros have for that
 */
export function pressChord(
  { show, macros, audit, automation }: PressDependencies,
  chord: string,
  released: boolean,
  actor: string,
): Promise<readonly MacroRun[]> {
  const rules = automation.rules().filter((rule) => hotkeysOf(rule).some((each) => sameChord(each, chord)))
  if (!released) for (const rule of rules) automation.fire(rule, `hotkey ${chord}`)
  // Rules of the host have hotkeys also while no show is open.
  if (rules.length > 0 && show.openFile === undefined) return Promise.resolve([])
  const found = show.collection.macros.filter(
    (macro) => macro.hotkeys.some((each) => sameChord(each, chord)) && (!released || (macro.released ?? []).length > 0),
  )
  const when = released ? 'released' : 'pressed'
  for (const { name } of found) {
    audit.record({ kind: 'command', message: `studio: ran the macro ${name} (${chord}${released ? ' released' : ''})`, actor })
  }
  return Promise.all(found.map((macro) => macros.run(macro, actor, when)))
}

/** Chords that trigger a rule. */
export function hotkeysOf({ settings }: Pick<AutomationRule, 'settings'>): string[] {
  return settings.triggers.flatMap((trigger) => (trigger.on === 'hotkey' ? [trigger.chord] : []))
}
