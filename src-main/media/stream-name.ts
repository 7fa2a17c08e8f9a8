/** Names of streams, as in `/watch/NAME`: 1 to 64 of a-z, 0-9, `-` and `_`, of which the first is a letter or digit. For schemas. */
export const streamNamePattern = '^[a-z0-9][a-z0-9_-]{0,63}$'

/** True for what `streamNamePattern` matches. Read by hand: this runs for every request of every viewer. */
export function isStreamName(text: string): boolean {
  if (text.length === 0 || text.length > 64) return false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const letterOrDigit = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
    if (!letterOrDigit && (index === 0 || (code !== 0x2d && code !== 0x5f))) return false
  }
  return true
}
