import { t } from './messages.ts'

/** What the host calls a step, e.g. `Add source "Camera" and 1 more`, in the page's language; other names stay as they are. */
export function stepWords(name: string): string {
  const [, first = name, more] = /^(.*?)(?: and (\d+) more)?$/s.exec(name) ?? []
  const words = oneStep(first)
  return words === undefined ? name : more === undefined ? words : t.more(words, more)
}

function oneStep(name: string): string | undefined {
  const named = /^(\w+)(?: (\w+))? "(.*)"$/s.exec(name)
  if (named) {
    const [, verb = '', sort = '', of = ''] = named
    return t.verbs[verb]?.(of, t.sorts[sort] ?? sort)
  }
  const [, how = '', to = ''] = /^(Paste|Reset) transform (?:to|of) "(.*)"$/s.exec(name) ?? []
  if (how !== '') return t.transforms[how]?.(to)
  const changed = /^Change (.*?) of (?:"(.*)"|the collection)$/s.exec(name)
  if (changed) {
    const [, what = '', of] = changed
    return of === undefined ? t.changeShow(what) : t.change(what, of)
  }
  const [, verb = '', count = ''] = /^(\w+) (an|\d+) items?$/.exec(name) ?? []
  return t.counts[verb]?.(count)
}
