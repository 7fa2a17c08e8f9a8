import { t } from './messages.ts'

const versionOf = (kind: string): number => Number(/_v(\d+)$/.exec(kind)?.[1] ?? 1)

/** A kind without its version: `color_source` for `color_source_v3`. */
export const familyOf = (kind: string): string => kind.replace(/_v\d+$/, '')

/** What a kind is called for people; in the words of OBS where it is not known. */
export function kindName(kind: string): string {
  const names: Readonly<Record<string, string>> = t.kinds
  const family = familyOf(kind)
  return Object.hasOwn(names, family) ? (names[family] as string) : family
}

/** Of each kind the newest version, by name. OBS lists the older ones, too, for what was made with them. */
export function newestKinds(kinds: readonly string[]): readonly string[] {
  const newest = new Map<string, string>()
  for (const kind of kinds) {
    const other = newest.get(familyOf(kind))
    if (other === undefined || versionOf(other) < versionOf(kind)) newest.set(familyOf(kind), kind)
  }
  return [...newest.values()].sort((one, other) => kindName(one).localeCompare(kindName(other)))
}

/** The name, with a number where OBS has it already. */
export function freeName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name} ${number}`
    if (!taken.includes(free)) return free
  }
}
