import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { type MirrorPart, partKey } from './mirror-parts.ts'

export interface RereadsOptions {
  /** Rejects with `obs.*`. */
  readonly read: (parts: readonly MirrorPart[]) => Promise<void>
  /** They cannot be read. */
  readonly fail: (reason: AppError) => void
  readonly log: Logger
}

/** What events change is read once OBS has sent no more of them for so long, and so often while they keep coming, ms. */
const settleMs = 500
const maxSettleMs = 5000
/** With more parts that are to be read, everything is. */
const maxParts = 1000
/** What could not be read is read again after so long, then twice as long, and so on, ms. */
const retryMs = 1000
const maxFailures = 5

interface Due {
  readonly part: MirrorPart
  readonly firstMs: number
  readonly dueMs: number
}

/** What of the mirror is to be read, and when. One reading at a time: however much OBS sends, it is asked little. */
export class Rereads {
  readonly #options: RereadsOptions
  readonly #due = new Map<string, Due>()
  #timer: NodeJS.Timeout | undefined
  #timerMs = Number.POSITIVE_INFINITY
  #reading = false
  #failures = 0
  #notBeforeMs = 0
  #stopped = false

  constructor(options: RereadsOptions) {
    this.#options = options
  }

  now(part: MirrorPart): void {
    if (part.what !== 'everything' && this.#due.has('everything')) return
    const nowMs = performance.now()
    this.#put({ part, firstMs: nowMs, dueMs: nowMs })
  }

  /** An event said what it is: it is read to make sure, once no more events come. */
  settled(part: MirrorPart): void {
    const nowMs = performance.now()
    const known = this.#due.get('everything') ?? this.#due.get(partKey(part))
    if (known !== undefined && known.dueMs <= nowMs) return
    const firstMs = known?.firstMs ?? nowMs
    this.#put({ part: known?.part ?? part, firstMs, dueMs: Math.min(nowMs + settleMs, firstMs + maxSettleMs) })
  }

  /** After `waitMs`, where it is not read before. */
  later(part: MirrorPart, waitMs: number): void {
    if (this.#due.has('everything') || this.#due.has(partKey(part))) return
    const firstMs = performance.now()
    this.#put({ part, firstMs, dueMs: firstMs + waitMs })
  }

  /** The part of that key, where it is to be read. */
  part(key: string): MirrorPart | undefined {
    return this.#due.get(key)?.part
  }

  clear(): void {
    this.#due.clear()
  }

  stop(): void {
    this.#stopped = true
    this.clear()
    clearTimeout(this.#timer)
  }

  #put(due: Due): void {
    const key = partKey(due.part)
    if (this.#due.size >= maxParts && !this.#due.has(key)) {
      this.clear()
      this.settled({ what: 'everything' })
      return
    }
    this.#due.set(key, due)
    if (!this.#reading && due.dueMs < this.#timerMs) this.#wait(due.dueMs)
  }

  #wait(untilMs: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped || untilMs === Number.POSITIVE_INFINITY) return
    this.#timerMs = Math.max(untilMs, this.#notBeforeMs)
    this.#timer = setTimeout(() => void this.#readDue(), Math.max(0, Math.ceil(this.#timerMs - performance.now()))).unref()
  }

  async #readDue(): Promise<void> {
    const nowMs = performance.now()
    const parts = [...this.#due.values()].filter(({ dueMs }) => dueMs <= nowMs).map(({ part }) => part)
    for (const part of parts) this.#due.delete(partKey(part))
    if (parts.some(({ what }) => what === 'everything')) this.clear()
    if (parts.length > 0) {
      this.#reading = true
      await this.#read(parts)
      this.#reading = false
    }
    this.#timerMs = Number.POSITIVE_INFINITY
    this.#wait([...this.#due.values()].reduce((first, { dueMs }) => Math.min(first, dueMs), Number.POSITIVE_INFINITY))
  }

  async #read(parts: readonly MirrorPart[]): Promise<void> {
    const { read, fail, log } = this.#options
    try {
      await read(parts)
      this.#failures = 0
    } catch (error) {
      if (this.#stopped) return
      log.debug({ err: error, parts: parts.length }, 'parts of the mirror of an OBS were not read')
      this.#failures++
      const reason = error instanceof AppError ? error : new AppError('obs.not_answering', String(error), { cause: error })
      if (reason.code === 'obs.too_large' || this.#failures >= maxFailures) {
        fail(reason)
        return
      }
      const waitMs = retryMs * 2 ** (this.#failures - 1)
      this.#notBeforeMs = performance.now() + waitMs
      for (const part of parts) this.later(part, waitMs)
    }
  }
}
