import type { DisplayPlace } from '../../../media/desktop-displays.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import type { Source } from '../../document/collection.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import { referencesIn } from '../../document/references/references.ts'

/** What a source may use of what its settings name. Plain data, so that it crosses to the source's process. */
export interface SourceReach {
  readonly policy: ReachPolicy
  /** Values of its settings that an admin, or the owner of the machine, wrote. What is not among them is limited to what editors may use. */
  readonly granted: readonly string[]
  /** Where the display of the remote desktop is that they name; undefined for one that is not there. */
  readonly display?: DisplayPlace
}

export function isLimited({ granted }: SourceReach, value: string): boolean {
  return !granted.includes(value)
}

/** What all sources may use, before it is narrowed to what the settings of one name. */
export interface ShowReach {
  readonly policy: ReachPolicy
  /** Keys of what editors wrote in the collection. */
  readonly byEditors: ReadonlySet<string>
  /** By id. */
  readonly displays: Readonly<Record<string, DisplayPlace>>
}

export function reachOf({ kind, settings }: Source, { policy, byEditors, displays }: ShowReach): SourceReach {
  const description = findSourceKind(kind)
  if (description === undefined) return { policy, granted: [] }
  const references = referencesIn(settings, description.settings, `source/${kind}`)
  const granted = references.flatMap(({ key, value }) => (byEditors.has(key) ? [] : value))
  const named = references.find((reference) => reference.kind === 'desktop-display')?.value
  const display = named === undefined || !Object.hasOwn(displays, named) ? undefined : displays[named]
  return { policy, granted, ...(display && { display }) }
}
