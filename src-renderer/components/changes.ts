import { call } from '../client/api.ts'
import { components as t } from '../messages/page.ts'
import { tell, tellError } from './toasts.tsx'

/** Changes what stands at `path`, and offers to take it back by `before`; `keep` takes the answers. */
export async function changeWithUndo<Entity>(
  path: string,
  body: Partial<Entity>,
  before: Partial<Entity>,
  said: string,
  keep: (entity: Entity) => void,
): Promise<void> {
  try {
    keep(await call<Entity>('PATCH', path, { body }))
    tell(said, () => void call<Entity>('PATCH', path, { body: before }).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}

/** Puts what stands at `path` into the trash, from which it is offered back while it lies there. */
export async function moveToTrash<Entity extends { readonly deletedAt: string | null }>(
  path: string,
  entity: Entity,
  name: string,
  keep: (entity: Entity) => void,
): Promise<void> {
  try {
    await call('DELETE', path)
    keep({ ...entity, deletedAt: new Date().toISOString() })
    tell(t.isDeletedInFiveMinutes(name), () => void call<Entity>('POST', `${path}/restore`).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}
