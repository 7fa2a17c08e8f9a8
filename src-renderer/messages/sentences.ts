/** A sentence with {} for what it names, and its translation, in which {1}, {2} … are those. */
export type SentencePair = readonly [english: string, translated: string]

/** What a text has where the sentence has {}; undefined where it is another sentence. Each part is as short as it can be. */
function partsOf(text: string, sentence: string): readonly string[] | undefined {
  const fixed = sentence.split('{}')
  const [first = ''] = fixed
  const last = fixed.at(-1) ?? ''
  if (fixed.length === 1) return text === sentence ? [] : undefined
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined
  const end = text.length - last.length
  const parts: string[] = []
  let at = first.length
  for (const each of fixed.slice(1, -1)) {
    const found = text.indexOf(each, at)
    if (found < 0) return undefined
    parts.push(text.slice(at, found))
    at = found + each.length
  }
  if (at > end) return undefined
  return [...parts, text.slice(at, end)]
}

/**
 * Translates sentences of the host that have no code, by their English text. What they name stays as it is, unless it is such a
 * sentence itself; several of them, one behind the other, are translated each. Anything else stays in English.
 */
export function sentenceTranslator(pairs: readonly SentencePair[]): (english: string) => string {
  let inOrder: readonly SentencePair[] | undefined
  const whole = (text: string): string | undefined => {
    // The more that is fixed in a sentence, the more certain it is.
    inOrder ??= pairs.toSorted(([one], [other]) => other.replaceAll('{}', '').length - one.replaceAll('{}', '').length)
    for (const [english, translated] of inOrder) {
      const parts = partsOf(text, english)
      if (parts !== undefined) return translated.replaceAll(/\{(\d)\}/g, (_, number) => partIn(text, parts[Number(number) - 1] ?? ''))
    }
    return undefined
  }
  // A part that is the whole again would never end.
  const partIn = (text: string, part: string): string => (part.length < text.length ? (whole(part) ?? part) : part)
  // `sources/desk/settings/device: …` is what the host says of a place in a show.
  const placed = (text: string): string | undefined => {
    const [, place = '', sentence = ''] = /^([^\s"]+\/[^\s"]+: )(.+)$/s.exec(text) ?? []
    const known = whole(sentence)
    return known && `${place}${known}`
  }
  return (text) => {
    const known = whole(text) ?? (text.includes('; ') ? undefined : placed(text))
    if (known !== undefined) return known
    const separator = ['. ', '; '].find((each) => text.includes(each))
    if (separator === undefined) return text
    const sentences = text.split(separator).map((each) => whole(each) ?? placed(each) ?? each)
    return sentences.join(separator)
  }
}
