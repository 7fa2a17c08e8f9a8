/** What a part offers other programs of this machine as it is, in shared memory: nothing is encoded, and nothing made before it is taken. */
export interface MediaShares {
  /** What can be taken now. */
  list(): readonly MediaShare[]
  /** Makes a share's media until `close`. What is not there now is reported, and again when it comes. */
  take(id: string, listener: ShareListener): TakenShare
}

export type ShareKind = 'canvas' | 'source' | 'overlay' | 'stream'

export interface MediaShare {
  /** `KIND:ID`, e.g. `canvas:main`. */
  readonly id: string
  readonly kind: ShareKind
  readonly name: string
}

/** What opens the stores (`media/worker/stores`); null: it has no video, or no audio. */
export interface SharedMedia {
  readonly frames: string | null
  readonly audio: string | null
}

/** Called synchronously, also from within `take`. */
export interface ShareListener {
  /** The media are there from now on. */
  onMedia(media: SharedMedia): void
  /** No media until `onMedia` is called: why, for people. */
  onNone(why: string): void
}

export interface TakenShare {
  close(): void
}
