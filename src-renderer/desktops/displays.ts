import type { Item } from '../../src-main/api/typed-api.ts'
import type { RecordingState } from '../../src-main/desktop/schemas/recording.ts'
import { Collection } from '../client/collection.ts'
import { Resource } from '../client/resource.ts'

export type DisplayItem = Item<'/desktop/displays'>

/** How many times larger programs of Wayland displays can draw. */
export const scales = [1, 1.25, 1.5, 2] as const satisfies readonly DisplayItem['scale'][]

/** The displays that can be opened. */
export const displays = new Collection({ path: '/desktop/displays', updated: ['desktop.updated'], removed: ['desktop.removed'] })

/** Whether a display is recorded, by its id. */
export const recordingStates = new Resource({
  path: (display) => `/desktop/displays/${display}/recording`,
  updated: ['desktop.recording.state'],
  of: ({ data }) => (data as RecordingState).id,
})
