/** Audio that waits to be played, at first and at most, s: what the network and a busy page may delay. */
const firstWait = 0.05
const maxWait = 0.2
/** Added where it was too little. */
const step = 0.02
/** Audio that came so much too early is dropped, s. */
const slack = 0.08
/** After a pause so long the programs were silent: nothing was late, s. */
const pause = 0.3
/** Nothing came closer than this to the time it was due, s: later it would leave a gap. */
const least = 0.005

/** Decides when packets of audio are played, so that they follow each other without gaps, and soon. Times are of the audio device, s. */
export class Playout {
  #wait = firstWait
  #end = 0

  /** When a packet of that length that is here now is to be played; undefined: it is dropped, for too much waits. */
  place(now: number, length: number): number | undefined {
    if (this.#end < now + least) {
      const late = this.#end > 0 && now - this.#end < pause
      if (late) this.#wait = Math.min(maxWait, this.#wait + step)
      this.#end = now + this.#wait
    } else if (this.#end - now > this.#wait + slack) return undefined
    const at = this.#end
    this.#end += length
    return at
  }
}
