import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'

/** Longest URL, prefix or pattern; what nginx takes of a request's first line is shorter. */
const maxLength = 8192
const text = (description: string, maxItems = 1000) => Type.Array(Type.String({ minLength: 1, maxLength }), { maxItems, description })

/** What shall be purged. Everything that is named is: URLs, and all below the prefixes, and so on. */
export const PurgeSelectionSchema = Type.Object(
  {
    urls: Type.Optional(text('URLs, `https://HOST/PATH?QUERY`, or `/PATH?QUERY` for all sites')),
    prefixes: Type.Optional(text('The same, for all that starts with it')),
    patterns: Type.Optional(text('The same with `*` for any characters, at most eight; each is compared with everything that is kept', 10)),
    tags: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^,\\s]+$' }), {
        maxItems: 1000,
        description: 'Objects whose `Cache-Tag` has one of these',
      }),
    ),
    everything: Type.Optional(Type.Boolean({ description: 'All that is kept' })),
  },
  { additionalProperties: false },
)

export type PurgeSelection = Static<typeof PurgeSelectionSchema>

/** A purge as nodes are sent it. Numbers grow by one. */
export interface PurgeOrder {
  readonly number: number
  readonly selection: PurgeSelection
  /** Removed instead of revalidated at the next request. */
  readonly hard: boolean
}

/** What purges match: the words of a key. */
export interface ObjectName {
  readonly site: string
  /** Path and query as they were requested. */
  readonly target: string
}

/** A URL, prefix or pattern of a selection: its site where it names a host, and its path and query. */
export interface SelectedTarget {
  /** Undefined: every site. */
  readonly site: string | undefined
  readonly target: string
}

/** Takes what purges name apart. `siteOf` gives the name of the site of a host name. */
export function selectedTarget(text: string, siteOf: (host: string) => string | undefined): SelectedTarget | undefined {
  const found = /^https?:\/\/([^/?#]+)([/?][^#]*)?/i.exec(text)
  if (found === null) return text.startsWith('/') ? { site: undefined, target: normalTarget(text.replace(/#.*$/s, '')) } : undefined
  const site = siteOf((found[1] as string).toLowerCase().replace(/\.?(?::\d+)?$/, ''))
  const rest = found[2] ?? '/'
  return site === undefined ? undefined : { site, target: normalTarget(rest.startsWith('?') ? `/${rest}` : rest) }
}

/**
 * One form for all spellings of a path and query (RFC 3986, section 6.2.2): nginx keeps each spelling apart, and a purge takes all of
 * them along.
 */
export function normalTarget(target: string): string {
  const escaped = target.replace(/[^\u0021-\u007e]+/g, (text) => encodeURIComponent(text.toWellFormed()))
  const decoded = escaped.replace(/%([0-9a-f]{2})/gi, (code: string, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return /[\w.~-]/.test(character) ? character : code.toUpperCase()
  })
  const end = decoded.indexOf('?')
  const path = end < 0 ? decoded : decoded.slice(0, end)
  return path.replace(/\/{2,}/g, '/') + (end < 0 ? '' : decoded.slice(end))
}

/** The words of a key of the cache, which nginx writes as `SITE TARGET VARIANT SLICE`. */
export function nameOfKey(key: string): ObjectName | undefined {
  const [site, target] = key.split(' ')
  if (site === undefined || target === undefined || !target.startsWith('/')) return undefined
  // Bytes of a request's first line that are not ASCII were UTF-8.
  return { site, target: normalTarget(Buffer.from(target, 'latin1').toString('utf8')) }
}

/** Throws `network.purge_invalid` naming what is wrong: nothing selected, no URL, too many `*`. */
export function checkSelection(selection: PurgeSelection): void {
  const { urls = [], prefixes = [], patterns = [], tags = [], everything = false } = selection
  if (!everything && urls.length + prefixes.length + patterns.length + tags.length === 0) {
    throw new AppError('network.purge_invalid', 'Nothing is named: give urls, prefixes, patterns, tags, or everything')
  }
  for (const [name, list] of Object.entries({ urls, prefixes, patterns })) {
    for (const [index, each] of list.entries()) {
      const place = `${name}[${index}]`
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no URL contains
      if (!/^(https?:\/\/[^/?#\s]+|\/)/i.test(each) || /[\u0000-\u0020\u007f]/.test(each)) {
        throw new AppError(
          'network.purge_invalid',
          `${place}: ${JSON.stringify(each.slice(0, 200))} is neither a URL nor a path that starts with /`,
        )
      }
      if (name === 'patterns' && each.split('*').length > 9) {
        throw new AppError('network.purge_invalid', `${place}: a pattern has at most eight *`)
      }
    }
  }
}

/** A pattern as `GLOB` of SQLite: only `*` is special. */
export function globOf(pattern: string): string {
  return pattern.replace(/[[?]/g, '[$&]')
}

/** True where a pattern, in which only `*` is special, matches a whole text. Its time grows with the text's length alone. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === first
  if (!text.startsWith(first)) return false
  const last = rest.pop() as string
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
