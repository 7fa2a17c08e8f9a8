/**
 * The first characters of a text from the network, as a string of its own. What `slice` returns keeps the whole text in memory: a map
 * of short names would hold 16 kB for each, the longest headers of a request.
 */
export function ownText(text: string, maxLength: number): string {
  return Buffer.from(text.slice(0, maxLength)).toString()
}
