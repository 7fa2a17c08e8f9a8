import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Collection, Scene, Transition } from '../../document/collection.ts'
import type { StudioEngine, Switched } from '../engine/studio-engine.ts'
import type { StateStore } from '../state-store.ts'

/** What is on a canvas. */
export interface OnCanvas {
  readonly canvas: string
  readonly program: string
  readonly preview: string | null
  /** The transition that is under way, or null. */
  readonly transition: string | null
}

export interface ProgramState {
  readonly studioMode: boolean
  /** What is used where nothing else is said; null: as the collection says. */
  readonly transition: string | null
  readonly durationMs: number | null
  readonly canvases: readonly OnCanvas[]
}

/** How to come to a scene: an id of a transition, and how long it takes. */
export interface TransitionChoice {
  readonly transition?: string
  readonly durationMs?: number
}

export interface SwitchAnswer {
  readonly canvas: string
  readonly scene: string
  readonly transition: string
  readonly durationMs: number
  /** Number of the first frame that shows it; null while the studio is not running: it begins with this scene. */
  readonly frame: number | null
  /** From the request to that frame, ms. */
  readonly tookMs: number | null
  /** Scenes of other canvases that came along. */
  readonly followed: readonly { readonly canvas: string; readonly scene: string }[]
}

export interface ProgramControlDependencies {
  readonly engine: Pick<StudioEngine, 'switchTo' | 'setPreview'>
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly log: Logger
  readonly onChange: (state: ProgramState) => void
}

interface Kept {
  readonly studioMode: boolean
  readonly transition: string | null
  readonly durationMs: number | null
  readonly canvases: Readonly<Record<string, { readonly program: string; readonly preview: string | null }>>
}

/** What is on air and what is being prepared, on each canvas; known again after a restart of the host. */
export class ProgramControl {
  readonly #dependencies: ProgramControlDependencies
  #collection: Collection | undefined
  #key = ''
  #studioMode = false
  #transition: string | null = null
  #durationMs: number | null = null
  readonly #on = new Map<string, { program: string; preview: string | null; moving: string | null }>()

