import { type Change, entityAt, valuesOf } from './document.ts'
import type { Collection, Edit } from './types.ts'

/** For how long a notice says that a value was overwritten by somebody else, ms. */
const reportedForMs = 20_000

interface Mine {
  readonly at: string
  readonly path: readonly string[]
  readonly value: unknown
  readonly revision: number
  readonly setAtMs: number
}

/** What this page set last, by place and property. */
const mine = new Map<string, Mine>()

/** Takes note of edits of this page that the host has done. Whatever else they are, they are no conflict with this page. */
export function noteEdits(edits: readonly Edit[], revision: number, nowMs: number): void {
  for (const [key, { setAtMs }] of mine) if (nowMs - setAtMs > reportedForMs) mine.delete(key)
  for (const edit of edits) {
    if (edit.do !== 'change') {
      mine.clear()
      return
    }
    for (const [path, value] of valuesOf(edit.changes))
      mine.set(`${edit.at} ${path.join('.')}`, { at: edit.at, path, value, revision, setAtMs: nowMs })
  }
}

/** Edits of this page are on their way: what it set there before counts no more, and what they set when they are noted. */
export function expectEdits(edits: readonly Edit[]): void {
  for (const edit of edits) {
    if (edit.do !== 'change') mine.clear()
    else for (const [path] of valuesOf(edit.changes)) mine.delete(`${edit.at} ${path.join('.')}`)
  }
}

/** Deletes what this page set: it has undone steps, or run a macro. */
export const clearEdits = (): void => mine.clear()

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)

/** What this page set and somebody set otherwise since, by place; each is reported once. Deleted entities do not count. */
export function takeOverwritten(collection: Collection, revision: number, nowMs: number): readonly Change[] {
  const found = new Map<string, Record<string, unknown>>()
  for (const [key, { at, path, value, revision: since, setAtMs }] of mine) {
    if (since >= revision) continue
    const [name = '', inner] = path
    const now = entityAt(collection, at)
    const owned = inner === undefined ? now?.[name] : (now?.[name] as Readonly<Record<string, unknown>> | undefined)?.[inner]
    if (now !== undefined && same(owned, value)) continue
    mine.delete(key)
    if (now === undefined || nowMs - setAtMs > reportedForMs) continue
    const changes = found.get(at) ?? {}
    changes[name] = inner === undefined ? value : { ...(changes[name] as object | undefined), [inner]: value }
    found.set(at, changes)
  }
  return [...found].map(([at, changes]) => ({ at, changes }))
}
