/**
 * One filter active on one source: interleaved stereo at 48 kHz, a block of 10 ms at a time, in place. Nothing is allocated for a
 * block. New settings are glided to.
 */
export interface AudioProcessor {
  /** Frames that its audio leaves later; the same for its whole life. */
  readonly latency: number
  /** Settings of its kind, checked and complete. */
  update(settings: unknown): void
  /** `key` is the audio that controls it, if another source does. */
  process(block: Float32Array, key: Float32Array | undefined): void
  /** Drops the audio that it heard. */
  reset(): void
  close?(): void
}
