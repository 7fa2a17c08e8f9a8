/** Levels of one input or track, of the time since the last reading. Of inputs behind their fader, whether or not they are muted. */
export interface MeterReading {
  /** `source:ID` or `track:N`. */
  readonly of: string
  /** dBFS by channel; -Infinity is reported as -120. */
  readonly peakDb: readonly [number, number]
  readonly rmsDb: readonly [number, number]
  /** Momentary (400 ms) loudness, LUFS, ITU-R BS.1770; -120 in silence. */
  readonly lufs: number
  /** Short-term (3 s) loudness, LUFS, EBU Tech 3341; -120 in silence. */
  readonly shortTermLufs: number
  /** Highest sample of both channels in front of its filters since the last reading, dBFS. */
  readonly inputDb: number
}

/** The highest level since the last reading. */
export interface LevelReading {
  /** `source:ID`, before its fader, or `track:N`, before what is beyond full scale is cut off. */
  readonly of: string
  /** dBFS. */
  readonly peakDb: number
}

/** How a device's clock runs against this machine's. */
export interface DriftReading {
  readonly source: string
  /** Parts per million that the device is fast (positive) or slow. */
  readonly ppm: number
  /** What is mixed now against where it belongs, ms. */
  readonly offsetMs: number
  /** Frames that were missing and became silence. */
  readonly missing: number
}
