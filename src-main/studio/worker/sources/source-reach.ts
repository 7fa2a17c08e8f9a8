import type { ReachPolicy } from '../../../platform/reach.ts'
import type { Source } from '../../document/collection.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import { referencesIn } from '../../document/references.ts'

/** What a source may use of what its settings name. Plain data, so that it crosses to the source's process. */
export interface SourceReach {
  readonly policy: ReachPolicy
  /** Values of its settings that an admin, or the owner of the machine, wrote. What is not among them is limited to what editors may use. */
  readonly granted: readonly string[]
}

export function isLimited({ granted }: SourceReach, value: string): boolean {
  return !granted.includes(value)
}

/** `byEditors`: keys of what editors wrote in the collection. */
export function reachOf({ kind, settings }: Source, byEditors: ReadonlySet<string>, policy: ReachPolicy): SourceReach {
  const description = findSourceKind(kind)
  if (description === undefined) return { policy, granted: [] }
  const references = referencesIn(settings, description.settings, `source/${kind}`)
  return { policy, granted: references.flatMap(({ key, value }) => (byEditors.has(key) ? [] : value)) }
}
