import type { Texts } from './messages.ts'

/** Texts of a section in brackets, in any depth; texts with parameters once they are filled in. */
export const texts: Texts = (_section, english) => bracketed(english) as typeof english

function bracketed(text: unknown): unknown {
  if (typeof text === 'string') return text === '' ? '' : `⟦${text}⟧`
  if (typeof text === 'function') return (...parameters: unknown[]) => bracketed(text(...parameters))
  return Object.fromEntries(Object.entries(text as object).map(([key, each]) => [key, bracketed(each)]))
}
