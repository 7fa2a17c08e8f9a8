import type { Collection } from './types.ts'

/** Ids of the sources that scenes show, those of scenes in them included; hidden items are left out. */
export function sourcesOf(scenes: ReadonlySet<string>, { scenes: all }: Pick<Collection, 'scenes'>): ReadonlySet<string> {
  const found = new Set<string>()
  const looked = new Set<string>()
  const walk = (id: string): void => {
    if (looked.has(id)) return
    looked.add(id)
    for (const item of all.find((each) => each.id === id)?.items ?? []) {
      if (!item.visible) continue
      for (const leaf of 'group' in item ? item.group : [item]) {
        if (!leaf.visible) continue
        if ('scene' in leaf) walk(leaf.scene)
        else if ('source' in leaf) found.add(leaf.source)
      }
    }
  }
  for (const scene of scenes) walk(scene)
  return found
}
