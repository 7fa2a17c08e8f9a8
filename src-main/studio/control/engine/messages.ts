import type { DisplayPlace } from '../../../media/desktop-displays.ts'
import type { DeviceKind } from '../../../media/device.ts'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { LostProcess } from '../../../media/part-facts.ts'
import type { SourceMemory, SourceReport } from '../../../media/source-report.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import type { Collection } from '../../document/collection.ts'
import type { CollectionChange } from '../../document/collection-change.ts'
import type { AudioEncoding, VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { DriftReading, LevelReading, MeterReading } from './mixer-readings.ts'
import type {
  ActiveWindowReading,
  CanvasFrames,
  CanvasSwitch,
  CanvasView,
  EncodingStatistics,
  EngineStatistics,
  ScreenshotOf,
  SharedStores,
  ShownSources,
  TileHeight,
  TileImage,
} from './studio-engine.ts'

/** An encoding that somebody takes; its packets come on the media wire's channel of the same number. */
export interface WantedEncoding {
  readonly channel: number
  readonly video?: {
    readonly canvas: string
    readonly of: CanvasView
    readonly encoding: VideoEncoding
    readonly forPages: boolean
  }
  readonly audio?: { readonly encoding: AudioEncoding; readonly returnTo?: string }
  /** Changed while it runs, kbit/s. */
  readonly bitrateKbps?: number
}

/** Stores that may be taken: of a canvas, by its id, its finished frames; of what is shared what `SharedOf` names. */
export interface WantedStores {
  readonly of: string
  /** Somebody takes them now. */
  readonly taken: boolean
}

/** Tiles of the multiview: `scene:ID`, `source:ID`, each in this many lines at most. */
export interface WantedTiles {
  readonly tiles: readonly string[]
  readonly height: TileHeight
}

/** What is on a canvas. */
export interface OnCanvas {
  readonly program: string
  readonly preview: string | null
}

/** Messages to the studio's process. */
export type ToStudio =
  /** First of all, and again after every start: the whole show. */
  | {
      readonly kind: 'show'
      readonly collection: Collection
      /** By canvas. */
      readonly on: Readonly<Record<string, OnCanvas>>
      readonly encodings: readonly WantedEncoding[]
      readonly canvasFrames: readonly WantedStores[]
      readonly shared: readonly WantedStores[]
      readonly tiles: WantedTiles
      /** Monotonic microseconds of the show's time 0. */
      readonly originUs: number
      /** Where sources keep small files. */
      readonly folder: string
      /** What sources kept before the process died, by their ids. */
      readonly memories: Readonly<Record<string, SourceMemory>>
      readonly reach: ReachPolicy
      /** Displays of the remote desktop that the collection's sources name, by id. */
      readonly displays: Readonly<Record<string, DisplayPlace>>
      readonly meters: boolean
      readonly followsWindow: boolean
    }
  | { readonly kind: 'change'; readonly change: CollectionChange }
  /** What users' paths and URLs may lead to is another. */
  | { readonly kind: 'reach'; readonly reach: ReachPolicy }
  /** One of the displays that the sources name started, ended or was removed. */
  | { readonly kind: 'displays'; readonly displays: Readonly<Record<string, DisplayPlace>> }
  /** All of them on the same frame. */
  | { readonly kind: 'switch'; readonly request: number; readonly switches: readonly CanvasSwitch[] }
  /** How far transitions by hand are on these canvases, from 0 to 1. */
  | { readonly kind: 't-bar'; readonly canvases: readonly string[]; readonly position: number }
  | { readonly kind: 'preview'; readonly request: number; readonly canvas: string; readonly scene: string | null }
  | { readonly kind: 'encode'; readonly encodings: readonly WantedEncoding[] }
  | { readonly kind: 'canvas-frames'; readonly canvasFrames: readonly WantedStores[] }
  | { readonly kind: 'shared'; readonly shared: readonly WantedStores[] }
  /** Exactly these are made from now on, each reported again. */
  | ({ readonly kind: 'tiles' } & WantedTiles)
  | { readonly kind: 'keyframe'; readonly channel: number }
  | { readonly kind: 'meters'; readonly wanted: boolean }
  | { readonly kind: 'follow-window'; readonly wanted: boolean }
  | { readonly kind: 'talk-to'; readonly talker: string; readonly guests: readonly string[] | null }
  | { readonly kind: 'talk'; readonly talker: string; readonly packet: Uint8Array }
  | {
      readonly kind: 'command'
      readonly request: number
      readonly source: string
      readonly name: string
      readonly details: Readonly<Record<string, unknown>>
    }
  | {
      readonly kind: 'screenshot'
      readonly request: number
      readonly of: ScreenshotOf
      readonly type: 'png' | 'jpeg'
      readonly width?: number
    }
  | { readonly kind: 'devices'; readonly request: number; readonly of: DeviceKind }
  | { readonly kind: 'address'; readonly request: number; readonly address?: string; readonly problem?: string }

/** Messages from the studio's process. */
export type FromStudio =
  /** It cannot work on this machine. */
  | { readonly kind: 'broken'; readonly code: string; readonly message: string }
  | { readonly kind: 'source'; readonly source: string; readonly report: SourceReport }
  /** What a source keeps for the process that follows one that died; null: nothing. */
  | { readonly kind: 'memory'; readonly source: string; readonly memory: SourceMemory | null }
  /** State of the speaker that audio is monitored on. */
  | { readonly kind: 'monitor'; readonly report: SourceReport }
  /** A filter cannot do its work; null: it can again. */
  | { readonly kind: 'filter'; readonly filter: string; readonly problem: string | null }
  /** What a filter that follows the light has chosen in place of its settings; null: they count again. */
  | { readonly kind: 'filter-chose'; readonly filter: string; readonly chosen: ChosenSettings | null }
  | { readonly kind: 'switched'; readonly request: number; readonly switches: readonly CanvasSwitch[]; readonly frame: number }
  | { readonly kind: 'transition-ended'; readonly canvas: string; readonly scene: string }
  | ({ readonly kind: 'shown' } & ShownSources)
  /** Where a canvas's frames are; null: there is no such canvas. */
  | { readonly kind: 'canvas-frames'; readonly canvas: string; readonly canvasFrames: CanvasFrames | null }
  /** Where what is shared is; null: it is not there. */
  | { readonly kind: 'shared'; readonly of: string; readonly stores: SharedStores | null }
  | { readonly kind: 'tiles'; readonly tiles: readonly TileImage[] }
  | { readonly kind: 'meters'; readonly meters: readonly MeterReading[] }
  | { readonly kind: 'drift'; readonly drift: readonly DriftReading[] }
  | { readonly kind: 'levels'; readonly levels: readonly LevelReading[] }
  | ({ readonly kind: 'window' } & ActiveWindowReading)
  /** A process of a source ended by itself. */
  | { readonly kind: 'lost'; readonly lost: LostProcess }
  | { readonly kind: 'statistics'; readonly statistics: WorkerStatistics }
  | { readonly kind: 'answer'; readonly request: number; readonly value?: unknown; readonly error?: WorkerFault }
  | { readonly kind: 'address'; readonly request: number; readonly stream: string }

/** An AppError on its way between processes. */
export interface WorkerFault {
  readonly code: string
  readonly message: string
}

/** Note on an encoding's channel: nothing comes on it. */
export interface EncodingFault {
  readonly fault: string
}

/** What the process itself knows of its figures. */
export interface WorkerStatistics extends Omit<EngineStatistics, 'state' | 'pid' | 'restarts' | 'encodings'> {
  readonly encodings: readonly (Omit<EncodingStatistics, 'subscribers' | 'id'> & { readonly channel: number })[]
}
