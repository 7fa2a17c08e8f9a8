/** One frame as it came off the wire, before its times are corrected. */
export interface IngestPacket {
  readonly trackId: string
  /** Decoding time in ms as the encoder sent it: may wrap at 2^32, jump or go back; fractional with nanosecond offsets. */
  readonly dtsMs: number
  /** pts minus dts in ms; 0 where there are no B-frames; may be negative. */
  readonly compositionMs: number
  readonly key: boolean
  /** Owned by the receiver from here on; never written again. */
  readonly data: Uint8Array
}
