import type { ShareListener, TakenShare } from '../../../../media/media-shares.ts'
import type { SharedOf, StudioEngine } from '../../engine/studio-engine.ts'

/** What is said while the studio's process restarts. */
export const restarting = 'The studio is being started'

/** Stores that a process of the studio has anyway. */
export function takeShared(engine: Pick<StudioEngine, 'shareMedia'>, of: SharedOf, listener: ShareListener): TakenShare {
  const taken = engine.shareMedia(of, {
    onStores: (stores) => listener.onMedia(stores),
    onGap: () => listener.onNone(restarting),
    onFault: (problem) => listener.onNone(problem),
  })
  taken.setTaken(true)
  return taken
}
