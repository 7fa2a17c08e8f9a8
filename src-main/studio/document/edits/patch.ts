import { isDeepStrictEqual } from 'node:util'
import { isRecord } from '../../../platform/routes/schema-faults.ts'

/** One step from a document to another: set or remove a property, or replace a stretch of a list. */
type Step =
  | { readonly at: readonly (string | number)[]; readonly set: unknown }
  | { readonly at: readonly (string | number)[]; readonly unset: true }
  | { readonly at: readonly (string | number)[]; readonly from: number; readonly remove: number; readonly insert: readonly unknown[] }

/** How one document becomes another, as small as sharing between them allows. JSON. */
export type Patch = readonly Step[]

/** What turns `before` into `after`. Parts that both share are not looked at. */
export function patchBetween(before: unknown, after: unknown): Patch {
  const steps: Step[] = []
  compare(before, after, [], steps)
  return steps
}

/** Throws TypeError where the document is not the one that the patch was made for. */
export function applyPatch(document: unknown, patch: Patch): unknown {
  let current = document
  for (const step of patch) current = applyStep(current, step, 0)
  return current
}

function compare(before: unknown, after: unknown, at: (string | number)[], steps: Step[]): void {
  if (before === after) return
  if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, at, steps)
  else if (isRecord(before) && isRecord(after)) {
    for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) steps.push({ at: [...at, name], unset: true })
    for (const [name, value] of Object.entries(after)) {
      if (Object.hasOwn(before, name)) compare(before[name], value, [...at, name], steps)
      else steps.push({ at: [...at, name], set: value })
    }
  } else steps.push({ at, set: after })
}

const idOf = (value: unknown): unknown => (isRecord(value) ? value.id : undefined)

/** Entities with ids are the same while their id stays. */
const same = (a: unknown, b: unknown): boolean => a === b || (idOf(a) !== undefined && idOf(a) === idOf(b))

function compareLists(before: readonly unknown[], after: readonly unknown[], at: (string | number)[], steps: Step[]): void {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && same(before[head], after[head])) head++
  let tail = 0
  while (tail < shorter - head && same(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++
  const removed = before.length - head - tail
  const inserted = after.slice(head, after.length - tail)
  if (removed > 0 || inserted.length > 0) {
    if (!isDeepStrictEqual(before.slice(head, before.length - tail), inserted))
      steps.push({ at, from: head, remove: removed, insert: inserted })
  }
  for (let index = 0; index < head; index++) compare(before[index], after[index], [...at, index], steps)
  const shift = after.length - before.length
  for (let index = before.length - tail; index < before.length; index++)
    compare(before[index], after[index + shift], [...at, index + shift], steps)
}

function applyStep(document: unknown, step: Step, depth: number): unknown {
  const key = step.at[depth]
  if (key === undefined) {
    if ('set' in step) return step.set
    if ('unset' in step) throw new TypeError('the whole cannot be taken away')
    if (!Array.isArray(document)) throw new TypeError(`${step.at.join('.')} is no list`)
    return document.toSpliced(step.from, step.remove, ...step.insert)
  }
  if (Array.isArray(document)) {
    if (typeof key !== 'number' || key >= document.length) throw new TypeError(`${step.at.join('.')} is not there`)
    return document.with(key, applyStep(document[key], step, depth + 1))
  }
  if (!isRecord(document) || typeof key !== 'string') throw new TypeError(`${step.at.join('.')} is not there`)
  if ('unset' in step && depth === step.at.length - 1) {
    const { [key]: _gone, ...rest } = document
    return rest
  }
  return { ...document, [key]: applyStep(document[key], step, depth + 1) }
}
