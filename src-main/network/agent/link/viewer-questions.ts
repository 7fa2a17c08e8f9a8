import type { ViewerAnswer } from '../../../media/edge-delivery.ts'

const maxQuestions = 1000
const answerMs = 5000

interface Question {
  readonly resolve: (answer: ViewerAnswer) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Questions about viewers that the origin has not answered yet. */
export class ViewerQuestions {
  readonly #waiting = new Map<number, Question>()
  #lastId = 0

  /** No more can be asked before some are answered. */
  get isFull(): boolean {
    return this.#waiting.size >= maxQuestions
  }

  /** Sends a question under an id of its own. Rejects where no answer comes in time, and when the connection breaks. */
  ask(send: (id: number) => void): Promise<ViewerAnswer> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#waiting.delete(id) && reject(new Error('the origin did not answer')), answerMs)
      this.#waiting.set(id, { resolve, reject, timer })
      send(id)
    })
  }

  answer(id: number, answer: ViewerAnswer): void {
    const question = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(question?.timer)
    question?.resolve(answer)
  }

  /** The connection broke: none is answered. */
  rejectAll(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(new Error('the connection to the origin broke'))
    }
    this.#waiting.clear()
  }
}
