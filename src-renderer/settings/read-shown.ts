/** The text that an answer shows once, under the first of the names that it has; a bare one-time link becomes an address on `origin`. */
export function readShown(answer: unknown, names: readonly string[], origin: string): string {
  const record = (answer ?? {}) as Record<string, unknown>
  for (const name of names) {
    const value = record[name]
    if (typeof value === 'string') return name === 'link' && !value.includes('/') ? `${origin}/#link=${encodeURIComponent(value)}` : value
  }
  return ''
}
