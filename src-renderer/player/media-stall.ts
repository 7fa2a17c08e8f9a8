/** Where nothing can be played and nothing more can be for this long, the library has lost its place, ms. */
const lostAfterMs = 7000

/** What to do about a player that waits: nothing, send it to a place, or start its library again. */
export type StallRemedy = 'wait' | 'seek' | 'restart'

/**
 * Notices that a library waits for ever for media of a live stream which it never fetches, as dash.js does where a busy device delays it:
 * of a place that it was sent to, or of the audio after a publisher came back. It is sent to a place first, and started again where that
 * is of no use.
 */
export class MediaStall {
  /** Since when it waits in vain; undefined while there is something to play. */
  #sinceMs: number | undefined
  #bufferedEndS = 0
  #wasSent = false

  /**
   * @param nowMs on a clock that does not go back
   * @param waits whether there is newer media, and none to play
   * @param bufferedEndS end of what can be played, s
   */
  look(nowMs: number, waits: boolean, bufferedEndS: number): StallRemedy {
    if (!waits) {
      this.#sinceMs = undefined
      this.#wasSent = false
      return 'wait'
    }
    if (bufferedEndS !== this.#bufferedEndS) this.#sinceMs = nowMs
    this.#bufferedEndS = bufferedEndS
    this.#sinceMs ??= nowMs
    if (nowMs - this.#sinceMs < lostAfterMs) return 'wait'
    this.#sinceMs = nowMs
    const remedy = this.#wasSent ? 'restart' : 'seek'
    this.#wasSent = true
    return remedy
  }
}
