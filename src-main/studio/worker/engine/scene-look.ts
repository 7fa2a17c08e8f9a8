import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Look } from '../encoder/look.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'

/** The look of a scene; undefined where filters, which may move by themselves, are part of it. */
export function lookOfScene(
  scenes: SceneSurfaces,
  frameStore: (source: string) => FrameStore | undefined,
  id: string,
  background: string,
): Look {
  const shown = scenes.shownIn(id)
  if (shown.hasFilters) return undefined
  const look: unknown[] = [background]
  for (const scene of shown.scenes) look.push(scenes.placed(scene))
  for (const source of shown.sources) {
    const store = frameStore(source)
    look.push(store, store?.sequence)
  }
  return look
}
