import { languages } from './languages.ts'
import type { TextSet, Texts } from './messages.ts'

const key = 'ami.language'

/** The language that was chosen in this browser, as a BCP 47 tag; undefined: the browser's own. */
export function storedLanguage(): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/** Stores the choice of this browser and loads the page again, in that language. */
export function setLanguage(tag: string | undefined): void {
  try {
    if (tag === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, tag)
  } catch {
    // Without storage there is no choice: the page follows the browser.
  }
  location.reload()
}

/** The first of the preferred tags (the best first) that is among `known`, with or without its region; English where none is. */
export function chooseLanguage(preferred: readonly string[], known: readonly string[]): string {
  for (const tag of preferred) {
    const found = ['en', ...known].find((each) => each === tag) ?? ['en', ...known].find((each) => each === baseOf(tag))
    if (found !== undefined) return found
  }
  return 'en'
}

const baseOf = (tag: string): string => tag.toLowerCase().split('-')[0]!

/** The preferred tag with the region that belongs to `language`, for numbers and dates: `es-MX` for `es`. */
export function chooseLocale(language: string, preferred: readonly string[]): string {
  return preferred.find((tag) => baseOf(tag) === baseOf(language)) ?? language
}

// Tests in Node run the same modules: English.
const preferred = typeof document === 'undefined' ? [] : navigator.languages
const chosen = typeof document === 'undefined' ? undefined : storedLanguage()

/** The language of the page, a BCP 47 tag. */
export const language = chooseLanguage(chosen === undefined ? preferred : [chosen, ...preferred], Object.keys(languages))

/** For `Intl`: the page's language with the region that the browser prefers. */
export const locale = chooseLocale(language, preferred)

const sections = new Map<string, object>()
/** Texts in the page's language, when they are loaded: sections of modules that are loaded later take theirs from here. */
let loaded: Texts | undefined

/**
 * Texts of a section: English until the page's language is loaded. Read them while drawing, never while a module is loaded.
 */
export function section<T extends object>(name: string, english: T): T {
  const texts = { ...english }
  if (loaded !== undefined) Object.assign(texts, loaded(name, texts))
  sections.set(name, texts)
  return texts
}

/** Calls `start` when the texts are in the page's language: at once in English, and in English where the language cannot be loaded. */
export function startInLanguage(set: TextSet, start: () => void): void {
  document.documentElement.lang = language
  const load = languages[language]?.[set]
  if (load === undefined) {
    start()
    return
  }
  void load()
    .then(
      (texts) => {
        loaded = texts
        for (const [name, english] of sections) Object.assign(english, texts(name, english))
      },
      () => {
        document.documentElement.lang = 'en'
      },
    )
    .then(start)
}
