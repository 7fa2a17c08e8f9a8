import { useEffect } from 'react'
import { create } from 'zustand'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { ApiError, call, reportProblem } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'

/** Settings of a kind of filter that somebody saved under a name. */
export type SavedPreset = Item<'/studio/filter-presets'>
type NewPreset = Omit<SavedPreset, 'id'>

const maxName = 60

const useStored = create<{ readonly presets: readonly SavedPreset[] }>(() => ({ presets: [] }))

let reads = 0

async function read(): Promise<void> {
  const mine = ++reads
  try {
    const { items } = await call('GET', '/studio/filter-presets')
    // A list that was asked for later is newer, whichever answer comes first.
    if (mine === reads) useStored.setState({ presets: items })
    if (!handedOver) await handOver(items)
  } catch (error) {
    reportProblem(error)
  }
}

/** Presets of this host, kept up to date while the component is drawn. */
export function useSavedPresets(): readonly SavedPreset[] {
  useEffect(
    () => followEvents({ onFresh: () => void read(), onEvent: ({ topic }) => void (topic === 'studio.filter_presets' && read()) }),
    [],
  )
  return useStored(({ presets }) => presets)
}

/** Saves settings under a name, over what the kind has under it. */
export const savePreset = (preset: NewPreset): Promise<unknown> =>
  call('POST', '/studio/filter-presets', { body: preset }).catch(reportProblem)

export const deletePreset = ({ id }: SavedPreset): Promise<unknown> => call('DELETE', `/studio/filter-presets/${id}`).catch(reportProblem)

/** Where presets were kept before hosts did: in the browser. */
const place = 'ami.studio.presets'

let handedOver = false

/** Gives the host what a browser kept, once; beside what the host has under the same name. What it rejects is of another version, and of no use. */
async function handOver(there: readonly SavedPreset[]): Promise<void> {
  handedOver = true
  for (const preset of readKept(localStorage.getItem(place))) {
    const same = there.find((each) => each.kind === preset.kind && each.name === preset.name)
    if (same !== undefined && JSON.stringify(same.settings) === JSON.stringify(preset.settings)) continue
    const body = same === undefined ? preset : { ...preset, name: `${preset.name.slice(0, maxName - 2)} 2` }
    await call('POST', '/studio/filter-presets', { body }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'request.invalid') return
      handedOver = false
      throw error
    })
  }
  localStorage.removeItem(place)
}

/** What a browser has stored: nothing of it is trusted to be a preset. */
export function readKept(stored: string | null): readonly NewPreset[] {
  if (stored === null) return []
  try {
    const list: unknown = JSON.parse(stored)
    return Array.isArray(list) ? list.filter(isPreset).map(({ kind, name, settings }) => ({ kind, name, settings })) : []
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
