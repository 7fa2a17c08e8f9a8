import { AppError } from '../../platform/errors.ts'

/**
 * What is said where a collection lacks what a request names.
 * @param what the kind of part, e.g. `scene`
 */
export const noSuchPart = (what: string, id: string): AppError =>
  new AppError('studio.not_found', `The collection has no ${what} "${id}"`, { details: { what, id } })

/**
 * The part of a collection that has this id.
 * @param what the kind of part, e.g. `scene`
 * @throws `studio.not_found`
 */
export function namedPart<Part extends { readonly id: string }>(list: readonly Part[], what: string, id: string): Part {
  const found = list.find((each) => each.id === id)
  if (found === undefined) throw noSuchPart(what, id)
  return found
}
