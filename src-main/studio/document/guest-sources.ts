import type { Collection } from './collection.ts'

/** Ids of the sources that play a guest's stream: those of the kind `guest`, and others that play it as any stream. */
export function sourcesOfGuest({ sources }: Pick<Collection, 'sources'>, stream: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { id, kind, settings } of sources) {
    if ((kind === 'guest' && settings.guest === stream) || (kind === 'stream' && settings.stream === stream)) found.add(id)
  }
  return found
}
