/** What is on a canvas. */
export interface OnCanvas {
  readonly canvas: string
  readonly program: string
  readonly preview: string | null
  /** The transition that is under way, or null. */
  readonly transition: string | null
  /** How far that transition is where it is moved by hand, from 0 to 1; null: it runs by itself. */
  readonly tBar: number | null
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
  /** Number of the first frame that shows it; null while the studio is not running: it starts with this scene. */
  readonly frame: number | null
  /** From the request to that frame, ms. */
  readonly tookMs: number | null
  /** Scenes of other canvases that came along. */
  readonly followed: readonly { readonly canvas: string; readonly scene: string }[]
}
