import { useEffect, useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { request } from '../client/api.ts'
import { tell, tellError } from './toasts.tsx'

interface Draft<Entity> {
  /** As the host has it; null until it is read. */
  readonly kept: Entity | null
  /** As it stands on the page. */
  readonly draft: Entity | null
  readonly setDraft: (draft: Entity) => void
  readonly changed: boolean
  /** Sends the draft; what was before is offered back. */
  readonly save: () => void
}

/** Settings of the host that are read once, changed on the page, and saved as a whole; `said` is told then. */
export function useDraft<Path extends string>(path: Path, said: string): Draft<Answer<'GET', Path>> {
  type Entity = Answer<'GET', Path>
  const [kept, setKept] = useState<Entity | null>(null)
  const [draft, setDraft] = useState<Entity | null>(null)
  const take = (entity: Entity) => {
    setKept(entity)
    setDraft(entity)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `take` only sets state
  useEffect(() => {
    request<Entity>('GET', path).then(take, tellError)
  }, [path])
  const send = (entity: Entity, before: Entity | null): void => {
    request<Entity>('PUT', path, { body: entity }).then((answer) => {
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
