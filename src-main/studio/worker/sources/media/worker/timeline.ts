interface Stretch {
  readonly mediaUs: number
  readonly clockUs: number
  readonly speed: number
}

/**
 * When a moment of the media is due on the monotonic clock. Everything is reckoned from a few fixed points, so that errors do not
 * add up however long it plays. All times are µs.
 */
export class Timeline {
  /** Oldest first; each is valid from its media time on. */
  #stretches: Stretch[] = [{ mediaUs: 0, clockUs: 0, speed: 1 }]

  get speed(): number {
    return this.#last.speed
  }

  /** Media time `mediaUs` is due at `clockUs`, and what follows at `speed`; what was said of later moments is dropped. */
  set(mediaUs: number, clockUs: number, speed: number): void {
    const kept = this.#stretches.filter((each) => each.mediaUs < mediaUs)
    this.#stretches = [...kept.slice(-3), { mediaUs, clockUs, speed }]
  }

  /** Drops everything before. */
  reset(mediaUs: number, clockUs: number, speed: number): void {
    this.#stretches = [{ mediaUs, clockUs, speed }]
  }

  dueUs(mediaUs: number): number {
    const { mediaUs: from, clockUs, speed } = this.#stretches.findLast((each) => each.mediaUs <= mediaUs) ?? this.#first
    return clockUs + (mediaUs - from) / speed
  }

  /** What is due at a time. */
  mediaUs(clockUs: number): number {
    const { mediaUs, clockUs: from, speed } = this.#stretches.findLast((each) => each.clockUs <= clockUs) ?? this.#first
    return mediaUs + (clockUs - from) * speed
  }

  get #first(): Stretch {
    return this.#stretches[0] as Stretch
  }

  get #last(): Stretch {
    return this.#stretches.at(-1) as Stretch
  }
}

/** When frames of the program are due: one at `originUs`, the others whole periods away, µs. */
export interface ProgramClock {
  readonly originUs: number
  readonly periodUs: number
}

/** The first time at or after `fromUs` at which a frame of the program is due. */
export function onFrameClock(fromUs: number, { originUs, periodUs }: ProgramClock): number {
  return originUs + Math.ceil((fromUs - originUs) / periodUs) * periodUs
}

/** Times of media are rounded: what is between two frames of the program within this always belongs to the later one, µs. */
const roundingUs = 500

/**
 * When the frame of the program is due that is nearest to a moment. Media frames are shown on the nearest one and not on the following one,
 * so that those that fall between two are no later, on the whole, than the audio that goes with them.
 */
export function nearestFrame(us: number, { originUs, periodUs }: ProgramClock): number {
  return originUs + Math.floor((us - originUs + roundingUs) / periodUs + 0.5) * periodUs
}
