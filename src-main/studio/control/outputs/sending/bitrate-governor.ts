/** What a connection was like in the last second. */
export interface LinkReading {
  /** What was handed to it. */
  readonly bitrateKbps: number
  /** Media that waits, or is on its way unconfirmed, ms. */
  readonly queuedMs: number
  /** Frames dropped because it was too slow, since the start. */
  readonly droppedFrames: number
  /** Packets that were lost or had to be sent again, since the connection started; null where that is not known. */
  readonly packetsMissed: number | null
}

export interface BitrateChange {
  readonly kbps: number
  readonly why: 'congestion' | 'recovery'
}

export interface BitrateBounds {
  readonly minKbps: number
  readonly maxKbps: number
}

/** More than this waits: the network takes less than it is given, ms. */
const congestedMs = 700
/** Nothing to speak of waits, ms. */
const clearMs = 350
/** Of packets such a part is missed on a network that is full; radio alone loses less. */
const manyMissed = 0.08
/** A process that was delayed looks like a network that loses for a moment: this many seconds in a row count, s. */
const missedS = 2
/** Bytes in a packet of SRT or RTP, about. */
const packetBytes = 1250
/** What was changed shows its effect this much later, s. */
const settleS = 3
/** How far the bitrate goes in one step where it is not known what arrives. */
const blindFactor = 0.7
/** This share of what arrives is requested, so that the queue becomes shorter. */
const share = 0.75
const minFactor = 0.35
const maxFactor = 0.85
/** Below what the network was seen to carry the bitrate rises in larger steps. */
const knownGood = 0.85
const quickStep = { factor: 1.15, everyS: 3 } as const
const slowFactor = 1.08
/** Seconds without a queue before it rises beyond that; doubles each time a rise was too much. */
const firstPatienceS = 8
const maxPatienceS = 64

/**
 * Decides, second by second, the video bitrate of a connection: down at once, to a part of what arrives, when a queue grows; up again
 * slowly, and more slowly each time that going up was wrong.
 */
export class BitrateGovernor {
  readonly #bounds: BitrateBounds
  #kbps: number
  #dropped = 0
  #missed = 0
  #missedS = 0
  /** What waited a second ago, kbit; undefined at a connection's start. */
  #queuedKbit: number | undefined
  /** Means of about three seconds, kbps. */
  #given = 0
  #arriving = 0
  /** Video bitrate that was too much last, kbps. */
  #ceiling = Number.POSITIVE_INFINITY
  #sinceChangeS = settleS
  #clearS = 0
  #patienceS = firstPatienceS
  #rose = false

  constructor(bounds: BitrateBounds) {
    this.#bounds = { minKbps: Math.min(bounds.minKbps, bounds.maxKbps), maxKbps: bounds.maxKbps }
    this.#kbps = bounds.maxKbps
  }

  get kbps(): number {
    return this.#kbps
  }

  /** Once a second while the connection is open. Undefined if nothing is to be changed. */
  second({ bitrateKbps, queuedMs, droppedFrames, packetsMissed }: LinkReading): BitrateChange | undefined {
    const queuedKbit = (queuedMs * bitrateKbps) / 1000
    const growth = queuedKbit - (this.#queuedKbit ?? queuedKbit)
    const packets = (bitrateKbps * 1000) / 8 / packetBytes
    const missed = (packetsMissed ?? 0) - this.#missed > Math.max(10, manyMissed * packets)
    this.#missedS = missed ? this.#missedS + 1 : 0
    const broken = droppedFrames > this.#dropped || this.#missedS >= missedS
    this.#given += (bitrateKbps - this.#given) / 3
    this.#arriving += (Math.max(0, bitrateKbps - growth) - this.#arriving) / 3
    this.#queuedKbit = queuedKbit
    this.#dropped = droppedFrames
    this.#missed = packetsMissed ?? 0
    this.#sinceChangeS++
    const congested = broken || (queuedMs > congestedMs && this.#arriving < this.#given)
    this.#clearS = congested || queuedMs > clearMs ? 0 : this.#clearS + 1
    if (congested) return this.#sinceChangeS > settleS ? this.#down(broken) : undefined
    return this.#up()
  }

  /** The connection is new: what was counted of the old one says nothing. */
  reconnected(): void {
    this.#missed = 0
    this.#missedS = 0
    this.#queuedKbit = undefined
    this.#clearS = 0
  }

  #down(broken: boolean): BitrateChange | undefined {
    const arrives = this.#arriving / Math.max(1, this.#given)
    if (!broken) this.#ceiling = this.#kbps * Math.min(1, arrives)
    // What rose last was too much.
    if (this.#rose) this.#patienceS = Math.min(maxPatienceS, this.#patienceS * 2)
    this.#rose = false
    const factor = broken ? blindFactor : Math.min(maxFactor, Math.max(minFactor, share * arrives))
    return this.#change(Math.max(this.#bounds.minKbps, Math.round(this.#kbps * factor)), 'congestion')
  }

  #up(): BitrateChange | undefined {
    const quick = this.#kbps < knownGood * this.#ceiling && this.#ceiling !== Number.POSITIVE_INFINITY
    const waitS = quick ? quickStep.everyS : this.#patienceS
    if (this.#clearS < waitS || this.#sinceChangeS < waitS) return undefined
    if (!quick) this.#rose = true
    const wanted = quick ? Math.min(this.#kbps * quickStep.factor, this.#ceiling) : this.#kbps * slowFactor
    const change = this.#change(Math.min(this.#bounds.maxKbps, Math.ceil(wanted)), 'recovery')
    if (this.#kbps === this.#bounds.maxKbps) this.#patienceS = firstPatienceS
    return change
  }

  #change(kbps: number, why: BitrateChange['why']): BitrateChange | undefined {
    this.#sinceChangeS = 0
    if (kbps === this.#kbps) return undefined
    this.#kbps = kbps
    return { kbps, why }
  }
}
