import { loadAddon } from '../../../platform/load-addon.ts'

/**
 * The addon native/pipewire. One thread talks to PipeWire, audio moves on PipeWire's real-time thread; calls return at once, and listeners
 * are called later, in order. Everything that is made is ended with `close`, after which its listener is not called.
 */
export interface PipeWireAddon {
  /** Tells what there is on a PipeWire, also when it ends and starts again: then all is reported again. */
  readonly Session: new (
    options: PipeWirePlace,
    listener: (event: SessionEvent) => void,
  ) => Closable
  readonly AudioInput: new (options: AudioInputOptions, listener: (event: StreamEvent) => void) => AudioInput
  readonly AudioOutput: new (options: AudioOutputOptions, listener: (event: StreamEvent) => void) => AudioOutput
  readonly VideoInput: new (options: VideoInputOptions, listener: (event: VideoEvent) => void) => VideoInput
  readonly VideoOutput: new (options: VideoOutputOptions, listener: (event: StreamEvent) => void) => VideoOutput
}

export interface PipeWirePlace {
  /** Full path of its socket; left out: the PipeWire of this user. */
  readonly server?: string
}

export interface Closable {
  close(): void
}

export type Properties = Readonly<Record<string, string>>

export type SessionEvent =
  | { readonly kind: 'connected' }
  /** It is asked for again twice a second. */
  | { readonly kind: 'lost'; readonly problem: string }
  /** All present objects were reported. */
  | { readonly kind: 'synced' }
  | { readonly kind: 'node' | 'client'; readonly id: number; readonly properties: Properties }
  | { readonly kind: 'gone'; readonly id: number }
  /** `of`: `default.audio.sink` and the like; `node`: its name, or empty. */
  | { readonly kind: 'default'; readonly of: string; readonly node: string }

/** `error` is the last one: a stream does not come back by itself. */
export interface StreamEvent {
  readonly kind: 'state'
  readonly state: 'unconnected' | 'connecting' | 'paused' | 'streaming' | 'error'
  readonly problem: string
}

export type VideoEvent =
  | StreamEvent
  | { readonly kind: 'format'; readonly width: number; readonly height: number; readonly format: string; readonly rate: number }
  /** The first frame is in the store. */
  | { readonly kind: 'first' }

export interface AudioInputOptions extends PipeWirePlace {
  /** Shown in the mixers of the desktop. */
  readonly name: string
  /** `address` of an audio store. */
  readonly store: string
  /** `object.serial` of a node; without it `setNodes` names those that are heard. */
  readonly target?: string
  /** The target is a speaker: what it plays. */
  readonly monitor?: boolean
  /** Does not keep the target running: nothing comes while no program plays there. */
  readonly passive?: boolean
}

export interface AudioInput extends Closable {
  /** Ids of nodes whose outputs are heard, added up. */
  setNodes(ids: readonly number[]): void
}

/** With a `target` audio is played there; with a `microphone` programs record it from a node of that name. */
export type AudioOutputOptions = { readonly name: string; readonly sampleRate: number } & (
  | { readonly target: string }
  | { readonly microphone: string }
)

export interface AudioOutput extends Closable {
  /** Interleaved stereo; copied, what does not fit is dropped. */
  write(samples: Float32Array): void
  statistics(): { readonly queuedMs: number; readonly underruns: number; readonly droppedFrames: number }
}

export interface VideoInputOptions {
  readonly name: string
  /** `address` of a frame store. */
  readonly store: string
  /** `object.serial` of a camera. */
  readonly target?: string
  /** Id of a node, for a screen. */
  readonly node?: number
  /** A connection that the desktop opened for that screen: the addon's from here on. */
  readonly fd?: number
  /** Wishes; 0: none. */
  readonly width?: number
  readonly height?: number
  readonly rate?: number
}

export interface VideoInput extends Closable {
  /** What nobody sees is captured twice a second. */
  setShown(shown: boolean): void
  statistics(): { readonly frames: number; readonly dropped: number }
}

/** A camera for other programs: `streaming` while somebody is linked, `paused` while nobody is. */
export interface VideoOutputOptions {
  /** By which programs find it again. */
  readonly node: string
  /** What people read. */
  readonly name: string
  /** `address` of a frame store; throws if its maker is gone. */
  readonly store: string
  readonly width: number
  readonly height: number
  /** Frames a second, as a fraction. */
  readonly numerator: number
  readonly denominator: number
}

export interface VideoOutput extends Closable {
  /** Frames come from that store from now on. Throws if its maker is gone. */
  setStore(address: string): void
  /** Frames handed on, and those for which there was no space. */
  statistics(): { readonly frames: number; readonly dropped: number }
}

/** @throws AppError `studio.engine_missing` that names what to install */
export function loadPipeWire(): PipeWireAddon {
  return loadAddon<PipeWireAddon>('pipewire')
}
