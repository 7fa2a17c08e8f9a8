import type { FrameStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import type { BlendMode } from '../../document/collection.ts'

/** Where a layer's pixels go: x' = a*x + c*y + e, y' = b*x + d*y + f, from cropped content pixels to pixels of its surface. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** A filter in the addon's words: `kind` and numbers. Sources' filters run once a frame, however many show it. */
export interface NativeFilter {
  readonly kind: string
  readonly [setting: string]: unknown
}

/** What a layer shows. */
export type LayerContent =
  | { readonly store: FrameStore; readonly filters?: readonly NativeFilter[] }
  /** Another surface, composited first: a nested scene, a group. Transparent where it is empty. */
  | { readonly surface: Surface }
  /** `#rrggbb` or `#rrggbbaa`. */
  | { readonly color: string; readonly width: number; readonly height: number }

export interface Layer {
  readonly content: LayerContent
  /** Content pixels cut off at each side. */
  readonly crop?: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  readonly transform: Affine
  readonly opacity: number
  readonly blend: BlendMode
  readonly sampling: 'smooth' | 'nearest'
  /** What it is mixed in with what is behind it: values of video (where left out), or the light that they represent. */
  readonly light?: 'video' | 'linear'
}

/** A frame made of layers. Kept by the addon: changed with `setLayers`, composited at most once for each frame number. */
export interface Surface {
  readonly width: number
  readonly height: number
  /** Bottom first. */
  setLayers(layers: readonly Layer[]): void
  setFilters(filters: readonly NativeFilter[]): void
  close(): void
}

/** Memory of a frame to be composited into: yuv420p, e.g. `frame.data` of node-av. */
export interface FrameMemory {
  readonly width: number
  readonly height: number
  readonly planes: readonly [y: Uint8Array, u: Uint8Array, v: Uint8Array]
  readonly strides: readonly [y: number, u: number, v: number]
}

/** How two frames become one on the way from one scene to the next. `progress` runs from 0 to 1. */
export type Mixing =
  | { readonly kind: 'fade'; readonly progress: number /** `#rrggbb`: over this colour */; readonly through?: string }
  | { readonly kind: 'slide' | 'push'; readonly progress: number; readonly direction: 'left' | 'right' | 'up' | 'down' }
  /** Along a direction, or by an image whose dark parts change first. `softness` 0 to 1. */
  | {
      readonly kind: 'wipe'
      readonly progress: number
      readonly direction: 'left' | 'right' | 'up' | 'down'
      readonly softness: number
      readonly map?: FrameStore
    }

export interface Compositor extends MediaStores {
  /** `opaque` surfaces start with `background` (`#rrggbb`); others transparent. */
  createSurface(options: { readonly width: number; readonly height: number; readonly background?: string }): Surface
  /** Composes a surface for frame number `frame` into memory of the same size. */
  render(surface: Surface, into: FrameMemory, frame: number): void
  /** Composes both and mixes them; `over` is a layer on top of the result (a stinger). */
  renderMixed(from: Surface, to: Surface, mixing: Mixing, into: FrameMemory, frame: number, over?: Layer): void
  /** Scales a composited frame to another size, e.g. for a second encoding. */
  scale(from: FrameMemory, into: FrameMemory): void
  /** Converts in place from BT.709 limited to what an encoding asks for. */
  recolor(memory: FrameMemory, colorSpace: 'bt709' | 'bt601', colorRange: 'limited' | 'full'): void
  /** The frame as RGBA rows without gaps, for image files; `alpha` (one byte a pixel) if the frame has it, else it is opaque. */
  toRgba(memory: FrameMemory, alpha?: Uint8Array): Uint8Array
}
