/** Characters. */
const longest = 200

/** What somebody or a program calls something, on one line: names come with characters that move or hide text, and without end. */
export function shownLine(text: string): string {
  // Controls, formats that turn text around, and halves of characters; then one space for each run of them.
  const plain = text
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  return [...plain].slice(0, longest).join('')
}
