import { isDeepStrictEqual } from 'node:util'
import type { MirrorChange, ObsInput, ObsMirror, ObsScene } from '../schemas/mirror.ts'
import { entriesOf } from './mirror-size.ts'

export type Globals = Omit<ObsMirror, 'obs' | 'revision' | 'scenes' | 'inputs'>

export const emptyGlobals: Globals = {
  program: null,
  preview: null,
  studioMode: false,
  transition: null,
  transitionDurationMs: null,
  inTransition: false,
  transitions: [],
  profile: null,
  profiles: [],
  collection: null,
  collections: [],
  outputs: { stream: 'stopped', record: 'stopped', recordPath: null, replay: null, replayPath: null, virtualCamera: null },
  video: { baseWidth: 0, baseHeight: 0, outputWidth: 0, outputHeight: 0, fpsNumerator: 0, fpsDenominator: 1 },
}

/** Files that an OBS wrote, as it names them: paths of its machine, which not everybody may see. */
export interface OutputFiles {
  readonly record: string | null
  readonly replay: string | null
}

/**
 * What an OBS is at this moment, and what of it changed since it was last taken. Values are never changed in place, and one that is set as it
 * is already has not changed.
 */
export class MirrorState {
  #globals: Globals = emptyGlobals
  /** In the order of OBS. */
  #scenes = new Map<string, ObsScene>()
  #inputs = new Map<string, ObsInput>()
  readonly #changedGlobals = new Set<keyof Globals>()
  readonly #changedScenes = new Set<string>()
  readonly #changedInputs = new Set<string>()
  readonly #removedInputs = new Set<string>()
  #scenesMoved = false
  /** Of all scenes and inputs. */
  #entries = 0
  #files: OutputFiles = { record: null, replay: null }
  /** As OBS listed them last: it lists a scene before it says that there is one. */
  #listed: readonly string[] = []

  get globals(): Globals {
    return this.#globals
  }

  get files(): OutputFiles {
    return this.#files
  }

