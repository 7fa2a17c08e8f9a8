import type { AuditLog } from '../../../platform/audit.ts'
import { sameChord } from '../../document/chords.ts'
import type { Macro } from '../../document/collection.ts'
import type { MacroRun, Macros } from './macros.ts'

export interface PressDependencies {
  readonly show: { readonly collection: { readonly macros: readonly Macro[] } }
  readonly macros: Pick<Macros, 'run'>
  readonly audit: Pick<AuditLog, 'record'>
}

/**
 * A chord of keys was pressed, or released: runs the macros that it belongs to. Throws `studio.no_collection` and `studio.busy`.
 * @param released the keys were let go: does what macros have for that
 */
export function pressChord(
  { show, macros, audit }: PressDependencies,
  chord: string,
  released: boolean,
  actor: string,
): Promise<readonly MacroRun[]> {
  const found = show.collection.macros.filter(
    (macro) => macro.hotkeys.some((each) => sameChord(each, chord)) && (!released || (macro.released ?? []).length > 0),
  )
  const when = released ? 'released' : 'pressed'
  for (const { name } of found) {
    audit.record({ kind: 'command', message: `studio: ran the macro ${name} (${chord}${released ? ' released' : ''})`, actor })
  }
  return Promise.all(found.map((macro) => macros.run(macro, actor, when)))
}
