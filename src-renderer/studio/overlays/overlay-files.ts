import { call } from '../../client/api.ts'
import { saveJson } from '../../client/save-file.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'

/** Saves overlays, all of them where none are named, as one file. Throws ApiError. */
export async function exportOverlays(ids: readonly string[] = []): Promise<void> {
  const file = await call('GET', ids.length === 0 ? '/studio/overlay-file' : `/studio/overlay-file?ids=${ids.join(',')}`)
  saveJson(ids.length === 1 ? `overlay-${file.overlays[0]?.kind ?? ids[0]}.json` : 'overlays.json', file)
}

/** Adds the overlays of a file; returns the id of the first one. */
export async function importOverlays(file: File): Promise<string | undefined> {
  let body: unknown
  try {
    body = JSON.parse(await file.text())
  } catch {
    notifyError(new Error(t.notAFile))
    return undefined
  }
  try {
    const { items, incomplete } = await call('POST', '/studio/overlay-file', { body: body as never })
    notify(incomplete.length > 0 ? `${t.imported(items.length)}. ${t.incomplete}` : t.imported(items.length))
    return items[0]?.id
  } catch (error) {
    notifyError(error)
    return undefined
  }
}