  /** OBS writes a file, or has written it. The mirror has its name alone. */
  setFile(output: keyof OutputFiles, path: string): void {
    this.#files = { ...this.#files, [output]: path }
    const name = path.split(/[\\/]/).at(-1) ?? ''
    this.set({ outputs: { ...this.#globals.outputs, [output === 'record' ? 'recordPath' : 'replayPath']: name } })
  }

  /** Scenes, inputs, items and filters together. */
  get entries(): number {
    return this.#entries
  }

  scene(name: string): ObsScene | undefined {
    return this.#scenes.get(name)
  }

  input(name: string): ObsInput | undefined {
    return this.#inputs.get(name)
  }

  get scenes(): readonly ObsScene[] {
    return [...this.#scenes.values()]
  }

  /** By name: the order of OBS changes with every start. */
  get inputs(): readonly ObsInput[] {
    return [...this.#inputs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Everything again; nothing of it counts as changed. */
  replace(globals: Globals, scenes: readonly ObsScene[], inputs: readonly ObsInput[]): void {
    this.#globals = globals
    this.#scenes = new Map(scenes.map((scene) => [scene.name, scene]))
    this.#inputs = new Map(inputs.map((input) => [input.name, input]))
    this.#listed = [...this.#scenes.keys()]
    this.#entries = [...scenes, ...inputs].reduce((sum, source) => sum + entriesOf(source), 0)
    this.takeChanges()
  }

  set(changes: Partial<Globals>): void {
    for (const key of Object.keys(changes) as (keyof Globals)[]) {
      if (!isDeepStrictEqual(changes[key], this.#globals[key])) this.#changedGlobals.add(key)
    }
    this.#globals = { ...this.#globals, ...changes }
  }

  setScene(scene: ObsScene): void {
    const before = this.#scenes.get(scene.name)
    if (isDeepStrictEqual(scene, before)) return
    const isNew = before === undefined
    this.#entries += entriesOf(scene) - (before === undefined ? 0 : entriesOf(before))
    this.#scenes.set(scene.name, scene)
    this.#changedScenes.add(scene.name)
    if (!isNew) return
    this.#scenesMoved = true
    this.orderScenes(this.#listed)
  }

  removeScene(name: string): void {
    const scene = this.#scenes.get(name)
    if (scene === undefined) return
    this.#scenes.delete(name)
    this.#entries -= entriesOf(scene)
    this.#changedScenes.delete(name)
    this.#scenesMoved = true
  }

  /** Scenes in the order of these names; those that are not named stay behind them. */
  orderScenes(names: readonly string[]): void {
    this.#listed = names
    const before = [...this.#scenes.keys()]
    const known = new Set(names.filter((name) => this.#scenes.has(name)))
    const after = [...known, ...before.filter((name) => !known.has(name))]
    if (after.every((name, index) => name === before[index])) return
    this.#scenes = new Map(after.map((name) => [name, this.#scenes.get(name) as ObsScene]))
    this.#scenesMoved = true
  }

  setInput(input: ObsInput): void {
    const before = this.#inputs.get(input.name)
    if (isDeepStrictEqual(input, before)) return
    this.#entries += entriesOf(input) - (before === undefined ? 0 : entriesOf(before))
    this.#inputs.set(input.name, input)
    this.#changedInputs.add(input.name)
    this.#removedInputs.delete(input.name)
  }

  removeInput(name: string): void {
    const input = this.#inputs.get(name)
    if (input === undefined) return
    this.#inputs.delete(name)
    this.#entries -= entriesOf(input)
    this.#changedInputs.delete(name)
    this.#removedInputs.add(name)
  }

  /** A source has another name: where it is used, too. */
  rename(from: string, to: string): void {
    const scene = this.#scenes.get(from)
    if (scene !== undefined) {
      const names = [...this.#scenes.keys()].map((name) => (name === from ? to : name))
      this.removeScene(from)
      this.setScene({ ...scene, name: to })
      this.orderScenes(names)
      if (this.#globals.program === from) this.set({ program: to })
      if (this.#globals.preview === from) this.set({ preview: to })
    }
    const input = this.#inputs.get(from)
    if (input !== undefined) {
      this.removeInput(from)
      this.setInput({ ...input, name: to })
    }
    for (const other of this.scenes) {
      if (!other.items.some(({ source }) => source === from)) continue
      this.setScene({ ...other, items: other.items.map((item) => (item.source === from ? { ...item, source: to } : item)) })
    }
  }

  get isChanged(): boolean {
    return (
      this.#scenesMoved || [this.#changedGlobals, this.#changedScenes, this.#changedInputs, this.#removedInputs].some((set) => set.size > 0)
    )
  }

  /** What changed since the last time, to be put over what was known then. */
  takeChanges(): Omit<MirrorChange, 'obs' | 'revision'> {
    const set = Object.fromEntries([...this.#changedGlobals].map((key) => [key, this.#globals[key]])) as Partial<Globals>
    const scenes = [...this.#changedScenes].flatMap((name) => this.#scenes.get(name) ?? [])
    const inputs = [...this.#changedInputs].flatMap((name) => this.#inputs.get(name) ?? [])
    const changes = {
      ...(this.#changedGlobals.size === 0 ? {} : { set }),
      ...(scenes.length === 0 ? {} : { scenes }),
      ...(this.#scenesMoved ? { sceneNames: [...this.#scenes.keys()] } : {}),
      ...(inputs.length === 0 ? {} : { inputs }),
      ...(this.#removedInputs.size === 0 ? {} : { inputsRemoved: [...this.#removedInputs] }),
    }
    for (const each of [this.#changedGlobals, this.#changedScenes, this.#changedInputs, this.#removedInputs]) each.clear()
    this.#scenesMoved = false
    return changes
  }
}
