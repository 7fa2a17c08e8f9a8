import { useRef, useState } from 'react'
import { ApiError } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { useShow } from '../show-store.ts'
import type { Edit } from '../types.ts'
import type { LayoutChange } from './dragging.ts'
import type { Layout } from './geometry.ts'
import { Gesture } from './gesture.ts'
import type { Draft, StageItem } from './stage-items.ts'

const noDraft: Draft = new Map()
/** The draft gives way to the document at the latest after so long, ms. */
const patienceMs = 3000

/** Layouts of items that are dragged. */
export interface ItemGesture {
  readonly draft: Draft
  /** Gives the items other layouts, in the same step of the history as before. */
  show(items: readonly StageItem[], changeOf: (item: StageItem) => LayoutChange): void
  /** Leaves the items where they are. */
  end(): void
  /** Puts the items back where they were when they were shown first, and leaves no step in the history. */
  cancel(): void
  /** The items are gone: nothing is drawn of them any more. */
  drop(): void
}

/** What layouts of items are dragged to becomes edits of the same gesture; the draft is shown until the document has it. */
export function useGesture(): ItemGesture {
  const [draft, setDraft] = useState<Draft>(noDraft)
  const gesture = useRef<Gesture | undefined>(undefined)
  const shown = useRef<readonly (readonly [item: StageItem, change: LayoutChange])[]>([])

  const onProblem = (error: unknown): void => {
    setDraft(noDraft)
    // Deleted by somebody else meanwhile: that is said when the document is read, and the rest goes on.
    if (error instanceof ApiError && error.code === 'studio.not_found') gesture.current = undefined
    else notifyError(error)
  }
  const show = (items: readonly StageItem[], changeOf: (item: StageItem) => LayoutChange): void => {
    const changes = items.map((each) => [each, changeOf(each)] as const)
    shown.current = changes
    setDraft(new Map(changes.map(([{ item }, change]) => [item.id, change as Partial<Layout>])))
    gesture.current ??= new Gesture(onProblem)
    gesture.current.send(changes.map(([{ at }, change]): Edit => ({ do: 'change', at, changes: { ...change } })))
  }
  const finish = (isKept: boolean): void => {
    const ended = gesture.current
    gesture.current = undefined
    shown.current = []
    void ended?.end(isKept).then((revision) => {
      const forget = (): void => {
        clearTimeout(timer)
        stop()
        if (gesture.current === undefined) setDraft(noDraft)
      }
      const isThere = (): boolean => revision === undefined || (useShow.getState().open?.revision ?? revision) >= revision
      const timer = setTimeout(forget, patienceMs)
      const stop = useShow.subscribe(() => {
        if (isThere()) forget()
      })
      if (isThere()) forget()
    })
  }
  return {
    draft,
    show,
    end: () => finish(true),
    cancel() {
      if (gesture.current === undefined) return
      const before = shown.current
      show(
        before.map(([item]) => item),
        (each) => originalOf(each, before.find(([item]) => item === each)?.[1] ?? {}),
      )
      finish(false)
    },
    drop() {
      finish(false)
      setDraft(noDraft)
    },
  }
}

/** What an item had before a change, of the same properties. */
function originalOf({ item }: StageItem, change: LayoutChange): LayoutChange {
  return Object.fromEntries(Object.keys(change).map((name) => [name, item[name as keyof LayoutChange]])) as LayoutChange
}
