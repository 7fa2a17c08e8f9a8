import type { Principal } from '../../../../platform/routes/principal.ts'
import type { Collection } from '../../../document/collection.ts'
import type { Overlays } from '../../pages/overlays/overlays.ts'
import type { SharedOverlay } from '../../pages/overlays/shared-overlay.ts'

/** The overlays of the host, as far as bundles use them. */
export type BundleOverlays = Pick<Overlays, 'list' | 'share' | 'take' | 'remove'>

/** Overlays that came with a collection. */
export interface AddedOverlays {
  readonly count: number
  /** Names of those whose URL had a secret. */
  readonly incomplete: readonly string[]
  /** Takes them away again. */
  undo(): void
}

/** URL of an overlay's page as sources of the studio name it. */
const page = /^\/overlay\/([a-z0-9]{6,32})$/

/** The overlays of this host that the sources of a collection show. */
export function overlaysOf({ sources }: Collection, overlays: BundleOverlays): readonly SharedOverlay[] {
  const known = new Set(overlays.list().map(({ id }) => id))
  const shown = new Set<string>()
  for (const { settings } of sources) {
    const id = typeof settings.url === 'string' ? page.exec(settings.url)?.[1] : undefined
    if (id !== undefined && known.has(id)) shown.add(id)
  }
  return overlays.share([...shown])
}

/** Adds the overlays that the host does not have: ids are random, so one of the same id is the same overlay. Throws `studio.overlay_*`. */
export function addOverlays(shared: readonly SharedOverlay[], overlays: BundleOverlays, principal: Principal): AddedOverlays {
  const known = new Set(overlays.list().map(({ id }) => id))
  const missing = shared.filter(({ id }, index) => !known.has(id) && shared.findIndex((each) => each.id === id) === index)
  const { made, incomplete } = missing.length === 0 ? { made: [], incomplete: [] } : overlays.take(missing, principal)
  return {
    count: made.length,
    incomplete: made.flatMap(({ id, name }) => (incomplete.includes(id) ? [name] : [])),
    undo: () => {
      for (const { id } of made) overlays.remove(id, principal)
    },
  }
}
