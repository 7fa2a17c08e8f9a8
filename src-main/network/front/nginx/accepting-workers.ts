/** Workers of nginx that take new requests, by what nginx logs of them. */
export class AcceptingWorkers {
  readonly #pids = new Set<number>()
  #onChange: () => void = () => undefined

  /** Those that take requests now. */
  get pids(): readonly number[] {
    return [...this.#pids]
  }

  /** Takes a line of nginx's log. */
  take({ pid, text }: { readonly pid?: number; readonly text: string }): void {
    const started = /^start worker process (\d+)/.exec(text)?.[1]
    const ended = /^worker process (\d+) exited /.exec(text)?.[1]
    if (started !== undefined) this.#pids.add(Number(started))
    else if (ended !== undefined) this.#pids.delete(Number(ended))
    else if (text === 'gracefully shutting down' && pid !== undefined) this.#pids.delete(pid)
    else return
    this.#onChange()
  }

  /** nginx itself has ended. */
  clear(): void {
    this.#pids.clear()
    this.#onChange()
  }

  /** Resolves once none of these takes requests any more, or after `maxMs`. */
  untilGone(pids: readonly number[], maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#onChange = () => undefined
        resolve()
      }
      const timer = setTimeout(done, maxMs)
      this.#onChange = () => {
        if (!pids.some((pid) => this.#pids.has(pid))) done()
      }
      this.#onChange()
    })
  }
}
