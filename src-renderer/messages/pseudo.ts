import type { Texts } from './messages.ts'

/** Texts of a section in brackets, in any depth; texts with parameters once they are filled in. */
export const texts: Texts = (_section, english) => bracketed(english) as object

function bracketed(text: unknown): unknown {
  if (typeof text === 'function') return (...parameters: unknown[]) => bracketed(text(...parameters))
  if (typeof text !== 'object' || text === null) return text === '' ? '' : `⟦${String(text)}⟧`
  return Object.fromEntries(Object.entries(text).map(([key, each]) => [key, bracketed(each)]))
}
