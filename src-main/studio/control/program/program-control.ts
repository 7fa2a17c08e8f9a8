import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Collection, Scene, Transition } from '../../document/collection.ts'
import { namedPart, noSuchPart } from '../../document/named-part.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StateStore } from '../state-store.ts'
import type { OnCanvas, ProgramState, SwitchAnswer, TransitionChoice } from './program-state.ts'
import { byHand, type TBar, tBarEnd } from './t-bar.ts'

export interface ProgramControlDependencies {
  readonly engine: Pick<StudioEngine, 'switchTo' | 'setPreview' | 'setTBar'>
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly log: Logger
  readonly onChange: (state: ProgramState) => void
}

/** A scene, its canvas, and how to get there. */
interface Plan {
  readonly scene: Scene
  readonly canvas: string
  readonly transition: Transition
}

/** What is on one canvas. */
interface OnAir {
  program: string
  preview: string | null
  /** The transition that is under way. */
  moving: string | null
  /** Where that is moved by hand, on the canvas where it was started. */
  tBar: TBar | null
}

interface Kept {
  readonly studioMode: boolean
  readonly transition: string | null
  readonly durationMs: number | null
  readonly canvases: Readonly<Record<string, { readonly program: string; readonly preview: string | null }>>
}

/**
 * What is on air and what is being prepared, on each canvas: the one owner of it, for host and engine. Changes are made one after the
 * other, and each is announced and stored when the engine has accepted it. An engine that does not run accepts everything: it starts
 * with what is kept here. Known again after a restart of the host.
 */
export class ProgramControl {
  readonly #dependencies: ProgramControlDependencies
  #collection: Collection | undefined
  #key = ''
  #studioMode = false
  #transition: string | null = null
  #durationMs: number | null = null
  readonly #on = new Map<string, OnAir>()
  /** Changes come one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

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
      const program = this.#sceneOn(known?.program, canvas.id) ?? canvas.scene
      const preview = this.#sceneOn(known?.preview, canvas.id) ?? null
      this.#on.set(canvas.id, { program, preview, moving: null, tBar: null })
      this.#correctEngine(canvas.id)
    }
    this.#dropGoneTransition()
  }

  close(): void {
    this.#collection = undefined
    this.#on.clear()
  }

  /** An edit: what is on air and is gone is replaced by the canvas's own scene. Called when the engine has the collection. */
  follow(collection: Collection): void {
    this.#collection = collection
    let changed = false
    const ids = new Set(collection.canvases.map(({ id }) => id))
    for (const id of this.#on.keys()) if (!ids.has(id)) changed = this.#on.delete(id)
    for (const canvas of collection.canvases) {
      const on = this.#on.get(canvas.id)
      if (on === undefined) {
        this.#on.set(canvas.id, { program: canvas.scene, preview: null, moving: null, tBar: null })
        changed = true
        continue
      }
      const programGone = this.#sceneOn(on.program, canvas.id) === undefined
      const previewGone = on.preview !== null && this.#sceneOn(on.preview, canvas.id) === undefined
      if (!programGone && !previewGone) continue
      if (programGone) {
        this.#dropTBar(canvas.id, on)
        on.program = canvas.scene
        on.moving = null
      }
      if (previewGone) on.preview = null
      changed = true
      this.#correctEngine(canvas.id)
    }
    if (this.#dropGoneTransition() || changed) this.#changed()
  }

  /** What the engine starts with, by canvas. */
  get onAir(): Readonly<Record<string, Pick<OnCanvas, 'program' | 'preview'>>> {
    return Object.fromEntries([...this.#on].map(([canvas, { program, preview }]) => [canvas, { program, preview }]))
  }

  get state(): ProgramState {
    return {
      studioMode: this.#studioMode,
      transition: this.#transition,
      durationMs: this.#durationMs,
      canvases: [...this.#on].map(([canvas, { program, preview, moving, tBar }]) => {
        return { canvas, program, preview, transition: moving, tBar: tBar?.position ?? null }
      }),
    }
  }

  /**
   * Puts a scene on its canvas, and with it the scenes of other canvases that follow it. Throws `studio.no_collection` and
   * `studio.not_found`.
   */
  switchTo(id: string, choice: TransitionChoice = {}): Promise<SwitchAnswer> {
    return this.#inTurn(async () => {
      const answer = await this.#switch(this.#plan(id, choice))
      this.#changed()
      return answer
    })
  }

  /** The scene that is being prepared; null for none. Throws `studio.mode_off` and `studio.not_found`. */
  preview(canvas: string, scene: string | null): Promise<void> {
    return this.#inTurn(async () => {
      this.#canvas(canvas)
      if (!this.#studioMode) throw new AppError('studio.mode_off')
      if (scene !== null && this.#scene(scene).canvas !== canvas) {
        throw new AppError('studio.not_found', `The scene "${scene}" is made for another canvas than "${canvas}"`)
      }
      await this.#setPreview(canvas, scene)
      this.#changed()
    })
  }

