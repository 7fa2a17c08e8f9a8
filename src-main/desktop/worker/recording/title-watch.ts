/** Between looks, ms: a program that changes its title without end is asked no sooner. */
const everyMs = 1000

/** Asks for the title of the active window, which is empty where no window is active; `done` is never called where the system hangs. */
export type AskForTitle = (done: (title: string) => void) => void

/** Looks once a second which window is active while a display is recorded, and reports another title. */
export class TitleWatch {
  readonly #ask: AskForTitle
  readonly #onTitle: (title: string) => void
  #title = ''
  #asking = false
  #stopped = false
  readonly #timer: NodeJS.Timeout

  constructor(ask: AskForTitle, onTitle: (title: string) => void) {
    this.#ask = ask
    this.#onTitle = onTitle
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#look()
  }

  /** Reports the title there is once more. */
  repeat(): void {
    if (this.#title !== '') this.#onTitle(this.#title)
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.#asking) return
    this.#asking = true
    this.#ask((title) => {
      this.#asking = false
      if (this.#stopped || title === '' || title === this.#title) return
      this.#title = title
      this.#onTitle(title)
    })
  }
}
