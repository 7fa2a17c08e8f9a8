import type { Device } from '../../../device.ts'
import type { SourceReport } from '../../../source-report.ts'
import type { AudioStore } from '../../stores/media-stores.ts'

/**
 * Hz of all audio that is captured and played here, stereo. A source has one store for its whole life, while its device may be replaced by
 * one of another rate: the system converts.
 */
export const audioRate = 48_000

/** Whose audio is captured: a microphone, what is played on a speaker, or what one application plays. */
export type AudioDeviceKind = 'microphone' | 'speaker' | 'application'

export interface AudioTarget {
  readonly kind: AudioDeviceKind
  /** Id of a device that the system lists; `default` follows the system's choice as it changes (not for applications). */
  readonly device: string
  /** Nothing comes while no program plays there, and it is reported as `paused`: a speaker may rest then. PipeWire's alone. */
  readonly passive?: boolean
}

export interface AudioCapture {
  /** Nothing is written into the store after this. Idempotent. */
  stop(): void
}

/** Audio on its way to a speaker, through a buffer of some ten ms. */
export interface AudioPlayer {
  /** Interleaved stereo at `audioRate`, copied before the call returns. What does not fit is dropped and counted: nobody waits. */
  write(samples: Float32Array): void
  statistics(): AudioPlayerStatistics
  /** Idempotent. */
  stop(): void
}

export interface AudioPlayerStatistics {
  /** In the buffer, ms. */
  readonly queuedMs: number
  /** Times that the speaker asked and too little was there. */
  readonly underruns: number
  readonly droppedFrames: number
}

/**
 * The audio of this machine. There is one implementation for each operating system; nothing in it blocks the thread of JavaScript. Every
 * capture and every player waits for its device, goes on when it comes back, and survives restarts of the system's audio service: each such
 * change is reported. Reports come asynchronously, the first soon after the call; `details.device` is the device's name.
 */
export interface AudioSystem {
  /** What is plugged in (or, for applications, plays) now, the default device first. */
  devices(kind: AudioDeviceKind): Promise<readonly Device[]>
  /**
   * Writes into the store until it is stopped, at `store.sampleRate`, which is `audioRate`. Times are those at which the audio came in at
   * the device or goes out of it, by the device's own clock, so that the mixer can measure its drift.
   */
  capture(target: AudioTarget, store: AudioStore, report: (report: SourceReport) => void): AudioCapture
  /** Plays on a speaker: an id, or `default`. */
  play(device: string, report: (report: SourceReport) => void): AudioPlayer
  /** Stops what is captured and played. Idempotent. */
  close(): void
}
