import { isDeepStrictEqual } from 'node:util'
import type { Collection } from '../collection.ts'
import type { Edit } from './edit-schemas.ts'
import { applyPatch, type Patch, patchBetween } from './patch.ts'

/** Steps that can be undone, and bytes that they may take together. */
const mostSteps = 500
const mostBytes = 16 * 1024 * 1024
/** Changes of the same property of the same thing that follow each other as fast are one step, ms. */
const dragMs = 500

/** One step of the history: what it did and how it is undone. JSON. */
export interface HistoryStep {
  readonly name: string
  /** Principal. */
  readonly actor: string
  /** ISO 8601. */
  readonly time: string
  readonly undo: Patch
  readonly redo: Patch
}

interface Held {
  readonly step: HistoryStep
  readonly bytes: number
}

/** Edits of one collection, undone and redone. */
export class EditHistory {
  #held: Held[] = []
  /** How many of them are done; those behind were undone. */
  #position = 0
  /** How many steps were forgotten at the front. */
  #first = 0
  #bytes = 0
  /** What the newest step must be followed by to be joined with it. */
  #drag: { readonly key: string; readonly actor: string; readonly base: Collection; atMs: number } | undefined

  /** Steps that are done, newest last, and those that can be redone, next first. */
  get done(): readonly HistoryStep[] {
    return this.#held.slice(0, this.#position).map(({ step }) => step)
  }
  get undone(): readonly HistoryStep[] {
    return this.#held.slice(this.#position).map(({ step }) => step)
  }
  /** Number of the first step that is held, and of the one that is next to be done again: they count on for ever. */
  get first(): number {
    return this.#first
  }
  get position(): number {
    return this.#first + this.#position
  }
  get steps(): readonly HistoryStep[] {
    return this.#held.map(({ step }) => step)
  }
  get nextUndo(): HistoryStep | undefined {
    return this.#held[this.#position - 1]?.step
  }
  get nextRedo(): HistoryStep | undefined {
    return this.#held[this.#position]?.step
  }

  /** Takes up what was kept: `first` and `position` as they were. */
  restore(steps: readonly HistoryStep[], first: number, position: number): void {
    this.#held = steps.map((step) => ({ step, bytes: JSON.stringify(step).length }))
    this.#bytes = this.#held.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#first = first
    this.#position = Math.min(Math.max(position - first, 0), steps.length)
    this.#drag = undefined
  }

  /** Remembers an edit, and answers whether it was joined with the one before. `nowMs` is a clock that runs on. What was undone before is forgotten. */
  record(
    before: Collection,
    after: Collection,
    about: { readonly name: string; readonly actor: string; readonly time: string },
    edits: readonly Edit[],
    nowMs: number,
  ): boolean {
    const key = dragKey(edits)
    const drag = this.#drag
    const joined =
      key !== undefined &&
      drag?.key === key &&
      drag.actor === about.actor &&
      nowMs - drag.atMs <= dragMs &&
      this.#position === this.#held.length
    if (joined && drag !== undefined) {
      this.#drop(this.#held.pop())
      drag.atMs = nowMs
    } else {
      for (const gone of this.#held.splice(this.#position)) this.#drop(gone)
      this.#drag = key === undefined ? undefined : { key, actor: about.actor, base: before, atMs: nowMs }
    }
    const from = joined && drag !== undefined ? drag.base : before
    const step: HistoryStep = { ...about, undo: patchBetween(after, from), redo: patchBetween(from, after) }
    const bytes = JSON.stringify(step).length
    this.#held.push({ step, bytes })
    this.#bytes += bytes
    while (this.#held.length > mostSteps || (this.#bytes > mostBytes && this.#held.length > 0)) {
      this.#drop(this.#held.shift())
      this.#first++
    }
    this.#position = this.#held.length
    return joined
  }

  /** The collection as it was before the newest step; undefined where there is none. */
  undo(collection: Collection): { readonly collection: Collection; readonly step: HistoryStep } | undefined {
    const step = this.nextUndo
    if (step === undefined) return undefined
    this.#drag = undefined
    const undone = applyPatch(collection, step.undo) as Collection
    this.#position--
    return { collection: undone, step }
  }

  redo(collection: Collection): { readonly collection: Collection; readonly step: HistoryStep } | undefined {
    const step = this.nextRedo
    if (step === undefined) return undefined
    this.#drag = undefined
    const redone = applyPatch(collection, step.redo) as Collection
    this.#position++
    return { collection: redone, step }
  }

  #drop(held: Held | undefined): void {
    this.#bytes -= held?.bytes ?? 0
  }
}

/** Edits with the same key one after another are a drag: changes of the same properties of the same things. */
function dragKey(edits: readonly Edit[]): string | undefined {
  if (edits.length === 0 || edits.length > 256) return undefined
  const parts: string[] = []
  for (const edit of edits) {
    if (edit.do !== 'change') return undefined
    const names = Object.entries(edit.changes).map(([name, value]) =>
      typeof value === 'object' && value !== null ? `${name}(${Object.keys(value).sort().join()})` : name,
    )
    parts.push(`${edit.at}:${names.sort().join()}`)
  }
  return parts.join(' ')
}

/** True where an edit changed nothing. */
export function changedNothing(before: Collection, after: Collection): boolean {
  return before === after || isDeepStrictEqual(before, after)
}
