import type { Scene } from '../types.ts'

/** A line of the list of scenes: a scene with its place in the document, or the head of a folder. */
export type SceneRow =
  | { readonly scene: Scene; readonly index: number }
  | { readonly folder: string; readonly count: number; readonly closed: boolean }

/** Scenes in their order, those of a folder together where its first one is, below a head; closed folders have the head alone. */
export function sceneRows(scenes: readonly Scene[], closed: ReadonlySet<string>): readonly SceneRow[] {
  const seen = new Set<string>()
  return scenes.flatMap((scene, index): readonly SceneRow[] => {
    const { folder } = scene
    if (folder === undefined) return [{ scene, index }]
    if (seen.has(folder)) return []
    seen.add(folder)
    const inside = scenes.flatMap((each, at) => (each.folder === folder ? [{ scene: each, index: at }] : []))
    const head = { folder, count: inside.length, closed: closed.has(folder) }
    return head.closed ? [head] : [head, ...inside]
  })
}

export const foldersOf = (scenes: readonly Scene[]): readonly string[] => [
  ...new Set(scenes.flatMap(({ folder }) => (folder === undefined ? [] : [folder]))),
]
