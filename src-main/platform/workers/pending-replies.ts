interface Pending<Reply> {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout | undefined
}

/** Requests to another process that wait for their replies, by number. */
export class PendingReplies<Reply> {
  readonly #pending = new Map<number, Pending<Reply>>()
  #last = 0

  /**
   * Sends a request under a number of its own.
   * @param send puts the request with that number on its way
   * @param late after `timeoutMs` without a reply the promise rejects with `late()`
   */
  request(send: (request: number) => void, timeoutMs?: number, late: () => Error = () => new Error('no reply in time')): Promise<Reply> {
    const request = ++this.#last
    return new Promise((resolve, reject) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#take(request)?.reject(late()), timeoutMs)
      this.#pending.set(request, { resolve, reject, timer })
      send(request)
    })
  }

  /** A reply that nobody waits for any more is dropped. */
  resolve(request: number, reply: Reply): void {
    this.#take(request)?.resolve(reply)
  }

  reject(request: number, error: Error): void {
    this.#take(request)?.reject(error)
  }

  /** The other process is gone: nothing of what was asked will be answered. */
  rejectAll(error: () => Error): void {
    for (const request of [...this.#pending.keys()]) this.#take(request)?.reject(error())
  }

  #take(request: number): Pending<Reply> | undefined {
    const pending = this.#pending.get(request)
    this.#pending.delete(request)
    clearTimeout(pending?.timer)
    return pending
  }
}
