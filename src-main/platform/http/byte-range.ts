/** Bytes from `start` to `end`, both within. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The one range that a request asks for (RFC 9110, 14.2): 'whole' where it asks for none, for several, or in a way that nobody understands;
 * 'unsatisfiable' where the file has no such bytes.
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return 'whole'
  const last = match[2] === '' ? size - 1 : Number(match[2])
  if (match[1] === '') return last === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - last), end: size - 1 }
  const start = Number(match[1])
  if (match[2] !== '' && last < start) return 'whole'
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(last, size - 1) }
}

/** The entity tag of a file: another one once it has changed. */
export function entityTag({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
  return `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
}
