import { randomUUID } from 'node:crypto'
import { AppError } from '../../../platform/errors.ts'
import type { ClientBook } from './client-book.ts'
import type { PairingRequest, ProtocolClient, ProtocolRight } from './client-schemas.ts'

/** Programs that wait for an answer at once. */
const maxWaiting = 8

export interface PairingDependencies {
  readonly book: Pick<ClientBook, 'create'>
  readonly onChange: () => void
  /** How long pairing stays open, ms. */
  readonly windowMs?: number
}

interface Waiting {
  readonly request: PairingRequest
  readonly answer: (client: ProtocolClient | undefined) => void
}

/**
 * Lets programs in that nobody knows yet, while a person has opened pairing: they wait until the person allows or denies them. The
 * password that such a program has is not known here, so that it is allowed for this connection, and the person is given one for the next.
 */
export class Pairing {
  readonly #dependencies: PairingDependencies
  readonly #waiting = new Map<string, Waiting>()
  #until: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: PairingDependencies) {
    this.#dependencies = dependencies
  }

  /** ISO 8601; null while it is closed. */
  get openUntil(): string | null {
    return this.#until === undefined ? null : new Date(this.#until).toISOString()
  }

  get requests(): readonly PairingRequest[] {
    return [...this.#waiting.values()].map(({ request }) => request)
  }

  open(): void {
    const { windowMs = 120_000, onChange } = this.#dependencies
    clearTimeout(this.#timer)
    this.#until = Date.now() + windowMs
    this.#timer = setTimeout(() => this.close(), windowMs).unref()
    onChange()
  }

  /** Who waits still is denied. */
  close(): void {
    clearTimeout(this.#timer)
    if (this.#until === undefined) return
    this.#until = undefined
    for (const { answer } of [...this.#waiting.values()]) answer(undefined)
    this.#dependencies.onChange()
  }

  /** Waits for the person; undefined at once where pairing is closed, or too many wait. `gone`: the program closed its connection. */
  ask(ip: string, program: string, gone: AbortSignal): Promise<ProtocolClient | undefined> {
    if (this.#until === undefined || this.#waiting.size >= maxWaiting || gone.aborted) return Promise.resolve(undefined)
    const request: PairingRequest = { id: randomUUID(), ip, program: program.slice(0, 120), askedAt: new Date().toISOString() }
    const { promise, resolve } = Promise.withResolvers<ProtocolClient | undefined>()
    const answer = (client: ProtocolClient | undefined): void => {
      if (!this.#waiting.delete(request.id)) return
      resolve(client)
      this.#dependencies.onChange()
    }
    this.#waiting.set(request.id, { request, answer })
    gone.addEventListener('abort', () => answer(undefined), { once: true })
    this.#dependencies.onChange()
    return promise
  }

  /** Answers the new client and its password. Throws `obs.pairing_gone`, `obs.client_limit`. */
  allow(id: string, name: string, right: ProtocolRight): ReturnType<ClientBook['create']> {
    const waiting = this.#find(id)
    const created = this.#dependencies.book.create(name, right)
    waiting.answer(created.client)
    return created
  }

  /** Throws `obs.pairing_gone`. */
  deny(id: string): void {
    this.#find(id).answer(undefined)
  }

  #find(id: string): Waiting {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) throw new AppError('obs.pairing_gone')
    return waiting
  }
}
