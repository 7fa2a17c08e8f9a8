/** What a connection was like in the last second. */
export interface LinkReading {
  /** Media that waits, or is on its way unconfirmed, ms. */
  readonly queuedMs: number
  /** Frames dropped because it was too slow, since the beginning. */
  readonly droppedFrames: number
  /** Packets that were lost, since the connection began; null where that is not known. */
  readonly packetsLost: number | null
}

export interface BitrateChange {
  readonly kbps: number
  readonly why: 'congestion' | 'recovery'
}

export interface BitrateBounds {
  readonly leastKbps: number
  readonly mostKbps: number
}

/** More than this waits: the network takes less than it is given, ms. */
const congestedMs = 700
/** Nothing to speak of waits, ms. */
const clearMs = 350
/** Lost packets in a second that are more than an accident. */
const manyLost = 20
const downFactor = 0.7
const upFactor = 1.08
/** What was changed shows its effect so much later, s. */
const settleS = 2
/** Seconds without a queue before the bitrate rises; doubles each time a rise was too much. */
const firstPatienceS = 8
const longestPatienceS = 64

/**
 * Decides, second by second, what the pictures of a connection may take: down at once where a queue grows, up again slowly, and more
 * slowly each time that going up was wrong.
 */
export class BitrateGovernor {
  readonly #bounds: BitrateBounds
  #kbps: number
  #dropped = 0
  #lost = 0
  #queuedMs = 0
  #sinceChangeS = settleS
  #clearS = 0
  #patienceS = firstPatienceS
  #rose = false

  constructor(bounds: BitrateBounds) {
    this.#bounds = { leastKbps: Math.min(bounds.leastKbps, bounds.mostKbps), mostKbps: bounds.mostKbps }
    this.#kbps = bounds.mostKbps
  }

  get kbps(): number {
    return this.#kbps
  }

  /** Once a second while the connection stands. Undefined where nothing is to be changed. */
  second(reading: LinkReading): BitrateChange | undefined {
    const { queuedMs, droppedFrames, packetsLost } = reading
    const dropped = droppedFrames > this.#dropped
    const lost = (packetsLost ?? 0) - this.#lost > manyLost
    const growing = queuedMs > this.#queuedMs
    this.#dropped = droppedFrames
    this.#lost = packetsLost ?? 0
    this.#queuedMs = queuedMs
    this.#sinceChangeS++
    const congested = dropped || lost || (queuedMs > congestedMs && (growing || queuedMs > 2 * congestedMs))
    this.#clearS = congested || queuedMs > clearMs ? 0 : this.#clearS + 1
    if (congested) return this.#sinceChangeS > settleS ? this.#down() : undefined
    return this.#clearS >= this.#patienceS && this.#sinceChangeS >= this.#patienceS ? this.#up() : undefined
  }

  /** The connection is new: what was counted of the old one says nothing. */
  reconnected(): void {
    this.#lost = 0
    this.#queuedMs = 0
    this.#clearS = 0
  }

  #down(): BitrateChange | undefined {
    // What rose last was too much.
    if (this.#rose) this.#patienceS = Math.min(longestPatienceS, this.#patienceS * 2)
    this.#rose = false
    return this.#change(Math.max(this.#bounds.leastKbps, Math.round(this.#kbps * downFactor)), 'congestion')
  }

  #up(): BitrateChange | undefined {
    this.#rose = true
    this.#clearS = 0
    const change = this.#change(Math.min(this.#bounds.mostKbps, Math.ceil(this.#kbps * upFactor)), 'recovery')
    if (this.#kbps === this.#bounds.mostKbps) this.#patienceS = firstPatienceS
    return change
  }

  #change(kbps: number, why: BitrateChange['why']): BitrateChange | undefined {
    this.#sinceChangeS = 0
    if (kbps === this.#kbps) return undefined
    this.#kbps = kbps
    return { kbps, why }
  }
}
