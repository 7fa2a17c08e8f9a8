/** Something of the imported document that is not in the collection, or not as it was. */
export interface NotCarried {
  /** e.g. `source "Desk mic", filter "VST"`. */
  readonly place: string
  readonly reason: string
}

/** Lines of the report that are kept. */
const maxLines = 1000

/** Collects what cannot be carried. */
export class ImportReport {
  readonly #lines: NotCarried[] = []

  get lines(): readonly NotCarried[] {
    return this.#lines
  }

  add(place: string, reason: string): void {
    if (this.#lines.length < maxLines) this.#lines.push({ place, reason })
  }

  /** The same report, with a place before every line. */
  at(place: string): (reason: string) => void {
    return (reason) => this.add(place, reason)
  }
}
