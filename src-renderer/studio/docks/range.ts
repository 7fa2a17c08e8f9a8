/** The entries from the last one that was selected to this one, behind those that were selected; this one alone where none was. */
export function rangeOf(listed: readonly string[], selected: readonly string[], to: string): readonly string[] {
  const from = listed.indexOf(selected.findLast((id) => listed.includes(id)) ?? to)
  const end = listed.indexOf(to)
  const between = listed.slice(Math.min(from, end), Math.max(from, end) + 1)
  return [...selected.filter((id) => !between.includes(id)), ...(from > end ? between.toReversed() : between)]
}
