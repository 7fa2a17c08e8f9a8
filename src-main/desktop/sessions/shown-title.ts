/** Of a window's title, characters. */
const maxTitle = 200

/** A window's title as it is kept: programs call their windows what they like, with characters that move or hide text, and without end. */
export function shownTitle(title: string): string {
  // Controls, formats that turn text around, and halves of characters; then one space for each run of them.
  const plain = title
    .slice(0, 4 * maxTitle)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  return [...plain].slice(0, maxTitle).join('')
}
