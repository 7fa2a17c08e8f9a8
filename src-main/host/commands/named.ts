import { AppError, type ErrorCode } from '../../platform/errors.ts'

/** What people name on the command line. */
interface Named {
  readonly id: string
  readonly name: string
}

/** How a list is spoken of where nothing in it is meant. */
interface ListWords {
  /** e.g. `scene` */
  readonly what: string
  /** e.g. `The collection has no` */
  readonly lacks: string
  /** Where the list is empty, e.g. `it has no scenes`. */
  readonly empty: string
}

/** More are not listed in an error. */
const maxListed = 20

/**
 * What is meant by an id or, where that leaves no doubt, by a name in whatever case.
 * @throws an error of that code, with what there is
 */
export function namedOf<Each extends Named>(items: readonly Each[], wanted: string, code: ErrorCode, words: ListWords): Each {
  const same = items.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  const found = items.find(({ id }) => id === wanted) ?? (same.length === 1 ? same[0] : undefined)
  if (found !== undefined) return found
  const { what, lacks, empty } = words
  const listed = (same.length > 1 ? same : items).slice(0, maxListed).map(({ id, name }) => (id === name ? id : `${id} ("${name}")`))
  const more = items.length > maxListed && same.length < 2 ? ', ...' : ''
  const there = listed.length === 0 ? empty : `there ${listed.length === 1 ? 'is' : 'are'} ${listed.join(', ')}${more}`
  throw new AppError(
    code,
    same.length > 1
      ? `More than one ${what} is named "${wanted}": say which by its id, ${listed.join(' or ')}`
      : `${lacks} ${what} "${wanted}": ${there}`,
  )
}
