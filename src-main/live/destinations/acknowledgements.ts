/** Acknowledgements after which a server's rhythm is known. */
const least = 3
/** Bytes on top of two of the longest gaps seen: what the server reads at once. */
const slackBytes = 64 * 1024

/**
 * Notices that a server stopped reading although the system still takes our bytes into its own buffers: by the rhythm of its
 * acknowledgements (RTMP 1.0, section 5.4.3). Their numbers are not used, since servers count differently, and a server that sends
 * none is never suspected.
 */
export class Acknowledgements {
  #count = 0
  #longestGap = 0
  #sent = 0
  #atMs = 0

  /** One came, when so many bytes had been handed over. `nowMs` is monotonic. */
  onAcknowledged(sentBytes: number, nowMs: number): void {
    if (this.#count > 0) this.#longestGap = Math.max(this.#longestGap, sentBytes - this.#sent)
    this.#count++
    this.#sent = sentBytes
    this.#atMs = nowMs
  }

  /** True where more than two gaps went out since the last one, which is `afterMs` ago or longer. */
  overdue(sentBytes: number, nowMs: number, afterMs: number): boolean {
    return this.#count >= least && nowMs - this.#atMs > afterMs && sentBytes - this.#sent > 2 * this.#longestGap + slackBytes
  }
}
