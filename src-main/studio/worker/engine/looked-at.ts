import type { Collection } from '../../document/collection.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'

/** A scene or source that somebody looks at beside the show. */
export interface LookedAt {
  /** `scene` or `source`. */
  readonly kind: string
  readonly id: string
}

/** Kinds whose place in a film or list depends on being seen: whoever looks sees where they are, and does not move them. */
const playing: ReadonlySet<string> = new Set(['media', 'playlist', 'image-sequence', 'slideshow'])

/**
 * Adds the sources that are to run for who looks. It changes nothing of the show: what plays from a point stays where it is, and what
 * closes while nobody sees it stays closed.
 */
export function addLookedAt(seen: Set<string>, lookedAt: readonly LookedAt[], scenes: SceneSurfaces, { sources }: Collection): void {
  if (lookedAt.length === 0) return
  const wanted = new Set<string>()
  for (const { kind, id } of lookedAt) {
    if (kind === 'source') wanted.add(id)
    else if (scenes.has(id)) scenes.sourcesIn(id, wanted, wanted)
  }
  for (const { id, kind, settings } of sources) {
    if (wanted.has(id) && !playing.has(kind) && settings.whenHidden !== 'close') seen.add(id)
  }
}
