import type { ObsSettings, ObsTarget } from '../../../media/obs-show/obs-show.ts'
import type { Alignment } from '../schemas/geometry.ts'

/** An input of OBS for a source of ours. */
export interface MadeInput {
  /** With its version. */
  readonly kind: string
  readonly settings: ObsSettings
  /** It is as large as its letters: items keep them in this box, in pixels of the target's canvas, and never enlarge them. */
  readonly box?: { readonly width: number; readonly height: number; readonly alignment: Alignment }
  /** Its size is that on the target's canvas already: items do not scale it. */
  readonly scaled?: boolean
  /** Several of it cost next to nothing: one for each opacity that items have. */
  readonly cheap?: boolean
}

export interface ExportContext {
  readonly target: ObsTarget
  /** Pixels of the target's canvas for one of the show's. */
  readonly scale: number
  /** Of the show, pixels. */
  readonly canvas: { readonly width: number; readonly height: number }
  readonly note: (reason: string) => void
}
