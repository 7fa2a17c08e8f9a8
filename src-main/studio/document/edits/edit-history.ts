import { isDeepStrictEqual } from 'node:util'
import type { Collection } from '../collection.ts'
import type { Edit } from './edit-schemas.ts'
import { applyPatch, type Patch, patchBetween } from './patch.ts'

/** Steps that can be undone, and bytes that they may take together. */
const maxSteps = 500
const maxBytes = 16 * 1024 * 1024
/** Changes of the same property of the same entity that follow each other as fast are one step, ms. */
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

/** Looks at a state before it is taken; may throw. */
type Accept = (collection: Collection) => Collection
const asItIs: Accept = (collection) => collection

interface Kept {
  readonly step: HistoryStep
  readonly bytes: number
}

/** Edits that are joined to one step. */
interface Drag {
  readonly key: string
  readonly actor: string
  readonly base: Collection
  /** What was undone when it started. */
  readonly undone: readonly Kept[]
  /** False where a gesture is back where it started: it has no step. */
  hasStep: boolean
  atMs: number
}

/** Edits of one collection, undone and redone. */
export class EditHistory {
  #kept: Kept[] = []
  /** How many of them are done; those behind were undone. */
  #position = 0
  /** How many steps were dropped at the front. */
  #first = 0
  #bytes = 0
  /** What the newest step must be followed by to be joined with it. */
  #drag: Drag | undefined

  /** Steps that are done, newest last, and those that can be redone, next first. */
  get done(): readonly HistoryStep[] {
    return this.#kept.slice(0, this.#position).map(({ step }) => step)
  }
  get undone(): readonly HistoryStep[] {
    return this.#kept.slice(this.#position).map(({ step }) => step)
  }
  /** Number of the first step that is kept, and of the one that is next to be done again: they count on for ever. */
  get first(): number {
    return this.#first
  }
  get position(): number {
    return this.#first + this.#position
  }
  get steps(): readonly HistoryStep[] {
    return this.#kept.map(({ step }) => step)
  }
  /** Names the newest step: no other one ever has the same id, nor has that step once something is joined with it. Undefined without steps. */
  get newestId(): string | undefined {
    const step = this.nextUndo
    return step && `${this.position}-${Date.parse(step.time)}`
  }
  get nextUndo(): HistoryStep | undefined {
    return this.#kept[this.#position - 1]?.step
  }
  get nextRedo(): HistoryStep | undefined {
    return this.#kept[this.#position]?.step
  }

  /** Takes up what was kept: `first` and `position` as they were. */
  restore(steps: readonly HistoryStep[], first: number, position: number): void {
    this.#kept = steps.map((step) => ({ step, bytes: JSON.stringify(step).length }))
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#first = first
    this.#position = Math.min(Math.max(position - first, 0), steps.length)
    this.#drag = undefined
  }

  /**
   * Remembers an edit, and answers whether it was joined with the one before. `nowMs` is a clock that runs on; edits of one `gesture` are
   * joined however long it takes, unless another came in between; one that is back where it started leaves no step. What was undone before
   * is dropped.
   */
  record(
    before: Collection,
    after: Collection,
    about: { readonly name: string; readonly actor: string; readonly time: string },
    edits: readonly Edit[],
    nowMs: number,
    gesture?: string,
  ): boolean {
    const key = gesture === undefined ? dragKey(edits) : `gesture ${gesture}`
    const drag = this.#drag
    const joined =
      key !== undefined &&
      drag?.key === key &&
      drag.actor === about.actor &&
      (gesture !== undefined || nowMs - drag.atMs <= dragMs) &&
      (this.#position === this.#kept.length || !drag.hasStep)
    if (joined && drag !== undefined) {
      if (drag.hasStep) this.#drop(this.#kept.pop())
      drag.atMs = nowMs
    }
    const undone = this.#kept.splice(this.#position)
    for (const gone of undone) this.#drop(gone)
    if (!joined) this.#drag = key === undefined ? undefined : { key, actor: about.actor, base: before, undone, hasStep: true, atMs: nowMs }
    const from = joined && drag !== undefined ? drag.base : before
    const step: HistoryStep = { ...about, undo: patchBetween(after, from), redo: patchBetween(from, after) }
    const isBack = gesture !== undefined && step.redo.length === 0
    if (joined && drag !== undefined) drag.hasStep = !isBack
    this.#position = this.#kept.length
    if (isBack) {
      for (const each of drag?.undone ?? []) this.#keep(each)
      return joined
    }
    this.#keep({ step, bytes: JSON.stringify(step).length })
    while (this.#kept.length > maxSteps || (this.#bytes > maxBytes && this.#kept.length > 0)) {
      this.#drop(this.#kept.shift())
      this.#first++
    }
    this.#position = this.#kept.length
    return joined
  }

  /** The collection as it was before the newest step; undefined without steps. Nothing is undone where `accept` throws. */
  undo(collection: Collection, accept: Accept = asItIs): { readonly collection: Collection; readonly step: HistoryStep } | undefined {
    const step = this.nextUndo
    if (step === undefined) return undefined
    const undone = accept(applyPatch(collection, step.undo) as Collection)
    this.#drag = undefined
    this.#position--
    return { collection: undone, step }
  }

  redo(collection: Collection, accept: Accept = asItIs): { readonly collection: Collection; readonly step: HistoryStep } | undefined {
    const step = this.nextRedo
    if (step === undefined) return undefined
    const redone = accept(applyPatch(collection, step.redo) as Collection)
    this.#drag = undefined
    this.#position++
    return { collection: redone, step }
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept)
    this.#bytes += kept.bytes
  }

  #drop(kept: Kept | undefined): void {
    this.#bytes -= kept?.bytes ?? 0
  }
}

/** Edits with the same key one after another are a drag: changes of the same properties of the same entities. */
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
