import { call } from '../client/api.ts'
import { tell, tellError } from './toasts.tsx'

/** Changes what stands at `path`, and offers to take it back by `before`; `keep` takes the answers. */
export async function changeWithUndo<Thing>(
  path: string,
  body: Partial<Thing>,
  before: Partial<Thing>,
  said: string,
  keep: (thing: Thing) => void,
): Promise<void> {
  try {
    keep(await call<Thing>('PATCH', path, { body }))
    tell(said, () => void call<Thing>('PATCH', path, { body: before }).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}

/** Puts what stands at `path` into the trash, from which it is offered back while it lies there. */
export async function moveToTrash<Thing extends { readonly deletedAt: string | null }>(
  path: string,
  thing: Thing,
  name: string,
  keep: (thing: Thing) => void,
): Promise<void> {
  try {
    await call('DELETE', path)
    keep({ ...thing, deletedAt: new Date().toISOString() })
    tell(`${name} is deleted in five minutes`, () => void call<Thing>('POST', `${path}/restore`).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}
