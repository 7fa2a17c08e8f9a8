import type { ObsShow, ObsShowInput } from '../../media/obs-show/obs-show.ts'
import type { LiveLists } from './live-show.ts'

/** Names in OBS for those of a show: one is used where what goes by it is of the same kind, else a number is behind it. */
export interface LiveNames {
  scene(name: string): string
  /** Of an input or a scene. */
  source(name: string): string
  /** The input of the show that has this name in OBS. */
  input(liveName: string): ObsShowInput | undefined
  /** Whether something of the show has this name in OBS. */
  has(liveName: string): boolean
}

const unversioned = (kind: string): string => kind.replace(/_v\d+$/, '')

/** Chooses names for everything in a show, always the same ones for the same OBS. */
export function liveNames({ scenes, inputs }: Pick<ObsShow, 'scenes' | 'inputs'>, live: LiveLists): LiveNames {
  const [sceneNames, groups] = [new Set(live.sceneNames), new Set(live.groupNames)]
  const used = new Set<string>()
  const names = new Map<string, string>()
  const byLiveName = new Map<string, ObsShowInput>()
  const choose = (wanted: string, mayBe: (name: string) => boolean): string => {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`
      if (used.has(name) || groups.has(name) || !mayBe(name)) continue
      used.add(name)
      names.set(wanted, name)
      return name
    }
  }
  for (const { name } of scenes) choose(name, (each) => !live.inputKinds.has(each))
  for (const input of inputs) {
    const fits = (name: string): boolean => {
      const kind = live.inputKinds.get(name)
      return !sceneNames.has(name) && (kind === undefined || unversioned(kind) === unversioned(input.kind))
    }
    byLiveName.set(choose(input.name, fits), input)
  }
  const found = (name: string): string => names.get(name) ?? name
  return { scene: found, source: found, input: (liveName) => byLiveName.get(liveName), has: (liveName) => used.has(liveName) }
}
