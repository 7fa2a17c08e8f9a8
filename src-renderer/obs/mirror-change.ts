import type { MirrorChange, ObsMirror } from '../../src-main/obs/schemas/mirror.ts'

/** What follows in the list where it has that name already, else at its end. */
function put<T extends { readonly name: string }>(list: readonly T[], changed: readonly T[]): T[] {
  const byName = new Map(changed.map((each) => [each.name, each]))
  const kept = list.map((each) => {
    const next = byName.get(each.name) ?? each
    byName.delete(each.name)
    return next
  })
  return [...kept, ...byName.values()]
}

/** An OBS after a change that the host announced; the same object where the change is of another OBS, or is known already. */
export function withChange(mirror: ObsMirror, change: MirrorChange): ObsMirror {
  if (change.obs !== mirror.obs || change.revision <= mirror.revision) return mirror
  const { revision, set = {}, scenes = [], sceneNames, inputs = [], inputsRemoved = [] } = change
  const known = put(mirror.scenes, scenes)
  const order = new Map(sceneNames?.map((name, index) => [name, index]))
  const shown =
    sceneNames === undefined
      ? known
      : known.filter(({ name }) => order.has(name)).sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0))
  return {
    ...mirror,
    ...set,
    revision,
    scenes: shown,
    inputs: put(mirror.inputs, inputs).filter(({ name }) => !inputsRemoved.includes(name)),
  }
}
