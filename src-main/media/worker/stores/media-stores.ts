/**
 * What sources write and the studio reads: frames and audio in shared memory, so that a source may run in a process of its own and nothing
 * is copied on the way. Made by the native addon `compositor`; both sides name a store by its `address`. All times are microseconds of the
 * monotonic clock (`process.hrtime`), the same in every process of the machine.
 */

/** Layout of a source's frames. Stores contain planar 4:2:0 BT.709 in limited range: writing converts, once. */
export type PixelLayout = 'i420' | 'i420a' | 'nv12' | 'bgra' | 'rgba'

export interface FrameToWrite {
  readonly layout: PixelLayout
  /** Pixels, up to 8192 each; odd sizes are allowed. */
  readonly width: number
  readonly height: number
  /** i420: Y, U, V; i420a: Y, U, V, A; nv12: Y, UV; bgra and rgba: one plane, alpha not premultiplied. Read before the call returns. */
  readonly planes: readonly Uint8Array[]
  /** Bytes from one row to the next, for each plane. */
  readonly strides: readonly number[]
  /** Of YUV layouts. Default BT.709, limited. */
  readonly matrix?: 'bt601' | 'bt709'
  readonly range?: 'limited' | 'full'
  /** RGB layouts without meaning in alpha (screens): the frame is opaque. */
  readonly opaque?: boolean
  /** RGB layouts whose colours are already multiplied with alpha. */
  readonly premultiplied?: boolean
  /** Only these rows are read, the others stay those of the frame before it (if it had the same size; otherwise all are read). */
  readonly changedRows?: readonly (readonly [first: number, count: number])[]
  readonly timeUs: number
}

/** A copy of a stored frame: planes without padding, chroma of (width + 1) / 2 by (height + 1) / 2, alpha only if `hasAlpha`. */
export interface StoredFrame {
  readonly width: number
  readonly height: number
  readonly hasAlpha: boolean
  readonly timeUs: number
  readonly y: Uint8Array
  readonly u: Uint8Array
  readonly v: Uint8Array
  readonly a?: Uint8Array
}

/** The newest frame of a source, in memory that two processes share. One writer, any readers; nobody waits. */
export interface FrameStore {
  /** Names the store for `openFrameStore`, in this process or another of the same user; good while its maker lives. */
  readonly address: string
  /** Grows with every frame; 0 before the first and after `clear`. */
  readonly sequence: number
  /** Of the newest frame; 0 without one. */
  readonly width: number
  readonly height: number
  readonly hasAlpha: boolean
  readonly timeUs: number
  /** Throws RangeError for impossible sizes, naming them. */
  write(frame: FrameToWrite): void
  /** Copies the newest frame, for tests and screenshots of single sources; undefined without one. */
  read(): StoredFrame | undefined
  /** Removes the frame: the source shows nothing. */
  clear(): void
  close(): void
}

/** The last two seconds of a source's audio, stereo float, in shared memory. One writer, any readers. */
export interface AudioStore {
  readonly address: string
  /** Nominal, Hz: what the writer says; its true rate shows in the times. */
  readonly sampleRate: number
  /** Frames (samples per channel) written since the start. */
  readonly written: number
  /** Time at which the next frame to be written is due. */
  readonly endTimeUs: number
  /**
   * Appends interleaved stereo. `timeUs` is when its first frame is (or was) to be heard; if that differs from `endTimeUs` by more than 5
   * ms the audio has a seam there.
   */
  write(samples: Float32Array, timeUs: number): void
  /**
   * Copies frames from number `from` on, as many as `into` takes and up to the next seam, and tells the time of the first.
   * Frames that were overwritten are passed over: `from` in the answer tells where it started.
   */
  read(from: number, into: Float32Array): { readonly from: number; readonly frames: number; readonly timeUs: number }
  close(): void
}

export interface MediaStores {
  createFrameStore(): FrameStore
  /** Throws where the maker is gone. */
  openFrameStore(address: string): FrameStore
  createAudioStore(sampleRate: number): AudioStore
  openAudioStore(address: string): AudioStore
  /** Now, microseconds of the monotonic clock. */
  nowUs(): number
}
