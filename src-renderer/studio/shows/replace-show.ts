import { ApiError } from '../../client/api.ts'
import { confirm } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'

/** Does something that another show takes the place of the open one for; asks where that ends what is live. False where it was not done. */
export async function replaceShow(work: (force: boolean) => Promise<unknown>): Promise<boolean> {
  try {
    await work(false)
    return true
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'studio.on_air')) {
      notifyError(error)
      return false
    }
  }
  if (!(await confirm(t.collections.onAirTitle, t.collections.onAirText, t.collections.onAirAction))) return false
  try {
    await work(true)
    return true
  } catch (error) {
    notifyError(error)
    return false
  }
}
