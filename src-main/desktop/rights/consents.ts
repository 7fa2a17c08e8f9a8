import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import type { Right } from './rights.ts'

/** Without an answer for so long it is a no, ms. */
const answerMs = 60_000
/** Whoever was allowed comes back without a question for so long, ms. */
const returnMs = 10_000
/** Questions at a time: further ones are a no. */
const maxWaiting = 10

/** A question that waits for an answer, as the API shows it. */
export interface Consent {
  readonly id: string
  readonly display: string
  /** Of who wants to open it. */
  readonly name: string
  readonly rights: Right[]
  /** Then it is a no. ISO 8601. */
  readonly expiresAt: string
}

export interface Asking {
  readonly display: string
  /** Principal id. */
  readonly user: string
  readonly name: string
  readonly rights: readonly Right[]
  /** Aborted when they go away. */
  readonly signal: AbortSignal
}

export interface ConsentsDependencies {
  readonly audit: Pick<AuditLog, 'record'>
  /** ms since 1970. */
  readonly now: () => number
  readonly answerMs?: number
  /** Asks the person at the display; undefined where that is not possible. Ends with the signal. */
  readonly askAtDisplay: (consent: Consent, signal: AbortSignal) => Promise<boolean | undefined>
  readonly onAsked: (consent: Consent) => void
  readonly onEnded: (id: string) => void
}

interface Waiting {
  readonly consent: Consent
  readonly user: string
  readonly decide: (allowed: boolean, actor?: string) => void
}

/** Asks the person at a display, and admins on the page, whether somebody may come: the first answer counts, and none is a no. */
export class Consents {
  readonly #dependencies: ConsentsDependencies
  readonly #waiting = new Map<string, Waiting>()
  /** Until when somebody who was allowed needs no question, by display and user. */
  readonly #allowed = new Map<string, number>()

  constructor(dependencies: ConsentsDependencies) {
    this.#dependencies = dependencies
  }

  /** Questions that wait for an answer. */
  list(): readonly Consent[] {
    return [...this.#waiting.values()].map(({ consent }) => consent)
  }

  /** Resolves with the answer. */
  async ask({ display, user, name, rights, signal }: Asking): Promise<boolean> {
    const { audit, now, onAsked, onEnded, askAtDisplay } = this.#dependencies
    for (const [key, untilMs] of this.#allowed) if (untilMs <= now()) this.#allowed.delete(key)
    if (this.#allowed.has(`${display} ${user}`)) return true
    if (signal.aborted) return false
    // One question at a time is enough for whoever opens it several times: the older one is a no.
    for (const older of this.#waiting.values()) if (older.user === user && older.consent.display === display) older.decide(false)
    if (this.#waiting.size >= maxWaiting) return false
    const wait = this.#dependencies.answerMs ?? answerMs
    const consent: Consent = { id: randomText(12), display, name, rights: [...rights], expiresAt: new Date(now() + wait).toISOString() }
    const ended = new AbortController()
    const answer = await new Promise<{ readonly allowed: boolean; readonly actor?: string }>((resolve) => {
      const decide = (allowed: boolean, actor?: string): void => {
        this.#waiting.delete(consent.id)
        resolve({ allowed, ...(actor === undefined ? {} : { actor }) })
      }
      const late = setTimeout(() => decide(false), wait)
      const gone = (): void => decide(false)
      signal.addEventListener('abort', gone)
      ended.signal.addEventListener('abort', () => {
        clearTimeout(late)
        signal.removeEventListener('abort', gone)
      })
      this.#waiting.set(consent.id, { consent, user, decide })
      onAsked(consent)
      askAtDisplay(consent, ended.signal).then(
        (allowed) => {
          if (allowed !== undefined) decide(allowed, 'display')
        },
        () => undefined,
      )
    })
    ended.abort()
    onEnded(consent.id)
    audit.record({
      kind: 'command',
      message: `${name} was ${answer.allowed ? 'allowed' : 'not allowed'} to open a display`,
      actor: answer.actor ?? 'nobody',
      data: { display, user },
    })
    if (answer.allowed) this.#allowed.set(`${display} ${user}`, Number.POSITIVE_INFINITY)
    // They left in the moment of the answer: nobody reports it again.
    if (signal.aborted) this.left(display, user)
    return answer.allowed
  }

  /** They left: for a moment they come back without a question. */
  left(display: string, user: string): void {
    const key = `${display} ${user}`
    if (this.#allowed.has(key)) this.#allowed.set(key, this.#dependencies.now() + returnMs)
  }

  /** Somebody was disconnected: they are asked for again, wherever they come. */
  withdraw(user: string): void {
    for (const key of [...this.#allowed.keys()]) if (key.endsWith(` ${user}`)) this.#allowed.delete(key)
  }

  /** Throws `desktop.consent_not_found`. */
  answer(id: string, allowed: boolean, actor: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) throw new AppError('desktop.consent_not_found', `Nobody waits for an answer to "${id}"`)
    waiting.decide(allowed, actor)
  }
}
