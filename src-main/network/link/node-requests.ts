import { AppError } from '../../platform/errors.ts'

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

  /** Sends a request under a new number. Rejects with `network.busy` while too many wait. */
  ask(send: (id: number) => void): Promise<Answer> {
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new AppError('network.busy'))
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      send(id)
    })
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
