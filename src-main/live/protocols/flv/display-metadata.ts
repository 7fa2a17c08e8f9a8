/** At most this much of a sender's metadata is kept. */
const maxEntries = 64
const maxTextLength = 256

/** The plain values of an onMetaData object, cut to what a page can show. Any other value becomes an empty record. */
export function displayMetadata(value: unknown): Record<string, string | number | boolean> {
  const entries: [string, string | number | boolean][] = []
  if (value instanceof Map) {
    for (const [name, item] of value) {
      if (entries.length === maxEntries) break
      if (typeof name !== 'string' || name.length > maxTextLength || name === '__proto__') continue
      if (typeof item === 'number' ? Number.isFinite(item) : typeof item === 'boolean') entries.push([name, item])
      else if (typeof item === 'string') entries.push([name, item.slice(0, maxTextLength)])
    }
  }
  return Object.fromEntries(entries)
}
