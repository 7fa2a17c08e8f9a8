import type { Answer, Body } from '../../src-main/api/typed-api.ts'
import { request } from '../client/api.ts'
import { components as t } from '../messages/page.ts'
import { tell, tellError } from './toasts.tsx'

/** Changes what stands at `path`, and offers to take it back by `before`; `keep` takes the answers. */
export async function changeWithUndo<Path extends string>(
  path: Path,
  body: Body<'PATCH', Path>,
  before: Body<'PATCH', Path>,
  said: string,
  keep: (entity: Answer<'PATCH', Path>) => void,
): Promise<void> {
  try {
    keep(await request('PATCH', path, { body }))
    tell(said, () => void request<Answer<'PATCH', Path>>('PATCH', path, { body: before }).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}

/** Puts what stands at `path` into the trash, from which it is offered back while it lies there. */
export async function moveToTrash<Path extends string>(
  path: Path,
  entity: Answer<'GET', Path> & object,
  name: string,
  keep: (entity: Answer<'GET', Path>) => void,
): Promise<void> {
  try {
    await request('DELETE', path)
    keep({ ...entity, deletedAt: new Date().toISOString() })
    tell(t.isDeletedInFiveMinutes(name), () => void request<Answer<'GET', Path>>('POST', `${path}/restore`).then(keep, tellError))
  } catch (error) {
    tellError(error)
  }
}
