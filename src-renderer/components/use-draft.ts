import { useEffect, useState } from 'react'
import { request } from '../client/api.ts'
import { only, type Resource, useResource } from '../client/resource.ts'
import { notify, notifyError } from './toasts.tsx'

interface Draft<Entity> {
  /** As the host has it; undefined until it is read. */
  readonly kept: Entity | undefined
  /** As it is on the page: properties that were changed here stay, the others follow the host. */
  readonly draft: Entity | undefined
  readonly setDraft: (draft: Entity) => void
  readonly changed: boolean
  /** Sends the draft; what was before is offered back. */
  readonly save: () => void
}

/** What of `next` is not as in `kept`. */
export function differences<Entity extends object>(next: Entity, kept: Entity): Partial<Entity> {
  const changed = Object.entries(next).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(kept[key as keyof Entity]))
  return Object.fromEntries(changed) as Partial<Entity>
}

/** Settings of the host that are changed on the page and saved as a whole; `said` is shown then. */
export function useDraft<Entity extends object>(resource: Resource<string, Entity>, said: string, key = only): Draft<Entity> {
  const kept = useResource(resource, key)
  const [edits, setEdits] = useState<Partial<Entity>>({})
  const draft = kept && { ...kept, ...edits }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was changed belongs to the resource with this key
  useEffect(() => setEdits({}), [key])
  const send = (entity: Entity, before: Entity | undefined): void => {
    resource.keep(key, request<Entity>('PUT', resource.pathOf(key), { body: entity })).then(() => {
      setEdits({})
      notify(said, before === undefined ? undefined : () => send(before, undefined))
    }, notifyError)
  }
  return {
    kept,
    draft,
    setDraft: (next) => {
      if (kept) setEdits(differences(next, kept))
    },
    changed: JSON.stringify(draft) !== JSON.stringify(kept),
    save: () => {
      if (draft) send(draft, kept)
    },
  }
}
