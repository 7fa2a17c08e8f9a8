/** What the parts report of themselves for the health of the whole: figures and states, read every few seconds. No secrets, no URLs. */

/** An encoding of the studio that somebody takes. */
export interface EncodingFacts {
  readonly id: string
  /** Name in FFmpeg, e.g. `libx264`. */
  readonly encoder: string
  /** In the encoder's own words; `auto` where it has none. */
  readonly preset: string
  readonly width: number
  readonly height: number
  /** Frames encoded since it started. */
  readonly frames: number
  /** Frames left out since it started, because the encoder was too slow. */
  readonly skipped: number
  /** From composition to packet, mean of the last second, ms. */
  readonly lagMs: number
  readonly bitrateKbps: number
  /** Outputs of the collection that take it, by id. */
  readonly outputs: readonly string[]
}

/** A source of the open collection. */
export interface SourceFacts {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** As its report says; undefined before the first. */
  readonly state: 'starting' | 'running' | 'paused' | 'waiting' | 'failed' | 'ended' | undefined
  /** What its report says is wrong. */
  readonly problem: string | undefined
  /** Shown on a program, or heard on a track. */
  readonly onAir: boolean
  /** Heard on a track: not muted, its fader up. */
  readonly audible: boolean
  /** Highest level before the fader since the last reading, dBFS; undefined where nothing was mixed. */
  readonly peakDb: number | undefined
  /** Fader, dB. */
  readonly gainDb: number
  /** How fast (positive) or slow its device's clock is, parts per million; undefined where nothing was mixed. */
  readonly driftPpm: number | undefined
  /** Audio frames that were missing and became silence, since it started. */
  readonly missingFrames: number
}

/** An output of the open collection. */
export interface OutputFacts {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly state: 'off' | 'preparing' | 'starting' | 'live' | 'retrying' | 'paused' | 'failed'
  /** Code of the catalogue. */
  readonly error: string | undefined
  /** What its video is to have, kbit/s; null: audio alone. */
  readonly videoKbps: number | null
  /** What its video may have now, where it follows the network, kbit/s; null: it does not. */
  readonly targetKbps: number | null
  readonly bitrateKbps: number
  /** Media that waits to be sent, ms; null for kinds that send nothing to another server. */
  readonly queuedMs: number | null
  /** Since it was started. */
  readonly droppedFrames: number
  /** Connections lost since it was started. */
  readonly reconnects: number
  /** Folder that it writes into; null: it writes no file. */
  readonly folder: string | null
}

/** A process that ended although nobody ended it. */
export interface LostProcess {
  /** Its name in the list of workers. */
  readonly worker: string
  readonly pid: number | undefined
  /** What it was started for: the id of a source. */
  readonly of: string | undefined
}

/** The studio, read every few seconds. Levels are those since the reading before: there is one reader. */
export interface StudioFacts {
  readonly state: 'off' | 'preparing' | 'starting' | 'running' | 'restarting' | 'failed'
  /** Frames a second that the show is made of. */
  readonly frameRate: number
  readonly framesPerSecond: number
  /** Frames that were never composed, since the show started. */
  readonly dropped: number
  /** Frames composed more than half a frame late, since the show started. */
  readonly late: number
  /** Composition of a frame, mean of the last second, ms. */
  readonly renderMs: number
  readonly encodings: readonly EncodingFacts[]
  readonly sources: readonly SourceFacts[]
  readonly outputs: readonly OutputFacts[]
  /** Highest level of each track that is taken, before what is beyond full scale was cut off, dBFS. */
  readonly tracks: readonly { readonly track: number; readonly peakDb: number }[]
}

/** A stream that is active. */
export interface StreamFacts {
  readonly id: string
  readonly name: string
  /** The publisher is away, and viewers are kept. */
  readonly reconnecting: boolean
  /** Published by the studio of this host. */
  readonly local: boolean
  readonly bitrateKbps: number
  readonly frameRate: number
  readonly keyframeIntervalMs: number | null
  /** Frames that came late, since its run started. */
  readonly lateFrames: number
}

/** A destination of a stream. */
export interface DestinationFacts {
  readonly id: string
  readonly label: string
  /** Name of the stream. */
  readonly stream: string
  readonly state: 'off' | 'connecting' | 'live' | 'retrying' | 'failed'
  readonly error: string | undefined
  readonly bitrateKbps: number
  readonly queuedMs: number
  readonly droppedFrames: number
}

/** Live streaming, read every few seconds. */
export interface LiveFacts {
  readonly streams: readonly StreamFacts[]
  readonly destinations: readonly DestinationFacts[]
  /** Folder of recordings of streams, and how many are being written. */
  readonly recordings: { readonly folder: string; readonly running: number }
}

/** The studio for the health checks. */
export interface StudioObserver {
  read(): StudioFacts
  /** Name of a scene of the open collection; its id if there is no such scene. */
  sceneName(id: string): string
  /** Calls back for each process that ends by itself: the studio's own, and those of sources. Returns the way to stop. */
  onLost(listener: (lost: LostProcess) => void): () => void
  /** The open collection without anything that was written in it: kinds, numbers and choices; null where none is open. */
  shape(): unknown
  /** Texts of the open collection that no report may contain: its secrets, its URLs and their hosts. */
  privateTexts(): readonly string[]
}

/** Live streaming for the health checks. */
export interface LiveObserver {
  read(): LiveFacts
  /** Texts that no report may contain: keys and URLs of destinations and sources, and their hosts. */
  privateTexts(): readonly string[]
}
