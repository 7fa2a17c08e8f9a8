import type { Answer, Body } from '../../src-main/api/typed-api.ts'
import { request } from '../client/api.ts'
import { components as t } from '../messages/page.ts'
import { notify, notifyError } from './toasts.tsx'

/** Changes what is at `path`, and offers to take it back by `before`; `keep` takes the answers. */
export async function changeWithUndo<Path extends string>(
  path: Path,
  body: Body<'PATCH', Path>,
  before: Body<'PATCH', Path>,
  said: string,
  keep: (answer: Promise<Answer<'PATCH', Path>>) => Promise<unknown>,
): Promise<void> {
  try {
    await keep(request('PATCH', path, { body }))
    notify(said, () => void keep(request('PATCH', path, { body: before })).catch(notifyError))
  } catch (error) {
    notifyError(error)
  }
}

/** Puts what is at `path` into the trash, from which it is offered back while it is there. */
export async function moveToTrash<Path extends string>(
  path: Path,
  entity: Answer<'GET', Path> & object,
  name: string,
  keep: (answer: Promise<Answer<'GET', Path>>) => Promise<unknown>,
): Promise<void> {
  try {
    await keep(request('DELETE', path).then(() => ({ ...entity, deletedAt: new Date().toISOString() })))
    notify(t.isDeletedInFiveMinutes(name), () => void keep(request('POST', `${path}/restore`)).catch(notifyError))
  } catch (error) {
    notifyError(error)
  }
}
