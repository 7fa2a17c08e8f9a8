import { AppError } from '../../platform/errors.ts'
import type { ObsInput, ObsScene } from '../schemas/mirror.ts'

/** Scenes, inputs, items and filters of one OBS together. Its users have some hundred; each takes a few kilobytes here. */
const maxEntries = 20_000

/** How many entries a scene or an input adds to the mirror. */
export function entriesOf(source: ObsScene | ObsInput): number {
  return 1 + source.filters.length + ('items' in source ? source.items.length : 0)
}

/** `obs.too_large` where there are too many entries. */
export function sizeFault(entries: number): AppError | undefined {
  if (entries <= maxEntries) return undefined
  return new AppError('obs.too_large', `OBS lists more than ${maxEntries} scenes, sources, items and filters`)
}
