import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { AudioStore } from '../../../media/worker/stores/media-stores.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { DriftReading, LevelReading, MeterReading } from '../../control/engine/mixer-readings.ts'
import type { AudioFilter, SourceAudio } from '../../document/schemas/mixer-schemas.ts'

/** Hz of everything that leaves the mixer. */
export const mixRate = 48_000
/** Frames (samples per channel) of one block: 10 ms. */
export const blockFrames = 480

/** A source that is heard. */
export interface MixerInput {
  readonly source: string
  readonly name: string
  readonly store: AudioStore
  readonly audio: SourceAudio
  /** It is shown on a program. */
  readonly shown: boolean
}

/** One block of each track that somebody takes: interleaved stereo; valid until the next call. */
export interface MixedBlock {
  /** Of the first frame, monotonic. */
  readonly timeUs: number
  /** By track number minus one; undefined where nobody takes the track. */
  readonly tracks: readonly (Float32Array | undefined)[]
  /** What is to be heard on this machine; undefined while nothing is monitored. */
  readonly monitor: Float32Array | undefined
  /** By guest: see `setReturns`. */
  readonly returns: ReadonlyMap<string, Float32Array>
}

/** What one guest hears: the first track before its filters, without what comes from them, and who talks to them. */
export interface ReturnMix {
  /** Stream of the guest. */
  readonly guest: string
  /** Sources through which the guest is heard. */
  readonly without: ReadonlySet<string>
}

/** Dependencies of the mixer. */
export interface MixerDependencies {
  readonly log: Logger
}

/** Mixes sources to tracks, block by block, on the machine's monotonic clock. */
export interface Mixer {
  /**
   * How long after its time a block is to be mixed, microseconds: by then its audio is there. It is 50 ms, what filters look ahead (those
   * of tracks in whole blocks), and what the earliest source (negative sync offset) needs. Grows at once and shrinks by 1 ms a block: the
   * caller waits a little longer once, then goes on. Blocks keep their times, so that audio and video stay in sync.
   */
  readonly delayUs: number
  /** Replaces the inputs; those that stay go on without a seam. */
  setInputs(inputs: readonly MixerInput[]): void
  /** Tracks that are encoded, recorded or metered; 1 to 6. */
  setTracks(tracks: readonly number[]): void
  /** Guests who hear the show; those that stay go on without a seam. */
  setReturns(returns: readonly ReturnMix[]): void
  /** Whom somebody talks to, by guest; null: the talker has gone. */
  setTalk(talker: string, guests: readonly string[] | null): void
  /** What a talker says next: interleaved stereo of 48 kHz. Heard in returns alone. */
  talk(talker: string, samples: Float32Array): void
  /** Filters of the tracks' sums, by track number minus one. What they look ahead is made good for: all tracks stay in step. */
  setTrackFilters(filters: readonly (readonly AudioFilter[])[]): void
  /** Mixes the block whose first frame is heard at `timeUs`. Called in order, without gaps, `delayUs` after that time. */
  mix(timeUs: number): MixedBlock
  /** Of the time since the last reading. What nobody has read for a second is no longer measured: the next reading starts again. */
  meters(): readonly MeterReading[]
  /** The highest levels since the last reading, of sources that are heard and tracks that are taken: measured all the time. */
  levels(): readonly LevelReading[]
  drift(): readonly DriftReading[]
  /** What filters that follow the level have chosen, by their ids. */
  chosen(): ReadonlyMap<string, ChosenSettings>
  close(): void
}
