import { decimal } from '../messages/numbers.ts'
import { player as t } from '../messages/player.ts'

export interface LevelInfo {
  readonly id: number
  readonly label: string
}

export interface PlayableRange {
  readonly startS: number
  readonly liveS: number
}

/** Nearer to the live edge than this, s, a viewer who seeks is live again. */
export const liveWithinS = 3

export interface CurrentLevel {
  readonly auto: boolean
  readonly id: number
  readonly width: number
  readonly height: number
  readonly bitrateKbps: number
}

/** Ways to play: hls.js or the browser's own HLS, dash.js, WebRTC. */
export type EngineKind = 'hls' | 'dash' | 'webrtc'

/** What a playing library does for the player page: hls.js, dash.js or the browser itself. */
export interface Engine {
  readonly kind: EngineKind
  /** Wall clock of the frame on screen by the host's reckoning, ms since 1970. */
  shownTimeMs(): number | undefined
  /** Delay to the host in ms, where the engine knows it without wall clocks. */
  delayMs?(): number | undefined
  levels(): readonly LevelInfo[]
  level(): CurrentLevel | null
  /** -1 lets the library choose. */
  setLevel(id: number): void
  goLive(): void
  /** What can be played now on the video's clock, s: the oldest moment, and where a live viewer is. Undefined while unknown. */
  range(): PlayableRange | undefined
  /** Goes to a moment on the video's clock, s, and stays as far behind the live edge as that is. */
  seek(timeS: number): void
  /** The viewer is behind the live edge by choice: the engine does not hurry after it. */
  readonly rewound: boolean
  destroy(): void
}

export interface EngineEvents {
  /** The list of qualities, or the one that plays, has changed. */
  onLevels(): void
  /** The stream has ended; `atOnce` where it had ended before anything was played. */
  onEnded(atOnce: boolean): void
  /** False when the playlist has not grown for a while: the publisher is away. */
  onAdvancing(advancing: boolean): void
  /** The library reported an error, also one that it repairs by itself. */
  onProblem(what: string): void
  /** The engine cannot go on by itself. */
  onFatal(reason: 'network' | 'media' | 'unsupported'): void
}

/** 1080p · 6.0 Mbps, or the bit rate alone while the size is not known. */
export function levelLabel(height: number, bitsPerSecond: number): string {
  const rate = bitsPerSecond > 0 ? `${decimal(bitsPerSecond / 1e6, 1)} Mbps` : ''
  return [height > 0 ? `${height}p` : '', rate].filter((part) => part !== '').join(' · ') || t.source
}
