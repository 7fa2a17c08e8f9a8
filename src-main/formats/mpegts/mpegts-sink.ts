import type { Track } from '../track.ts'

/** Who takes what a transport stream carries. None of the calls may throw. */
export interface TsSink {
  /** The program's tracks as its map has them now, before the first of them is reported. */
  onProgram(trackIds: readonly string[]): void
  /** A track, or a changed configuration of one, before the frames that need it. */
  onTrack(track: Track): void
  /** Times in 90 kHz ticks, fractional for audio; they do not wrap, but may jump where the sender's do. */
  onFrame(trackId: string, pts: number, dts: number, key: boolean, data: Uint8Array): void
  /** Something malformed was left out. */
  onFault(sentence: string): void
  /** The stream has a codec that is not carried. */
  onUnsupported(what: string): void
}
