/** Something that the palette finds. */
export interface PaletteEntry {
  readonly id: string
  readonly text: string
  /** What sort of entry it is, shown beside it. */
  readonly sort: string
  readonly run: () => void
}

/** Small letters without accents: who searches writes neither. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()

/**
 * The entries that have every word of a text, in their name or their sort: first those whose name starts with the text, then those with a
 * word that does, then the rest.
 */
export function findEntries<Entry extends Pick<PaletteEntry, 'text' | 'sort'>>(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = plain(text).split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries
  const first = words.join(' ')
  const rank = (name: string): number =>
    name.startsWith(first) ? 0 : ` ${name}`.includes(` ${first}`) ? 1 : words.every((word) => name.includes(word)) ? 2 : 3
  return entries
    .filter(({ text: name, sort }) => words.every((word) => plain(`${name} ${sort}`).includes(word)))
    .map((entry) => ({ entry, rank: rank(plain(entry.text)) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ entry }) => entry)
}
