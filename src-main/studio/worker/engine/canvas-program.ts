import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Canvas, Transition } from '../../document/collection.ts'
import type { Compositor, FrameMemory, Layer, Mixing, Surface } from '../compositor/compositor.ts'
import { eased, movedLayers } from './move-transition.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'

export interface CanvasProgramDependencies {
  readonly compositor: Compositor
  readonly scenes: SceneSurfaces
  readonly canvas: Canvas
  readonly scene: string
  readonly frameStore: (source: string) => FrameStore | undefined
  /** Plays a stinger from its start. */
  readonly restart: (source: string) => void
  /** How long a source plays from its start, ms, where that is known. */
  readonly lengthMs: (source: string) => number | undefined
  /** Length of a frame, ms. */
  readonly frameMs: number
  readonly onEnded: (scene: string) => void
}

interface Running {
  readonly from: string
  readonly transition: Transition
  /** Frame on which it starts; undefined while a stinger has no video yet. */
  start: number | undefined
  readonly asked: number
  /** Of a stinger with a duration of 0, as long as its film, when it starts. */
  frames: number
  /** How far a T-bar has it, from 0 to 1; undefined: it runs by itself. */
  position: number | undefined
}

type Direction = 'left' | 'right' | 'up' | 'down'
/** Max wait for a stinger's first frame, ms. */
const stingerWaitMs = 500
/** How long a film takes that does not say, ms. */
const usualFilmMs = 1000

/** What one canvas shows: a scene, or two on the way from one to the next. */
export class CanvasProgram {
  #dependencies: CanvasProgramDependencies
  #scene: string
  #running: Running | undefined
  /** Both scenes of a transition that moves items. */
  #moving: { readonly leaving: Surface; readonly arriving: Surface } | undefined

  constructor(dependencies: CanvasProgramDependencies) {
    this.#dependencies = dependencies
    this.#scene = dependencies.scene
  }

  get scene(): string {
    return this.#scene
  }

  /** Scenes that are seen now. */
  get shown(): readonly string[] {
    return this.#running ? [this.#running.from, this.#scene] : [this.#scene]
  }

  /** The one scene that is seen; undefined on the way from one to the next. */
  get only(): string | undefined {
    return this.#running === undefined ? this.#scene : undefined
  }

  /** The source of the transition that runs, where it has one. */
  get overlay(): string | undefined {
    const source = this.#running?.transition.settings.source
    return typeof source === 'string' ? source : undefined
  }

  /** From the next frame on; a transition that runs is cut short. With `byHand` it stays at its start until `setPosition` moves it. */
  switchTo(scene: string, transition: Transition | undefined, nextFrame: number, byHand = false): void {
    const from = this.#scene
    this.#end()
    this.#scene = scene
    if (transition === undefined || transition.kind === 'cut' || from === scene) return
    const frames = this.#framesIn(transition.durationMs)
    const stinger = transition.kind === 'stinger'
    this.#running = { from, transition, start: stinger ? undefined : nextFrame, asked: nextFrame, frames, position: byHand ? 0 : undefined }
    if (stinger && this.overlay !== undefined) this.#dependencies.restart(this.overlay)
  }

