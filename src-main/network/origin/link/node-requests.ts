import { AppError } from '../../../platform/errors.ts'

/** Requests to a node that wait for its answer. */
const maxWaiting = 2000

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** What one node was asked, by number: each is answered once, or rejected when the connection ends. */
export class NodeRequests<Answer> {
  readonly #waiting = new Map<number, Waiting<Answer>>()
  #last = 0

  /**
   * Sends a request under a new number. Rejects with `network.busy` while too many wait, and with `network.node_away` where there is no
   * answer within `limitMs`.
   */
  ask(send: (id: number) => void, limitMs?: number): Promise<Answer> {
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new AppError('network.busy'))
    const id = ++this.#last
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const late =
      limitMs === undefined
        ? undefined
        : setTimeout(() => this.answer(id, new AppError('network.node_away', `It did not answer within ${limitMs / 1000} s`)), limitMs)
    this.#waiting.set(id, { resolve, reject })
    send(id)
    return promise.finally(() => clearTimeout(late))
  }

  /** Numbers that nobody waits for are ignored. */
  answer(id: number, answer: Answer | Error): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (answer instanceof Error) waiting?.reject(answer)
    else waiting?.resolve(answer)
  }

  end(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('the node has disconnected'))
    this.#waiting.clear()
  }
}
