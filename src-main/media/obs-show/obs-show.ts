/**
 * A show in the words of OBS Studio: what its scene collections and obs-websocket 5 both say. The studio makes one of its collections, the
 * control of OBS builds one in an OBS and reads one from it, and both write it as a file that OBS loads.
 */

export type ObsSettings = Readonly<Record<string, unknown>>

/** How an item is in its scene, as obs-websocket has it. Fields of `bounds` have no effect where the type is `OBS_BOUNDS_NONE`, scales where it is not. */
export interface ObsPlacement {
  readonly positionX: number
  readonly positionY: number
  /** Degrees, clockwise, -360 to 360. */
  readonly rotation: number
  readonly scaleX: number
  readonly scaleY: number
  /** Bits: 1 left, 2 right, 4 top, 8 bottom; 0 is the centre. */
  readonly alignment: number
  readonly boundsType: ObsBoundsType
  readonly boundsAlignment: number
  readonly boundsWidth: number
  readonly boundsHeight: number
  readonly cropLeft: number
  readonly cropRight: number
  readonly cropTop: number
  readonly cropBottom: number
  /** What exceeds the bounds is cut off: OBS 30.1 and newer. */
  readonly cropToBounds: boolean
}

/** In the order of their numbers in files. */
export const obsBoundsTypes = [
  'OBS_BOUNDS_NONE',
  'OBS_BOUNDS_STRETCH',
  'OBS_BOUNDS_SCALE_INNER',
  'OBS_BOUNDS_SCALE_OUTER',
  'OBS_BOUNDS_SCALE_TO_WIDTH',
  'OBS_BOUNDS_SCALE_TO_HEIGHT',
  'OBS_BOUNDS_MAX_ONLY',
] as const
export type ObsBoundsType = (typeof obsBoundsTypes)[number]

/** As files have it; obs-websocket has `OBS_BLEND_` and the word in capitals. */
export type ObsBlend = 'normal' | 'additive' | 'subtract' | 'screen' | 'multiply' | 'lighten' | 'darken'

export interface ObsShowFilter {
  readonly name: string
  /** With its version, e.g. `color_filter_v2`. */
  readonly kind: string
  readonly enabled: boolean
  readonly settings: ObsSettings
}

export interface ObsShowAudio {
  /** Factor: 1 is 0 dB. */
  readonly volume: number
  readonly muted: boolean
  /** 0 left, 0.5 middle, 1 right. */
  readonly balance: number
  readonly syncOffsetMs: number
  readonly monitoring: 'none' | 'monitor' | 'monitor-and-output'
  /** Numbers of tracks, from 1. */
  readonly tracks: readonly number[]
}

export interface ObsShowInput {
  readonly name: string
  /** With its version, e.g. `color_source_v3`. */
  readonly kind: string
  readonly settings: ObsSettings
  readonly filters: readonly ObsShowFilter[]
  /** Undefined for inputs without audio. */
  readonly audio?: ObsShowAudio
  /** Heard whatever scene is on air: one of OBS's own audio devices, which are in no scene. */
  readonly device?: 'input' | 'output'
}

export interface ObsShowItem {
  /** Name of an input or a scene. */
  readonly source: string
  readonly enabled: boolean
  readonly locked: boolean
  readonly blend: ObsBlend
  readonly placement: ObsPlacement
  /** Scaled by the nearest pixel: files alone. */
  readonly nearest?: boolean
  /** Mixed in as values of video: files alone. */
  readonly plainBlending?: boolean
}

export interface ObsShowScene {
  readonly name: string
  /** Lowest first. */
  readonly items: readonly ObsShowItem[]
  readonly filters: readonly ObsShowFilter[]
}

export interface ObsShowTransition {
  readonly name: string
  readonly kind: string
  readonly settings: ObsSettings
}

export interface ObsShow {
  readonly name: string
  /** Of the canvas, pixels. */
  readonly width: number
  readonly height: number
  /** In their order. */
  readonly scenes: readonly ObsShowScene[]
  /** Groups that its items show, where it was read from an OBS: programs cannot create any. */
  readonly groups?: readonly ObsShowScene[]
  /** Each name is used once, for an input or for a scene. */
  readonly inputs: readonly ObsShowInput[]
  /** Besides cut and fade, which every OBS has. */
  readonly transitions: readonly ObsShowTransition[]
  /** Name of the transition that is chosen, and how long it lasts. */
  readonly transition: string
  readonly transitionMs: number
  /** Name of the scene that is on air at first. */
  readonly program: string
}

/** Something that is in the result in another way, or not at all. */
export interface ObsShowNote {
  /** e.g. `source "Clock"`. */
  readonly place: string
  readonly reason: string
}

/** What a show is made for. */
export interface ObsTarget {
  /** Its canvas, pixels: the show is scaled to fit. Left out: that of the show. */
  readonly canvas?: { readonly width: number; readonly height: number }
  /** Kinds of inputs that it has, with their versions. */
  readonly inputs: readonly string[]
  /** What it calls itself, for reports: e.g. `OBS 29.0.2`. */
  readonly title: string
  /** Whether it can cut off what exceeds an item's bounds. */
  readonly cutsAtBounds: boolean
  /** A file says more than requests can. */
  readonly file: boolean
  /** Shows that capture the screen capture a game where that OBS can. */
  readonly capturesGames?: boolean
}

/** Who makes shows for OBS of what the studio has: the control of OBS asks it of the studio. */
export interface ObsShowMaker {
  /**
   * A show of a document of the studio, or of a collection by its name, without its passwords. Rejects with `studio.collection_*` where it is
   * invalid, and `studio.collection_not_found` for an unknown name.
   */
  make(
    source: { readonly collection: unknown } | { readonly name: string },
    target: ObsTarget,
  ): Promise<{ readonly show: ObsShow; readonly notes: readonly ObsShowNote[] }>
}
