const maxChars = 300

/** A line from another machine as people may be shown it: no characters that control a terminal, and not endless. */
export function plainLine(text: string): string {
  return text
    .replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, ' ')
    .trim()
    .slice(0, maxChars)
}
