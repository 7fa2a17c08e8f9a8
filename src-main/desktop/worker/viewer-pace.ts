import type { Quality } from '../sessions/client-message.ts'

/**
 * What motion is shown as: what viewers prefer, with the color of every pixel where they decode that, or less where their network does not
 * carry it.
 */
export type Fineness = 'full-color' | Quality | 'coarse'

/** From the finest on. */
const finenesses: readonly Fineness[] = ['full-color', 'sharp', 'balanced', 'fast', 'coarse']

/** Messages that may be on their way: one is drawn while the next one travels, more where the way is long, for so many ms each. */
const minOnTheWay = 2
const maxOnTheWay = 8
const longWayMs = 30
/** An update may take a network for so long, ms: what is pressed meanwhile waits behind it. */
const updateMs = 80
const minUpdateBytes = 8 * 1024
/** Messages of fewer bytes, like the pointer's image, say how long the way is, those of more how many bytes a network carries. */
const smallBytes = 5000
/** Frames of video of fewer bytes, about one packet, say how long the way is too; those between say only that a network carries more than was thought. */
const packetBytes = 1500
/** Until it was measured: 16 Mbit/s. */
const firstMsPerByte = 1 / 2000
/** Frames of video that take a network longer get coarser; finer ones are tried where they would take less, ms, after so long. */
const slowFrameMs = 60
const quickFrameMs = 30
const coarserEveryMs = 400
const finerEveryMs = 2500
const maxFinerEveryMs = 40_000
/** A finer one has about so many times the bytes. */
const finerCosts = 2.2
/** The shortest way counts for so long, ms. */
const shortestMs = 5000
/**
 * Video hides how long the way is: a small message asks for it so often, and where frames are always on their way, they wait for that so
 * often, ms.
 */
const askEveryMs = 1000
const pauseEveryMs = 10_000

interface Sent {
  readonly bytes: number
  readonly video: boolean
  readonly atMs: number
}

/** How much a viewer is sent at a time, and how coarse: as their network carries it, by when what was sent was drawn. */
export class ViewerPace {
  readonly #limited: boolean
  readonly #onTheWay = new Map<number, Sent>()
  #bytes = 0
  #msPerByte = firstMsPerByte
  #drawnMs = Number.NEGATIVE_INFINITY
  /** The shortest way of the time before, and of the time that has started. */
  #shortest = { before: Number.POSITIVE_INFINITY, now: Number.POSITIVE_INFINITY, sinceMs: 0 }
  #wayMeasuredMs = Number.NEGATIVE_INFINITY
  #askedMs = Number.NEGATIVE_INFINITY
  /** Nothing is sent until everything has arrived and the way was asked for. */
  #pauses = false
  #frameBytes = 0
  #preferred = finenesses.indexOf('balanced')
  #steps = 0
  #stepMs = Number.NEGATIVE_INFINITY
  #finerEveryMs = finerEveryMs
  /** The last step was to finer frames. */
  #triedFiner = false
  /** What a byte took when finer frames were too many, ms. */
  #failedMsPerByte = 0

  /** `limited`: there is a network to the viewer. */
  constructor(limited: boolean) {
    this.#limited = limited
  }

