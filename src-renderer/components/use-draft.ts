import { useEffect, useState } from 'react'
import { call } from '../client/api.ts'
import { tell, tellError } from './toasts.tsx'

interface Draft<Thing> {
  /** As the host has it; null until it is read. */
  readonly kept: Thing | null
  /** As it stands on the page. */
  readonly draft: Thing | null
  readonly setDraft: (draft: Thing) => void
  readonly changed: boolean
  /** Sends the draft; what was before is offered back. */
  readonly save: () => void
}

/** Settings of the host that are read once, changed on the page, and saved as a whole; `said` is told then. */
export function useDraft<Thing>(path: string, said: string): Draft<Thing> {
  const [kept, setKept] = useState<Thing | null>(null)
  const [draft, setDraft] = useState<Thing | null>(null)
  const take = (thing: Thing) => {
    setKept(thing)
    setDraft(thing)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `take` only sets state
  useEffect(() => {
    call<Thing>('GET', path).then(take, tellError)
  }, [path])
  const send = (thing: Thing, before: Thing | null): void => {
    call<Thing>('PUT', path, { body: thing }).then((answer) => {
      take(answer)
      tell(said, before === null ? undefined : () => send(before, null))
    }, tellError)
  }
  return {
    kept,
    draft,
    setDraft,
    changed: JSON.stringify(draft) !== JSON.stringify(kept),
    save: () => {
      if (draft !== null) send(draft, kept)
    },
  }
}
