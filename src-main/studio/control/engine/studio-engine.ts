import type { Packet, Track } from '../../../formats/track.ts'
import type { Device, DeviceKind } from '../../../media/device.ts'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { LostProcess } from '../../../media/part-facts.ts'
import type { SourceReport } from '../../../media/source-report.ts'
import type { Collection, Transition } from '../../document/collection.ts'
import type { AudioEncoding, VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import type { DriftReading, LevelReading, MeterReading } from './mixer-readings.ts'

/** The studio's process, as the host sees it: takes descriptions, reports states. Survives the process's death. */
export interface StudioEngine {
  readonly state: EngineState
  /** Wall clock of the show's time 0, ms since 1970: what times of encodings count from. */
  readonly originTimeMs: number
  /** The show: the process follows every edit. Starts the process where it does not run. */
  setCollection(collection: Collection): void
  /**
   * Puts scenes on the programs of canvases, all on the same frame. Resolves at that frame: the first that shows them (with a
   * transition: its first). Throws `studio.not_running`, and `studio.not_found` where one is not there: then none is switched.
   */
  switchTo(switches: readonly CanvasSwitch[]): Promise<Switched>
  /** How far the transitions by hand of these canvases are, from 0 to 1, which ends them. */
  setTBar(canvases: readonly string[], position: number): void
  /** The scene that is being prepared on a canvas, or none. Throws `studio.not_running` and `studio.not_found`. */
  setPreview(canvas: string, scene: string | null): Promise<void>
  /** Subscribes to an encoding; the same request shares one encoder. It starts with its first subscriber and ends with its last. */
  encodeVideo(request: VideoRequest, listener: EncodedListener): Encoding
  encodeAudio(request: AudioRequest, listener: EncodedListener): Encoding
  /** The video encodings that somebody takes now; event `encodings` reports that there are others. */
  videoEncodings(): readonly TakenVideo[]
  /** Shows a canvas's finished frames as they are, in shared memory: nothing is encoded. None are made before they are taken. */
  showFrames(canvas: string, listener: StoresListener<CanvasFrames>): TakenStores
  /**
   * Shares what is in shared memory anyway: the stores of a source, which counts as seen while it is taken, or a track of the mixer, which
   * is mixed while it is taken.
   */
  shareMedia(of: SharedOf, listener: StoresListener<SharedStores>): TakenStores
  /**
   * Exactly these tiles are made from now on, as event `tiles` (`scene:ID`, `source:ID`), within this many lines and 16:9 of them; each is
   * reported once as it is, then when it looks different.
   */
  setTiles(tiles: readonly string[], height: TileHeight): void
  /** Something for a source to do. Throws AppError of the source. */
  command(source: string, name: string, details: Readonly<Record<string, unknown>>): Promise<void>
  /** A screenshot of the present frame. Throws `studio.not_running` or `studio.not_found`. */
  screenshot(of: ScreenshotOf, options: { readonly type: 'png' | 'jpeg'; readonly width?: number }): Promise<Uint8Array>
  devices(kind: DeviceKind): Promise<readonly Device[]>
  reports(): ReadonlyMap<string, SourceReport>
  /** What is wrong with filters for video that cannot do their work, by their ids. */
  filterProblems(): ReadonlyMap<string, string>
  /** What filters that follow the light have chosen, by their ids. */
  filterChoices(): ReadonlyMap<string, ChosenSettings>
  statistics(): EngineStatistics
  /** A producer talks to guests, by their streams; to none: what was said before is not heard any more. Of a talker who has gone, null. */
  talkTo(talker: string, guests: readonly string[] | null): void
  /** What a talker says: an Opus packet. */
  talk(talker: string, packet: Uint8Array): void
  /** Whether somebody wants events `meters` and `drift`: none are sent before. */
  meter(wanted: boolean): void
  /** Whether events `window` are wanted: the active window is read twice a second then, and not before. */
  followWindow(wanted: boolean): void
  /** Returns the way to stop listening. */
  onEvent(listener: (event: EngineEvent) => void): () => void
  /** `goesOn`: the host ends and comes back: sources then go on where they would be. */
  stop(goesOn?: boolean): Promise<void>
}

/** `preparing`: its native part is being built, and it starts then; `restarting`: the process died and comes back by itself; `failed`: it cannot run here (`problem` says why). */
export type EngineState = 'off' | 'preparing' | 'starting' | 'running' | 'restarting' | 'failed'

/** A scene for a canvas. */
export interface CanvasSwitch {
  readonly canvas: string
  readonly scene: string
  /** How to come there; undefined for a cut. */
  readonly transition: Transition | undefined
  /** The transition waits at its start for `setTBar`. */
  readonly byHand?: boolean
}

export interface Switched {
  /** Number of the first frame on which the new scenes are seen. */
  readonly frame: number
  /** From the call to that frame's composition, ms. */
  readonly tookMs: number
}

export type ScreenshotOf =
  | { readonly program: string }
  | { readonly preview: string }
  | { readonly scene: string }
  /** Behind all of its filters, or in front of the one with the id `before`. */
  | { readonly source: string; readonly before?: string }

export interface VideoRequest {
  readonly canvas: string
  /** Which output of the canvas: what is on air by default. Of a preview without a scene nothing comes. */
  readonly of?: CanvasView
  readonly encoding: VideoEncoding
  /** An output that changes its bitrate by itself has an encoder of its own: its id. */
  readonly owner?: string
  /**
   * Only pages are shown it: frames that look like the one before are left out but two a second, and where much moves its quality gives
   * way.
   */
  readonly forPages?: boolean
}

/**
 * The views of a canvas: what is on air, and the scene that is being prepared. For pages also one scene of it by itself, and a source
 * behind its filters, as large as fits: what plays from a point when it is seen stays where it is.
 */
export type CanvasView = 'program' | 'preview' | `scene:${string}` | `source:${string}`

export interface TakenVideo {
  /** As statistics name it. */
  readonly id: string
  /** What `auto` was replaced by: the preset in the encoder's own words. */
  readonly preset: string
  /** As its first subscriber requested: the same object. Subscribers of the same encoding share the encoder. */
  readonly request: VideoRequest
  readonly subscribers: number
}

export interface AudioRequest {
  readonly encoding: AudioEncoding
  /** Stream of a guest: instead of the track as it is, the track without what comes from that guest, and with who talks to them. */
  readonly returnTo?: string
}

/**
 * Who takes an encoding. Called synchronously, in order. All times count from the show's start and go on over a restart of the
 * process: tracks of one show share one timeline.
 */
export interface EncodedListener {
  /** Once before the first packet, and again when the configuration changed. */
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** The process restarted: the next packets do not continue the previous ones. The first of video is a keyframe. */
  onGap(): void
  /** The encoder cannot run: nothing comes until the request is changed. */
  onFault(problem: string): void
}

export interface Encoding {
  /** Next frame becomes a keyframe: at most two a second. */
  requestKeyframe(): void
  /** For requests with an `owner`. */
  setBitrate(kbps: number): void
  close(): void
}

/** Where a canvas's frames are. */
export interface CanvasFrames {
  /** For `openFrameStore`, in any process of this user: the newest frame, with the time at which it was due. */
  readonly address: string
  readonly width: number
  readonly height: number
  readonly frameRate: FrameRate
}

/** A source of the collection, or a track of the mixer, 1 to 6. */
export type SharedOf = `source:${string}` | `track:${number}`

/** Where a source's or a track's media are. */
export interface SharedStores {
  /** For `openFrameStore`; null: it has no video. */
  readonly frames: string | null
  /** For `openAudioStore`; null: it has no audio. */
  readonly audio: string | null
}

/** Who takes media in shared memory. */
export interface StoresListener<Stores> {
  /** They are there from now on: reported first, after `onGap`, and again when they are others. */
  onStores(stores: Stores): void
  /** The process restarted: no media until `onStores` reports new ones. */
  onGap(): void
  /** No media come: the canvas or source is gone, or the studio cannot run. */
  onFault(problem: string): void
}

export interface TakenStores {
  /** Media are made while they are taken. Starts with false. */
  setTaken(taken: boolean): void
  close(): void
}

/** Lines that tiles of the multiview may have: few, so that pages share. */
export const tileHeights = [90, 135, 180] as const
export type TileHeight = (typeof tileHeights)[number]

/** A tile of the multiview: a small image of a scene, or of a source behind its filters. */
export interface TileImage {
  /** `scene:ID` or `source:ID`. */
  readonly id: string
  /** Null: there is nothing to see now. */
  readonly jpeg: Uint8Array | null
}

export interface EncodingStatistics {
  readonly id: string
  readonly codec: string
  readonly encoder: string
  readonly width: number
  readonly height: number
  readonly frames: number
  /** Frames of the clock that were left out because the encoder was too slow. */
  readonly skipped: number
  readonly bitrateKbps: number
  /** From composition to packet, ms: mean of the last second and the longest. */
  readonly lagMs: number
  readonly longestLagMs: number
  readonly subscribers: number
}

export interface EngineStatistics {
  readonly state: EngineState
  readonly pid: number | null
  readonly restarts: number
  /** Frames of the clock since the show started. */
  readonly frames: number
  /** Frames that were never composed. */
  readonly dropped: number
  /** Frames composed more than half a frame late. */
  readonly late: number
  /** Composition, ms: mean and longest of the last second. */
  readonly renderMs: number
  readonly longestRenderMs: number
  /** Of the last second. */
  readonly framesPerSecond: number
  /** Of the studio's processes: cores used, resident bytes. */
  readonly cpu: number
  readonly memoryBytes: number
  /** Tiles of the multiview that were composed since the process started. */
  readonly tiles: number
  readonly encodings: readonly EncodingStatistics[]
}

/** Sources that are seen now, by their ids. */
export interface ShownSources {
  readonly program: readonly string[]
  readonly preview: readonly string[]
}

/** The window that a person works in. */
export interface ActiveWindowReading {
  /** Null: none is active, or it is not known. */
  readonly window: { readonly class: string; readonly title: string } | null
  /** Why it cannot be known here, for people. */
  readonly problem: string | null
}

export type EngineEvent =
  | { readonly kind: 'state'; readonly state: EngineState; readonly problem?: string }
  | { readonly kind: 'source'; readonly source: string; readonly report: SourceReport }
  /** State of the speaker that audio is monitored on. */
  | { readonly kind: 'monitor'; readonly report: SourceReport }
  /** A filter cannot do its work; null: it can again. */
  | { readonly kind: 'filter'; readonly filter: string; readonly problem: string | null }
  /** What a filter that follows the light has chosen in place of its settings; null: they count again. */
  | { readonly kind: 'filter-chose'; readonly filter: string; readonly chosen: ChosenSettings | null }
  /** Another video encoding is taken than before, or by others. */
  | { readonly kind: 'encodings' }
  /** A scene is on air; `transition`: the id of the one that has started, null for a cut. */
  | {
      readonly kind: 'switched'
      readonly canvas: string
      readonly scene: string
      readonly transition: string | null
      readonly frame: number
    }
  | { readonly kind: 'transition-ended'; readonly canvas: string; readonly scene: string }
  /** Other sources than before are in a program, or in a preview. */
  | ({ readonly kind: 'shown' } & ShownSources)
  /** Another window is active on this machine, or it cannot be known any more: `followWindow`. */
  | ({ readonly kind: 'window' } & ActiveWindowReading)
  /** 30 times a second while they are wanted: `meter`. */
  | { readonly kind: 'meters'; readonly meters: readonly MeterReading[] }
  | { readonly kind: 'drift'; readonly drift: readonly DriftReading[] }
  /** Tiles that look different, while some are wanted: `setTiles`. */
  | { readonly kind: 'tiles'; readonly tiles: readonly TileImage[] }
  /** Each second. */
  | { readonly kind: 'levels'; readonly levels: readonly LevelReading[] }
  /** A process ended by itself: the studio's, or that of a source. */
  | { readonly kind: 'lost'; readonly lost: LostProcess }
  | { readonly kind: 'statistics'; readonly statistics: EngineStatistics }