  /** Can be sent more. */
  get ready(): boolean {
    const count = this.#onTheWay.size
    if (count < minOnTheWay && (!this.#limited || count === 0)) return true
    if (!this.#limited || this.#pauses) return false
    const wayMs = this.#wayMs
    const most = Math.min(maxOnTheWay, minOnTheWay + Math.floor(wayMs / longWayMs))
    return count < most && this.#bytes * this.#msPerByte < wayMs + updateMs
  }

  /** Bytes of an update: more come in several. */
  get maxUpdateBytes(): number {
    return this.#limited ? Math.max(minUpdateBytes, updateMs / this.#msPerByte) : Number.POSITIVE_INFINITY
  }

  /** What is shown where the network carries it. */
  prefer(fineness: Fineness): void {
    this.#preferred = finenesses.indexOf(fineness)
    this.#steps = Math.min(this.#steps, this.#mostSteps)
  }

  /** What the network carries of what is preferred. */
  get fineness(): Fineness {
    return finenesses[this.#preferred + this.#steps] as Fineness
  }

  /** A small message is to be sent now, alone: a way that got longer looks like a network that carries less. */
  asksWay(nowMs: number): boolean {
    if (!this.#limited || this.#frameBytes === 0 || this.#onTheWay.size > 0) return false
    if (nowMs - Math.max(this.#wayMeasuredMs, this.#askedMs) < askEveryMs) return false
    this.#askedMs = nowMs
    return true
  }

  sent(number: number, bytes: number, video: boolean, nowMs: number): void {
    this.#onTheWay.set(number, { bytes, video, atMs: nowMs })
    this.#bytes += bytes
  }

  /** The viewer has everything up to that one; without what its browser took to draw it, the answer came then. */
  drawn(upTo: number, nowMs: number): void {
    for (const [number, { bytes, video, atMs }] of this.#onTheWay) {
      if (number > upTo) break
      this.#onTheWay.delete(number)
      this.#bytes -= bytes
      if (bytes < (video ? packetBytes : smallBytes)) this.#measureWay(nowMs - atMs, nowMs)
      // It was carried from when the one before it had arrived, or from when it could have arrived if it had no bytes.
      const tookMs = Math.max(0, nowMs - Math.max(this.#drawnMs, atMs + this.#wayMs))
      const carriesMore = video && bytes >= packetBytes && tookMs < bytes * this.#msPerByte
      if (bytes >= smallBytes || carriesMore) this.#msPerByte += (tookMs / bytes - this.#msPerByte) / 4
      if (video) this.#frameBytes += (bytes - this.#frameBytes) / 4
      this.#drawnMs = nowMs
    }
    this.#pauses = this.#steps > 0 && nowMs - this.#wayMeasuredMs > pauseEveryMs
    this.#step(nowMs)
  }

  get #mostSteps(): number {
    return finenesses.length - 1 - this.#preferred
  }

  get #wayMs(): number {
    const shortest = Math.min(this.#shortest.before, this.#shortest.now)
    return Number.isFinite(shortest) ? shortest : 0
  }

  #measureWay(ms: number, nowMs: number): void {
    this.#wayMeasuredMs = nowMs
    const { now, sinceMs } = this.#shortest
    if (nowMs - sinceMs > shortestMs) this.#shortest = { before: now, now: ms, sinceMs: nowMs }
    else this.#shortest.now = Math.min(now, ms)
  }

  #step(nowMs: number): void {
    if (!this.#limited) return
    const frameMs = this.#frameBytes * this.#msPerByte
    const sinceMs = nowMs - this.#stepMs
    if (frameMs > slowFrameMs && this.#steps < this.#mostSteps && sinceMs > coarserEveryMs) {
      if (this.#triedFiner) this.#rememberTry(sinceMs)
      this.#change(1, nowMs)
    } else if (this.#steps > 0 && frameMs * finerCosts < quickFrameMs && sinceMs > this.#finerWaitMs) {
      this.#change(-1, nowMs)
    }
  }

  /** What was finer for a moment alone was no gain: the next try waits longer. */
  #rememberTry(lastedMs: number): void {
    const failed = lastedMs < finerEveryMs
    this.#finerEveryMs = failed ? Math.min(maxFinerEveryMs, 2 * this.#finerEveryMs) : finerEveryMs
    this.#failedMsPerByte = failed ? this.#msPerByte : 0
  }

  /** A network that carries twice what it did when the last try failed is another one. */
  get #finerWaitMs(): number {
    return 2 * this.#msPerByte < this.#failedMsPerByte ? finerEveryMs : this.#finerEveryMs
  }

  #change(by: number, nowMs: number): void {
    this.#steps += by
    this.#triedFiner = by < 0
    this.#stepMs = nowMs
    // Frames of the other fineness have others.
    this.#frameBytes *= by > 0 ? 1 / finerCosts : finerCosts
  }
}
