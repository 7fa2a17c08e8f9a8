import { isRecord } from '../../platform/routes/schema-faults.ts'

/**
 * A value that equals `after` and is made of `before` where both are the same: a comparison by identity sees only what differs. Entities of
 * lists are matched by their ids.
 */
export function shareStructure<T>(before: unknown, after: T): T {
  if (before === after) return after
  if (Array.isArray(before) && Array.isArray(after)) {
    const byId = new Map<unknown, unknown>()
    for (const each of before) if (isRecord(each) && each.id !== undefined) byId.set(each.id, each)
    const shared = after.map((each: unknown, index) =>
      shareStructure(isRecord(each) && each.id !== undefined ? byId.get(each.id) : before[index], each),
    )
    return (shared.length === before.length && shared.every((each, index) => each === before[index]) ? before : shared) as T
  }
  if (!isRecord(before) || !isRecord(after)) return after
  const names = Object.keys(after)
  const shared: Record<string, unknown> = {}
  let same = names.length === Object.keys(before).length
  for (const name of names) {
    const value = shareStructure(Object.hasOwn(before, name) ? before[name] : undefined, after[name])
    shared[name] = value
    same &&= Object.hasOwn(before, name) && value === before[name]
  }
  return (same ? before : shared) as T
}
