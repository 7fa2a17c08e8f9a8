import {
  type TArray,
  type TInteger,
  type TNull,
  type TObject,
  type TOptional,
  type TSchema,
  type TString,
  type TUnion,
  Type,
} from 'typebox'
import { AppError } from '../errors.ts'

const maxItems = 500

/** Which page of a list is wanted. */
export interface PageRequest {
  /** Id of the last item of the page before; the first page without it. */
  readonly cursor?: string
  readonly limit?: number
}

/** Query fields of a list that is given in pages. */
export function pageFields(items: number): { cursor: TOptional<TString>; limit: TOptional<TInteger> } {
  return {
    cursor: Type.Optional(Type.String({ maxLength: 80, description: '`nextCursor` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxItems, default: items })),
  }
}

/** Answer of a list that is given in pages. */
export function pageSchema<T extends TSchema>(item: T): TObject<{ items: TArray<T>; nextCursor: TUnion<[TString, TNull]> }> {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })
}

/** Answer of a list that is short enough to be given whole. */
export function wholeListSchema<T extends TSchema>(item: T): TObject<{ items: TArray<T>; nextCursor: TNull }> {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Null() })
}

/**
 * One page of a list that is in a lasting order.
 * @throws AppError `request.invalid` if the cursor's item has left the list: what came after it is unknown
 */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  { cursor, limit = maxItems }: PageRequest,
): { items: readonly T[]; nextCursor: string | null } {
  const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
  if (cursor !== undefined && from === 0) {
    throw new AppError('request.invalid', 'query.cursor names nothing of this list, or what has left it: start with the first page')
  }
  const items = all.slice(from, from + limit)
  return { items, nextCursor: from + items.length < all.length ? (items.at(-1)?.id ?? null) : null }
}
