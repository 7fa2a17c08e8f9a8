import type { Item } from '../../../src-main/api/typed-api.ts'
import { ApiError, call, reportProblem } from '../../client/api.ts'
import { Collection } from '../../client/collection.ts'

/** Settings of a kind of filter that somebody saved under a name. */
export type SavedPreset = Item<'/studio/filter-presets'>
type NewPreset = Omit<SavedPreset, 'id'>

const maxName = 60
const maxPresets = 200

/** Presets of this host. */
export const savedPresets = new Collection({
  path: '/studio/filter-presets',
  updated: ['studio.filter-preset.updated'],
  removed: ['studio.filter-preset.removed'],
})

/** Saves settings under a name, over what the kind has under it. */
export const savePreset = (preset: NewPreset): Promise<unknown> =>
  call('POST', '/studio/filter-presets', { body: preset }).catch(reportProblem)

/** Throws ApiError. */
export const renamePreset = ({ id }: SavedPreset, name: string): Promise<SavedPreset> =>
  savedPresets.keep(call('PATCH', `/studio/filter-presets/${id}`, { body: { name } }))

export const deletePreset = ({ id }: SavedPreset): Promise<unknown> => call('DELETE', `/studio/filter-presets/${id}`).catch(reportProblem)

/** Where presets were kept before hosts did: in the browser. */
const place = 'ami.studio.presets'

/** Of settings that another version wrote, or that name a file which this person may not. */
const rejections: ReadonlySet<string> = new Set(['request.invalid', 'path.forbidden'])
let handedOver = false

/**
 * Gives the host what this browser kept, beside what the host has under the same name. What the host rejects is of no use. Where it
 * takes no more, or is away, the browser keeps all of it, and the next page tries again.
 */
export async function handOverPresets(there: readonly SavedPreset[]): Promise<void> {
  if (handedOver) return
  handedOver = true
  try {
    for (const preset of readKept(localStorage.getItem(place))) {
      const same = there.find((each) => each.kind === preset.kind && each.name === preset.name)
      if (same !== undefined && JSON.stringify(same.settings) === JSON.stringify(preset.settings)) continue
      const body = same === undefined ? preset : { ...preset, name: `${preset.name.slice(0, maxName - 2)} 2` }
      await call('POST', '/studio/filter-presets', { body }).catch((error: unknown) => {
        if (!(error instanceof ApiError) || !rejections.has(error.code)) throw error
      })
    }
    localStorage.removeItem(place)
  } catch (error) {
    // A browser that stores nothing has nothing to hand over.
    if (!(error instanceof DOMException)) reportProblem(error)
  }
}

/** What a browser has stored: nothing of it is trusted to be a preset. */
export function readKept(stored: string | null): readonly NewPreset[] {
  if (stored === null) return []
  try {
    const list: unknown = JSON.parse(stored)
    if (!Array.isArray(list)) return []
    return list
      .filter(isPreset)
      .slice(-maxPresets)
      .map(({ kind, name, settings }) => ({ kind, name, settings }))
  } catch {
    return []
  }
}

const isPreset = (value: unknown): value is NewPreset => {
  const { kind, name, settings } = (value ?? {}) as Partial<NewPreset>
  return (
    typeof kind === 'string' && typeof name === 'string' && typeof settings === 'object' && settings !== null && !Array.isArray(settings)
  )
}
