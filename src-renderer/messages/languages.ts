import type { Language } from './messages.ts'

/** English, which needs no file of its own, by its own name. */
export const englishName = 'English'

/**
 * Languages besides English, by BCP 47 tag. Each is a folder beside `en/` with the same files, and an entry here; only browsers that
 * use it load it.
 */
export const languages: Readonly<Record<string, Language>> = {
  'es': {
    name: 'Español',
    player: async () => (await import('./es/player.ts')).texts,
    page: async () => (await import('./es/page.ts')).texts,
  },
  // English with every text in brackets: a test finds what is not taken from the message files by what has none.
  'en-XA': {
    player: async () => (await import('./pseudo.ts')).texts,
    page: async () => (await import('./pseudo.ts')).texts,
  },
}
