/** The machine's monotonic clock in ms, with fractions: the same in every process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * A clock that tells the time of day and runs evenly: setting the system's clock does not move it. What players compare with each other
 * (dates in playlists, an MPD's availabilityStartTime and UTCTiming, `/api/v1/time`) is read from one of these.
 */
export interface SteadyClock {
  /** ms since 1970, with fractions. */
  now(): number
  /** What is added to `monotonicMs` to get `now`. */
  readonly offsetMs: number
  /** Takes over what the system's clock says now. */
  realign(): void
}

/** A clock that is right when it is made. */
export function createSteadyClock(wall: () => number = Date.now, monotonic: () => number = monotonicMs): SteadyClock {
  let offsetMs = wall() - monotonic()
  return {
    now: () => monotonic() + offsetMs,
    get offsetMs() {
      return offsetMs
    },
    realign() {
      offsetMs = wall() - monotonic()
    },
  }
}
