import { ownText } from '../../platform/own-text.ts'

/** What OBS says, by type. A field that is missing or of another type is as if OBS had left it out: versions differ. */

export type Said = Readonly<Record<string, unknown>>

/** OBS decides how much it says, and it may be anybody's server: longer texts are cut, longer lists end there. */
const maxTextLength = 1000
const maxListLength = 10_000

export function textOf(value: unknown, otherwise = '', maxLength = maxTextLength): string {
  if (typeof value !== 'string') return otherwise
  return value.length <= maxLength ? value : ownText(value, maxLength)
}
export const numberOf = (value: unknown, otherwise = 0): number => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise)
export const listOf = (value: unknown): readonly Said[] =>
  Array.isArray(value) ? value.slice(0, maxListLength).filter((each): each is Said => typeof each === 'object' && each !== null) : []

export function textsOf(value: unknown, maxLength = maxListLength): string[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, maxLength).flatMap((each) => (typeof each === 'string' ? textOf(each) : []))
}
