import { createHash } from 'node:crypto'
import type { EdgeSource, ViewerAnswer } from '../../media/edge-delivery.ts'
import { AppError, isErrorCode } from '../../platform/errors.ts'
import type { WatchRequest } from '../audience/viewer-admission.ts'
import type { ViewerGate } from '../policy/access/viewer-gate.ts'

interface Kept {
  readonly untilMs: number
  readonly rejection: AppError | undefined
}

/** Longest token that the origin is asked about. */
const maxToken = 4096
/** Answers that are kept; the oldest goes first. */
const maxKept = 20_000
/** How long a rejection is kept, ms: a wrong token that is tried again and again costs the origin little. */
const rejectionMs = 5000

/** The rules of who may watch at a node: the origin decides, and its answers are kept for as long as it said. */
export class OriginRules implements ViewerGate {
  readonly #ask: EdgeSource['ask']
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()
  readonly #asked = new Map<string, Promise<AppError | undefined>>()
  readonly #listeners = new Set<() => void>()
  /** Until the origin has said that there are no rules, everybody is asked about. */
  restricted = true
  /** Grows with every change of rules. */
  #changes = 0

  /** @param now ms, on any clock that does not go back */
  constructor(ask: EdgeSource['ask'], now: () => number = () => performance.now()) {
    this.#ask = ask
    this.#now = now
  }

  /** The rules have changed: no answer is valid any more. */
  refresh(): void {
    this.#changes++
    this.#kept.clear()
    this.#asked.clear()
    for (const listener of this.#listeners) listener()
  }

  onRefresh(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** First playlists, which carry tokens on, are answered by the origin. */
  signed(): boolean {
    return false
  }

  isHost(): boolean {
    return false
  }

  check(request: WatchRequest): AppError | undefined | Promise<AppError | undefined> {
    if (!this.restricted) return undefined
    // no token of ours is so long: the origin need not read it
    if ((request.token?.length ?? 0) > maxToken) return new AppError('play.token_invalid')
    const key = keyOf(request)
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.untilMs > this.#now()) return kept.rejection
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked
    const asking = this.#decide(key, request)
    this.#asked.set(key, asking)
    return asking
  }

  untilMs(request: WatchRequest): number {
    return this.restricted ? (this.#kept.get(keyOf(request))?.untilMs ?? 0) : Number.POSITIVE_INFINITY
  }

  async #decide(key: string, { stream, remoteAddress, token }: WatchRequest): Promise<AppError | undefined> {
    const changes = this.#changes
    let answer: ViewerAnswer
    try {
      answer = await this.#ask({ stream, remoteAddress, token: token ?? null })
    } catch (cause) {
      if (changes === this.#changes) this.#asked.delete(key)
      return new AppError('network.origin_away', undefined, { cause })
    }
    const rejection = answer.allowed
      ? undefined
      : new AppError(isErrorCode(answer.code) ? answer.code : 'play.token_invalid', answer.message)
    // an answer from before a change says nothing about now
    if (changes !== this.#changes) return this.check({ stream, remoteAddress, token })
    this.#asked.delete(key)
    const oldest = this.#kept.keys().next()
    if (this.#kept.size >= maxKept && !oldest.done) this.#kept.delete(oldest.value)
    this.#kept.set(key, { rejection, untilMs: this.#now() + (answer.allowed ? answer.forMs : rejectionMs) })
    return rejection
  }
}

function keyOf({ stream, remoteAddress, token = '' }: WatchRequest): string {
  // tokens that were made up take no more memory than others
  return `${stream} ${remoteAddress} ${token.length > 100 ? createHash('sha256').update(token).digest('base64') : token}`
}
