/** What an update of nginx came to. */
export interface NginxUpdate {
  readonly state: 'updated' | 'newest' | 'missing' | 'failed'
  readonly text: string
}

/**
 * Reads what `upgradeScript` of a system printed: `before`, `after` and `newest` with `PACKAGE=VERSION` each, and `problem TEXT` where the
 * package manager's index could not be fetched. It is done only where the versions say so.
 */
export function readNginxUpdate(lines: readonly string[]): NginxUpdate {
  const [before, after, newest] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()]
  const lists: Readonly<Record<string, Map<string, string>>> = { before, after, newest }
  for (const line of lines) {
    const [, kind = '', name = '', version = ''] = /^(before|after|newest) ([^=]+)=(.+)$/.exec(line) ?? []
    lists[kind]?.set(name, version)
  }
  const problem = lines.find((line) => line.startsWith('problem '))?.slice('problem '.length)
  if (before.size === 0) return { state: 'missing', text: 'nginx is not installed as a package: it was not updated' }
  const [name = '', version = ''] = shownOf(after.size > 0 ? after : before)
  const behind = [...newest].find(([each, latest]) => latest !== '(none)' && after.get(each) !== latest)
  if (behind !== undefined)
    return { state: 'failed', text: `${behind[0]} stays at ${after.get(behind[0]) ?? 'no version'}, and ${behind[1]} is there` }
  const changed = [...after].filter(([each, latest]) => before.get(each) !== latest)
  if (changed.length > 0) {
    const [what, now] = shownOf(new Map(changed))
    return { state: 'updated', text: `${what} was updated from ${before.get(what) ?? 'no version'} to ${now}` }
  }
  if (problem !== undefined)
    return { state: 'failed', text: `${name} stays at ${version}, and whether there is a newer one is not known: ${problem}` }
  return { state: 'newest', text: `${name} ${version} is already the newest` }
}

/** The package that is named for all. */
function shownOf(versions: ReadonlyMap<string, string>): readonly [string, string] {
  const first = [...versions][0] ?? ['', '']
  const own = versions.get('nginx')
  return own === undefined ? first : ['nginx', own]
}
