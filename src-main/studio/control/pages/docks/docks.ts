import { AppError } from '../../../../platform/errors.ts'
import type { SecretBox } from '../../../../platform/identity/secret-box.ts'
import { randomText } from '../../../../platform/random-id.ts'
import type { StateStore } from '../../state-store.ts'

/** A page of another site beside the canvas: a chat, alerts, a dashboard. */
export interface Dock {
  readonly id: string
  readonly name: string
  /** Canonical, http or https. */
  readonly url: string
  /** Where it opens: in the pane beside the canvas, or in a window of its own, as sites that forbid framing need it. */
  readonly opens: 'pane' | 'window'
}

/** Of a dock's URL, which was read before it was kept. */
export const originOf = (url: string): string => URL.parse(url)?.origin ?? "'none'"

const key = 'docks'
const maxDocks = 24

/** The docks of this host, in their order: the same for all who edit the show. URLs carry tokens often: they are encrypted where they rest. */
export class Docks {
  readonly #store: StateStore
  readonly #secrets: SecretBox
  readonly #onChange: () => void
  #docks: readonly Dock[]

  constructor({ store, secrets, onChange }: { readonly store: StateStore; readonly secrets: SecretBox; readonly onChange: () => void }) {
    this.#store = store
    this.#secrets = secrets
    this.#onChange = onChange
    this.#docks = readDocks(store.get(key), secrets)
  }

  list(): readonly Dock[] {
    return this.#docks
  }

  /** Throws `studio.not_found`. */
  get(id: string): Dock {
    const dock = this.#docks.find((each) => each.id === id)
    if (dock === undefined) throw new AppError('studio.not_found', `There is no dock "${id}"`)
    return dock
  }

  add(dock: Omit<Dock, 'id'>): Dock {
    if (this.#docks.length >= maxDocks) throw new AppError('request.conflict', `There are ${maxDocks} docks already: delete one first`)
    const made = { id: randomText(10), ...dock }
    this.#set([...this.#docks, made])
    return made
  }

  change(id: string, changes: Partial<Omit<Dock, 'id'>>): Dock {
    const changed = { ...this.get(id), ...changes }
    this.#set(this.#docks.map((each) => (each.id === id ? changed : each)))
    return changed
  }

  remove(id: string): void {
    this.get(id)
    this.#set(this.#docks.filter((each) => each.id !== id))
  }

  #set(docks: readonly Dock[]): void {
    this.#docks = docks
    this.#store.set(
      key,
      docks.map((dock) => ({ ...dock, url: this.#secrets.encrypt(dock.url) })),
    )
    this.#onChange()
  }
}

function readDocks(stored: unknown, secrets: SecretBox): readonly Dock[] {
  if (!Array.isArray(stored)) return []
  return (stored as readonly Dock[]).flatMap((dock) => {
    try {
      return { ...dock, url: secrets.open(dock.url) }
    } catch {
      // With another key than it was encrypted with it is lost.
      return []
    }
  })
}