  constructor(dependencies: ProgramControlDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Another collection: each canvas with the scene that it had on air last, or its own. `file` is what it is known by. Called when the
   * engine has the collection.
   */
  open(collection: Collection, file: string): void {
    this.#key = `on-air ${file}`
    const kept = this.#dependencies.store.get(this.#key) as Kept | undefined
    this.#collection = collection
    this.#on.clear()
    this.#studioMode = kept?.studioMode ?? false
    this.#transition = kept?.transition ?? null
    this.#durationMs = kept?.durationMs ?? null
    for (const canvas of collection.canvases) {
      const known = kept?.canvases[canvas.id]
      const program = this.#stands(known?.program, canvas.id) ?? canvas.scene
      const preview = this.#stands(known?.preview, canvas.id) ?? null
      this.#on.set(canvas.id, { program, preview, moving: null })
      this.#tellEngine(canvas.id, program)
      if (preview !== null) this.#dependencies.engine.setPreview(canvas.id, preview)
    }
    this.#forgetGoneTransition()
  }

  close(): void {
    this.#collection = undefined
    this.#on.clear()
  }

  /** An edit: what is on air and is gone gives place to the canvas's own scene. Called when the engine has the collection. */
  follow(collection: Collection): void {
    this.#collection = collection
    let changed = false
    const ids = new Set(collection.canvases.map(({ id }) => id))
    for (const id of this.#on.keys()) if (!ids.has(id)) changed = this.#on.delete(id)
    for (const canvas of collection.canvases) {
      const on = this.#on.get(canvas.id)
      if (on === undefined) {
        this.#on.set(canvas.id, { program: canvas.scene, preview: null, moving: null })
        changed = true
        continue
      }
      if (this.#stands(on.program, canvas.id) === undefined) {
        on.program = canvas.scene
        on.moving = null
        changed = true
        this.#tellEngine(canvas.id, canvas.scene)
      }
      if (on.preview !== null && this.#stands(on.preview, canvas.id) === undefined) {
        on.preview = null
        changed = true
        this.#dependencies.engine.setPreview(canvas.id, null)
      }
    }
    if (this.#forgetGoneTransition() || changed) this.#changed()
  }

  get state(): ProgramState {
    return {
      studioMode: this.#studioMode,
      transition: this.#transition,
      durationMs: this.#durationMs,
      canvases: [...this.#on].map(([canvas, { program, preview, moving }]) => ({ canvas, program, preview, transition: moving })),
    }
  }

  /**
   * Puts a scene on its canvas, and with it the scenes of other canvases that follow it. The engine is asked before anything else is
   * done. Throws `studio.no_collection` and `studio.not_found`.
   */
  async switchTo(id: string, choice: TransitionChoice = {}): Promise<SwitchAnswer> {
    const { scene, transition, canvas } = this.#plan(id, choice)
    const collection = this.#open()
    const followed = collection.scenes.filter((each) => each.follows === scene.id)
    const switching = this.#switch([scene, ...followed], transition)
    this.#changed()
    const switched = await switching
    return {
      canvas,
      scene: scene.id,
      transition: transition.id,
      durationMs: transition.durationMs,
      frame: switched?.frame ?? null,
      tookMs: switched?.tookMs ?? null,
      followed: followed.map((each) => ({ canvas: each.canvas, scene: each.id })),
    }
  }

  /** The scene that is being prepared; null for none. Throws `studio.mode_off` and `studio.not_found`. */
  preview(canvas: string, scene: string | null): void {
    const on = this.#canvas(canvas)
    if (!this.#studioMode) throw new AppError('studio.mode_off')
    if (scene !== null && this.#scene(scene).canvas !== canvas) {
      throw new AppError('studio.not_found', `The scene "${scene}" is made for another canvas than "${canvas}"`)
    }
    on.preview = scene
    this.#dependencies.engine.setPreview(canvas, scene)
    this.#changed()
  }

  /** Brings the preview on air; what was on air is then being prepared. Throws `studio.mode_off` and `studio.not_found`. */
  async toProgram(canvas: string, choice: TransitionChoice = {}): Promise<SwitchAnswer> {
    const on = this.#canvas(canvas)
    if (!this.#studioMode) throw new AppError('studio.mode_off')
    const { program, preview } = on
    if (preview === null) throw new AppError('studio.not_found', `Nothing is being prepared on "${canvas}"`)
    // A transition that there is none of leaves the preview as it is.
    this.#plan(preview, choice)
    const switching = this.switchTo(preview, choice)
    on.preview = program
    this.#dependencies.engine.setPreview(canvas, program)
    this.#changed()
    return switching
  }

  /** Throws `studio.not_found` for an unknown transition. */
  configure(changes: { readonly studioMode?: boolean; readonly transition?: string | null; readonly durationMs?: number | null }): void {
    if (changes.transition !== undefined && changes.transition !== null) this.#transitionOf(changes.transition)
    if (changes.transition !== undefined) this.#transition = changes.transition
    if (changes.durationMs !== undefined) this.#durationMs = changes.durationMs
    if (changes.studioMode !== undefined && changes.studioMode !== this.#studioMode) {
      this.#studioMode = changes.studioMode
      for (const [canvas, on] of this.#on) {
        // A preview begins with what is on air, as a base to work on.
        on.preview = changes.studioMode ? on.program : null
        this.#dependencies.engine.setPreview(canvas, on.preview)
      }
    }
    this.#changed()
  }

  /** The main canvas. Throws `studio.no_collection`. */
  get mainCanvas(): string {
    return (this.#open().canvases[0] as { readonly id: string }).id
  }

  /** The engine tells that a transition is over. */
  transitionEnded(canvas: string): void {
    const on = this.#on.get(canvas)
    if (on?.moving == null) return
    on.moving = null
    this.#dependencies.onChange(this.state)
  }

  /** Puts scenes on their canvases, on the same frame. */
  #switch(scenes: readonly Scene[], transition: Transition): Promise<Switched | undefined> {
    // A stinger of no duration lasts as long as its film.
    const cut = transition.kind === 'cut' || (transition.durationMs === 0 && transition.kind !== 'stinger')
    const way = cut ? undefined : transition
    const switching = this.#dependencies.engine.switchTo(scenes.map(({ id, canvas }) => ({ canvas, scene: id, transition: way })))
    for (const { id, canvas } of scenes) {
      const on = this.#on.get(canvas)
      if (on === undefined) continue
      on.moving = cut || on.program === id ? null : transition.id
      on.program = id
    }
    return switching.catch((error: unknown) => {
      for (const { canvas } of scenes) {
        const on = this.#on.get(canvas)
        if (on !== undefined) on.moving = null
      }
      if (error instanceof AppError && error.code === 'studio.not_running') return undefined
      throw error
    })
  }

  #plan(id: string, choice: TransitionChoice): { readonly scene: Scene; readonly canvas: string; readonly transition: Transition } {
    const collection = this.#open()
    const scene = this.#scene(id)
    const transition = this.#transitionOf(choice.transition ?? scene.transition ?? this.#transition ?? collection.transition)
    const durationMs = choice.durationMs ?? (choice.transition === undefined && scene.transition === undefined ? this.#durationMs : null)
    return {
      scene,
      canvas: scene.canvas,
      transition: durationMs === null || transition.kind === 'cut' ? transition : { ...transition, durationMs },
    }
  }

  #open(): Collection {
    if (this.#collection === undefined) throw new AppError('studio.no_collection')
    return this.#collection
  }

  #canvas(id: string): { program: string; preview: string | null; moving: string | null } {
    this.#open()
    const on = this.#on.get(id)
    if (on === undefined) throw new AppError('studio.not_found', `The collection has no canvas "${id}"`)
    return on
  }

  #scene(id: string): Scene {
    const scene = this.#open().scenes.find((each) => each.id === id)
    if (scene === undefined) throw new AppError('studio.not_found', `The collection has no scene "${id}"`)
    return scene
  }

  #transitionOf(id: string): Transition {
    const transition = this.#open().transitions.find((each) => each.id === id)
    if (transition === undefined) throw new AppError('studio.not_found', `The collection has no transition "${id}"`)
    return transition
  }

  /** The scene, where it is one of that canvas. */
  #stands(scene: string | null | undefined, canvas: string): string | undefined {
    return this.#collection?.scenes.find(({ id, canvas: own }) => id === scene && own === canvas)?.id
  }

  #forgetGoneTransition(): boolean {
    if (this.#transition === null || this.#collection?.transitions.some(({ id }) => id === this.#transition)) return false
    this.#transition = null
    return true
  }

  /** The engine remembers what it is told while it does not run. */
  #tellEngine(canvas: string, scene: string): void {
    this.#dependencies.engine.switchTo([{ canvas, scene, transition: undefined }]).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'studio.not_running') return
      this.#dependencies.log.warn({ err: error, canvas, scene }, 'a scene could not be put on air')
    })
  }

  /** Kept behind the switch, not before it. */
  #changed(): void {
    const state = this.state
    this.#dependencies.onChange(state)
    const { studioMode, transition, durationMs, canvases } = state
    const kept: Kept = {
      studioMode,
      transition,
      durationMs,
      canvases: Object.fromEntries(canvases.map(({ canvas, program, preview }) => [canvas, { program, preview }])),
    }
    this.#dependencies.store.set(this.#key, kept)
  }
}
