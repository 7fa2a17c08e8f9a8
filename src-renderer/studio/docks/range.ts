import type { PlacedItem } from '../places.ts'

/** What "select all" takes of the listed items: those that are not locked, and a group for its items. */
export const selectableOf = (listed: readonly PlacedItem[]): readonly string[] =>
  listed.filter(({ item, at }) => !item.locked && !listed.some((other) => at.startsWith(`${other.at}/`))).map(({ item }) => item.id)

/** The entries from the last one that was selected to this one, behind those that were selected; this one alone where none was. */
export function rangeOf(listed: readonly string[], selected: readonly string[], to: string): readonly string[] {
  const from = listed.indexOf(selected.findLast((id) => listed.includes(id)) ?? to)
  const end = listed.indexOf(to)
  const between = listed.slice(Math.min(from, end), Math.max(from, end) + 1)
  return [...selected.filter((id) => !between.includes(id)), ...(from > end ? between.toReversed() : between)]
}