  /** How far a transition by hand is, from 0 to 1, which ends it; without one nothing happens. */
  setPosition(position: number): void {
    if (this.#running?.position === undefined) return
    this.#running.position = position
    if (position >= 1) this.#end()
  }

  /** A scene that is gone is replaced at once. */
  sceneGone(scene: string, instead: string): void {
    if (this.#running?.from === scene) this.#end()
    if (this.#scene === scene) {
      this.#end()
      this.#scene = instead
    }
  }

  /** A frame that nobody takes: transitions go on all the same. */
  pass(frame: number): void {
    const running = this.#running
    if (running === undefined || running.position !== undefined) return
    const waiting = (frame - running.asked) * this.#dependencies.frameMs < stingerWaitMs
    if (running.start === undefined && waiting && this.#overlayLayer(running) === undefined) return
    if (running.start === undefined) {
      running.start = frame
      const film = running.transition.durationMs === 0 ? this.overlay : undefined
      if (film !== undefined) running.frames = this.#framesIn(this.#dependencies.lengthMs(film) ?? usualFilmMs)
    }
    if (frame - running.start >= running.frames) this.#end()
  }

  render(into: FrameMemory, frame: number): void {
    this.pass(frame)
    this.compose(into, frame, frame)
  }

  /** Composes what is seen on frame `at` of the show, as number `frame` of the surfaces; nothing goes on by it. */
  compose(into: FrameMemory, frame: number, at: number): void {
    const { compositor, scenes } = this.#dependencies
    const running = this.#running
    if (running?.start === undefined) {
      compositor.render(scenes.root(running?.from ?? this.#scene), into, frame)
      return
    }
    const step = at - running.start
    // The first frame of a transition shows that it has started.
    const progress = running.position ?? (step + 1) / (running.frames + 1)
    if (running.transition.kind === 'move') {
      const { leaving, arriving } = this.#moved(running, progress)
      compositor.renderMixed(leaving, arriving, { kind: 'fade', progress: eased(progress) }, into, frame)
      return
    }
    compositor.renderMixed(
      scenes.root(running.from),
      scenes.root(this.#scene),
      this.#mixing(running, progress, step * this.#dependencies.frameMs),
      into,
      frame,
      this.#overlayLayer(running),
    )
  }

  close(): void {
    this.#moving?.leaving.close()
    this.#moving?.arriving.close()
    this.#moving = undefined
  }

  #framesIn(ms: number): number {
    return Math.max(1, Math.round(ms / this.#dependencies.frameMs))
  }

  #end(): void {
    if (this.#running === undefined) return
    this.#running = undefined
    this.close()
    this.#dependencies.onEnded(this.#scene)
  }

  #moved({ from }: Running, progress: number): { readonly leaving: Surface; readonly arriving: Surface } {
    const { scenes } = this.#dependencies
    this.#moving ??= { leaving: this.#emptySurface(from), arriving: this.#emptySurface(this.#scene) }
    const { leaving, arriving } = movedLayers(scenes, from, this.#scene, progress)
    this.#moving.leaving.setLayers(leaving)
    this.#moving.arriving.setLayers(arriving)
    return this.#moving
  }

  /** Behind the scene's filters but those that would have to remember what was before. */
  #emptySurface(scene: string): Surface {
    const { compositor, scenes, canvas } = this.#dependencies
    const surface = compositor.createSurface(canvas)
    surface.setFilters(scenes.filters(scene).filter(({ kind }) => kind !== 'delay'))
    return surface
  }

  #mixing({ transition: { kind, settings }, frames }: Running, progress: number, elapsedMs: number): Mixing {
    const direction = (settings.direction ?? 'left') as Direction
    switch (kind) {
      case 'slide':
      case 'push':
        return { kind, progress, direction }
      case 'wipe': {
        const map = typeof settings.map === 'string' ? this.#dependencies.frameStore(settings.map) : undefined
        const softness = typeof settings.softness === 'number' ? settings.softness : 0.05
        return { kind, progress, direction, softness, ...(map && map.sequence > 0 ? { map } : {}) }
      }
      case 'stinger': {
        const cutMs = typeof settings.cutMs === 'number' ? settings.cutMs : (frames * this.#dependencies.frameMs) / 2
        return { kind: 'fade', progress: elapsedMs >= cutMs ? 1 : 0 }
      }
      default:
        return { kind: 'fade', progress, ...(typeof settings.through === 'string' ? { through: settings.through } : {}) }
    }
  }

  #overlayLayer({ transition }: Running): Layer | undefined {
    if (transition.kind !== 'stinger' || this.overlay === undefined) return undefined
    const store = this.#dependencies.frameStore(this.overlay)
    if (store === undefined || store.sequence === 0) return undefined
    const { width, height } = this.#dependencies.canvas
    return {
      content: { store },
      transform: [width / store.width, 0, 0, height / store.height, 0, 0],
      opacity: 1,
      blend: 'normal',
      sampling: 'smooth',
    }
  }
}
