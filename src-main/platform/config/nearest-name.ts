/** Longest name that is compared, characters. */
const maxLength = 80

/** The known name that somebody most likely meant by one that is not known; undefined where none is like it. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  if (given.length > maxLength) return undefined
  let best: string | undefined
  let least = Math.max(2, given.length / 3)
  for (const name of new Set(names)) {
    const far = distance(given.toLowerCase(), name.toLowerCase())
    if (far > least || (far === least && best !== undefined)) continue
    best = name
    least = far
  }
  return best
}

/** Levenshtein distance: how many characters to insert, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
