import { ApiError } from '../../client/api.ts'
import { confirm } from '../../components/dialog.tsx'
import { tellError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'

/** Does something that another show takes the place of the open one for; asks where that ends what is live. */
export async function replaceShow(work: (force: boolean) => Promise<unknown>): Promise<void> {
  try {
    await work(false)
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'studio.on_air')) return tellError(error)
    if (await confirm(t.collections.onAirTitle, t.collections.onAirText, t.collections.onAirAction)) await work(true).catch(tellError)
  }
}
