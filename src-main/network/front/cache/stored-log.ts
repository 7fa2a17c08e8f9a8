import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { mediaType, readTags } from './cache-file.ts'

/** What nginx writes about an answer that it stored. Times are ms of this machine's clock. */
export interface StoredLine {
  readonly key: string
  readonly tags: readonly string[]
  readonly manyTags: boolean
  readonly type: string
  /** The origin said how long it is fresh. */
  readonly hasLifetime: boolean
  readonly revalidated: boolean
  /** 404 and 410, whose lifetime is another. */
  readonly missing: boolean
  readonly askedAt: number
  readonly storedAt: number
  /** One of several slices; which one is not certain. */
  readonly sliced: boolean
}

/** The origin was asked for these; others were answered from what is kept after all. */
const stored: ReadonlySet<unknown> = new Set(['MISS', 'EXPIRED', 'REVALIDATED', 'UPDATING', 'BYPASS'])

/** Reads a line of the log. Undefined where it is no such line, and where nothing was stored. */
export function readStoredLine(line: string): StoredLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { key, tags, type, lifetime, status, code, at, took, sliced } = value
  if (typeof key !== 'string' || key === '' || typeof at !== 'number' || typeof took !== 'number') return undefined
  if (!stored.has(status)) return undefined
  return {
    key,
    ...readTags(String(tags ?? '')),
    type: mediaType(String(type ?? '')),
    hasLifetime: String(lifetime ?? '') !== '',
    revalidated: status === 'REVALIDATED',
    missing: code === '404' || code === '410',
    askedAt: (at - took) * 1000,
    storedAt: at * 1000,
    sliced: sliced === '1',
  }
}