  /** Brings the preview on air; what was on air is then being prepared. Throws `studio.mode_off` and `studio.not_found`. */
  toProgram(canvas: string, choice: TransitionChoice = {}): Promise<SwitchAnswer> {
    return this.#inTurn(async () => {
      const { program, preview, tBar } = this.#canvas(canvas)
      if (!this.#studioMode) throw new AppError('studio.mode_off')
      // What is moved by hand is on its way already: it goes to its end.
      if (tBar !== null) this.#endTBar(tBar)
      if (preview === null) throw new AppError('studio.not_found', `Nothing is being prepared on "${canvas}"`)
      const answer = await this.#switch(this.#plan(preview, choice))
      try {
        await this.#setPreview(canvas, this.#sceneOn(tBar?.from.get(canvas) ?? program, canvas) ?? null)
      } finally {
        this.#changed()
      }
      return answer
    })
  }

  /**
   * Moves the transition from what is on air to what is being prepared by hand, from 0 to 1, and starts it; at 1 the preview is on air and
   * what was on air is being prepared. Let go with `release` near an end it goes there, else it stays. Throws `studio.mode_off` and
   * `studio.not_found`.
   */
  moveTBar(canvas: string, position: number, release: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const on = this.#canvas(canvas)
      if (!this.#studioMode) throw new AppError('studio.mode_off')
      if (on.tBar === null && (position === 0 || !(await this.#startTBar(canvas, on)))) return
      const { tBar } = on
      if (tBar === null) return
      const end = tBarEnd(position, release)
      if (end === undefined) {
        on.tBar = { ...tBar, position }
        this.#dependencies.engine.setTBar([...tBar.from.keys()], position)
        this.#dependencies.onChange(this.state)
        return
      }
      if (end === 'prepared') {
        this.#endTBar(tBar)
        await this.#setPreview(canvas, this.#sceneOn(tBar.from.get(canvas), canvas) ?? null)
      } else {
        const back = [...tBar.from].filter(([own, scene]) => this.#sceneOn(scene, own) !== undefined)
        const { moving } = on
        // That it ends is no news: what it went to is not on air for a moment.
        this.#forgetTBar(tBar)
        try {
          await this.#accepted(
            this.#dependencies.engine.switchTo(back.map(([own, scene]) => ({ canvas: own, scene, transition: undefined }))),
          )
        } catch (error) {
          Object.assign(on, { moving, tBar })
          throw error
        }
        for (const [own, scene] of back) this.switched(own, scene, null)
      }
      this.#changed()
    })
  }

  /** Throws `studio.not_found` for an unknown transition. */
  configure(changes: {
    readonly studioMode?: boolean
    readonly transition?: string | null
    readonly durationMs?: number | null
  }): Promise<void> {
    return this.#inTurn(async () => {
      const { studioMode = this.#studioMode, transition, durationMs } = changes
      if (transition !== undefined && transition !== null) this.#transitionOf(transition)
      if (studioMode !== this.#studioMode) {
        // A preview starts with what is on air, as a base to work on.
        await Promise.all([...this.#on].map(([canvas, { program }]) => this.#setPreview(canvas, studioMode ? program : null)))
      }
      if (!studioMode) for (const { tBar } of this.#on.values()) if (tBar !== null) this.#endTBar(tBar)
      this.#studioMode = studioMode
      if (transition !== undefined) this.#transition = transition
      if (durationMs !== undefined) this.#durationMs = durationMs
      this.#changed()
    })
  }

  /** The main canvas. Throws `studio.no_collection`. */
  get mainCanvas(): string {
    return (this.#open().canvases[0] as { readonly id: string }).id
  }

  /**
   * The engine shows a scene now; the caller announces it. It says so in order with the ends of transitions, while answers
   * to requests arrive later.
   */
  switched(canvas: string, scene: string, transition: string | null): void {
    const on = this.#on.get(canvas)
    if (on === undefined || this.#sceneOn(scene, canvas) === undefined) return
    this.#dropTBar(canvas, on)
    on.moving = on.program === scene ? null : transition
    on.program = scene
  }

  /** A transition of the engine is over. */
  transitionEnded(canvas: string): void {
    const on = this.#on.get(canvas)
    if (on?.moving == null) return
    on.moving = null
    this.#dropTBar(canvas, on)
    this.#dependencies.onChange(this.state)
  }

  /** The engine has ended: it starts again with what it went to, and no transition. */
  engineEnded(): void {
    let changed = false
    for (const [canvas, on] of this.#on) {
      if (on.moving === null && on.tBar === null) continue
      if (on.tBar !== null) on.preview = this.#sceneOn(on.tBar.from.get(canvas), canvas) ?? on.preview
      Object.assign(on, { moving: null, tBar: null })
      changed = true
    }
    if (changed) this.#changed()
  }

  /** Puts a scene and those that follow it on their canvases, on the same frame. */
  async #switch({ scene, canvas, transition }: Plan, hand = false): Promise<SwitchAnswer> {
    const followed = this.#open().scenes.filter((each) => each.follows === scene.id)
    const scenes = [scene, ...followed]
    // A stinger of no duration lasts as long as its film.
    const cut = !hand && (transition.kind === 'cut' || (transition.durationMs === 0 && transition.kind !== 'stinger'))
    const way = cut ? undefined : transition
    const switched = await this.#accepted(
      this.#dependencies.engine.switchTo(
        scenes.map(({ id, canvas: own }) => ({ canvas: own, scene: id, transition: way, ...(hand && { byHand: true }) })),
      ),
    )
    for (const { id, canvas: own } of scenes) {
      // An engine that does not run shows the scene, without a transition, when it starts.
      if (switched === undefined) this.switched(own, id, null)
      // An edit removed the scene meanwhile.
      if (this.#sceneOn(id, own) === undefined) this.#correctEngine(own)
    }
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

  async #setPreview(canvas: string, scene: string | null): Promise<void> {
    await this.#accepted(this.#dependencies.engine.setPreview(canvas, scene))
    const on = this.#on.get(canvas)
    // An edit may have removed the scene meanwhile.
    if (on !== undefined) on.preview = this.#sceneOn(scene, canvas) ?? null
  }

  /** The answer of the engine; undefined where it does not run. Throws `studio.no_collection` where another one was opened meanwhile. */
  async #accepted<T>(asked: Promise<T>): Promise<T | undefined> {
    const key = this.#key
    const answer = await asked.catch((error: unknown) => {
      if (isNotRunning(error)) return undefined
      throw error
    })
    if (this.#open() !== undefined && this.#key === key) return answer
    throw new AppError('studio.no_collection', 'Another collection was opened meanwhile')
  }

  #plan(id: string, choice: TransitionChoice): Plan {
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

  #canvas(id: string): OnAir {
    this.#open()
    const on = this.#on.get(id)
    if (on === undefined) throw noSuchPart('canvas', id)
    return on
  }

  #scene(id: string): Scene {
    return namedPart(this.#open().scenes, 'scene', id)
  }

  #transitionOf(id: string): Transition {
    return namedPart(this.#open().transitions, 'transition', id)
  }

  /** Starts the transition to the preview; false where there is nothing to move: both are the same scene, or the studio does not run. */
  async #startTBar(canvas: string, on: OnAir): Promise<boolean> {
    const { preview } = on
    if (preview === null) throw new AppError('studio.not_found', `Nothing is being prepared on "${canvas}"`)
    if (preview === on.program) return false
    const plan = this.#plan(preview, {})
    const before = new Map([...this.#on].map(([own, { program }]) => [own, program]))
    const { followed } = await this.#switch({ ...plan, transition: byHand(plan.transition, this.#open()) }, true)
    const isMoving = on.moving !== null
    if (isMoving) {
      const along = [canvas, ...followed.map((each) => each.canvas)]
      on.tBar = { position: 0, from: new Map(along.map((own) => [own, before.get(own) ?? ''])) }
    } else await this.#setPreview(canvas, this.#sceneOn(before.get(canvas), canvas) ?? null)
    this.#changed()
    return isMoving
  }

  /** What is moved by hand is at its end. */
  #endTBar(tBar: TBar): void {
    this.#dependencies.engine.setTBar([...tBar.from.keys()], 1)
    this.#forgetTBar(tBar)
  }

  #forgetTBar({ from }: TBar): void {
    for (const own of from.keys()) {
      const on = this.#on.get(own)
      if (on !== undefined) Object.assign(on, { moving: null, tBar: null })
    }
  }

  /** The canvas shows something else, or is there: canvases that were moved along with it go to their ends. */
  #dropTBar(canvas: string, on: OnAir): void {
    const { tBar } = on
    if (tBar === null) return
    on.tBar = null
    const along = new Map([...tBar.from].filter(([own]) => own !== canvas))
    if (along.size > 0) this.#endTBar({ ...tBar, from: along })
  }

  /** The scene, where it is one of that canvas. */
  #sceneOn(scene: string | null | undefined, canvas: string): string | undefined {
    return this.#collection?.scenes.find(({ id, canvas: own }) => id === scene && own === canvas)?.id
  }

  #dropGoneTransition(): boolean {
    if (this.#transition === null || this.#collection?.transitions.some(({ id }) => id === this.#transition)) return false
    this.#transition = null
    return true
  }

  /** Makes the engine show what is kept here. */
  #correctEngine(canvas: string): void {
    const on = this.#on.get(canvas)
    if (on === undefined) return
    const { engine, log } = this.#dependencies
    const { program, preview } = on
    for (const asked of [engine.switchTo([{ canvas, scene: program, transition: undefined }]), engine.setPreview(canvas, preview)]) {
      asked.catch((error: unknown) => {
        if (!isNotRunning(error)) log.warn({ err: error, canvas, program, preview }, 'a scene could not be put on air')
      })
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  #changed(): void {
    if (this.#collection === undefined) return
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

/** The studio is not there yet, or not any more: it is given what is on air when it starts. */
function isNotRunning(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'studio.not_running' || error.code === 'studio.preparing')
}
