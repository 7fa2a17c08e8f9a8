import { randomText } from '../../../platform/random-id.ts'
import { type HookTarget, postHook } from './hook-request.ts'
import type { Delivery, HookEvent } from './schemas.ts'

/** Waits before the second, third... try, ms. */
export const retryDelaysMs = [1000, 5000, 30_000, 120_000, 600_000] as const
/** Deliveries under way to one hook at once. */
const maxAtOnce = 4
/** Deliveries that wait for one hook; the oldest gives way. */
const maxWaiting = 1000
/** Deliveries that are remembered for people to look at. */
const maxRemembered = 50

interface Item {
  readonly id: string
  readonly event: HookEvent
  readonly time: string
  readonly body: string
  state: Delivery['state']
  attempts: number
  status: number | null
  error: string | null
  durationMs: number | null
  nextMs: number | null
  timer: NodeJS.Timeout | undefined
}

export interface HookQueueDependencies {
  /** Where to and how, at the time of the try. */
  readonly target: () => HookTarget
  readonly now: () => number
  readonly delaysMs?: readonly number[]
  /** A delivery was queued, tried or settled. */
  readonly onChanged?: (delivery: Delivery) => void
  /** A delivery was given up, or came through. */
  readonly onSettled?: (delivery: Delivery) => void
}

/** The deliveries of one hook: a few are sent at a time and retried with growing delays; callers never wait for them. */
export class HookQueue {
  readonly #dependencies: HookQueueDependencies
  readonly #delaysMs: readonly number[]
  readonly #ready: Item[] = []
  /** Newest last. */
  readonly #seen: Item[] = []
  readonly #resting = new Set<Item>()
  readonly #stop = new AbortController()
  #underWay = 0

  constructor(dependencies: HookQueueDependencies) {
    this.#dependencies = dependencies
    this.#delaysMs = dependencies.delaysMs ?? retryDelaysMs
  }

  get waiting(): number {
    return this.#ready.length + this.#resting.size + this.#underWay
  }

  /** Newest first. */
  deliveries(): readonly Delivery[] {
    return this.#seen.map(describe).reverse()
  }

  push(event: HookEvent, data: unknown): void {
    const id = `dl_${randomText(12)}`
    const time = new Date(this.#dependencies.now()).toISOString()
    const body = JSON.stringify({ id, event, time, data })
    this.#enter({
      id,
      event,
      time,
      body,
      state: 'waiting',
      attempts: 0,
      status: null,
      error: null,
      durationMs: null,
      nextMs: null,
      timer: undefined,
    })
  }

  /** Sends a remembered delivery again at once. False if it is no longer remembered. */
  again(id: string): boolean {
    const item = this.#seen.find((each) => each.id === id)
    if (item === undefined) return false
    if (item.state === 'waiting' && !this.#resting.has(item)) return true
    clearTimeout(item.timer)
    this.#resting.delete(item)
    item.state = 'waiting'
    item.attempts = 0
    item.nextMs = null
    this.#ready.push(item)
    this.#changed(item)
    this.#pump()
    return true
  }

  stop(): void {
    this.#stop.abort()
    for (const item of this.#resting) clearTimeout(item.timer)
    this.#resting.clear()
    this.#ready.length = 0
  }

  #enter(item: Item): void {
    if (this.waiting >= maxWaiting) {
      const oldest = this.#ready.shift()
      if (oldest) this.#settle(oldest, 'failed', 'too many deliveries waited')
    }
    this.#seen.push(item)
    if (this.#seen.length > maxRemembered) this.#seen.shift()
    this.#ready.push(item)
    this.#changed(item)
    this.#pump()
  }

  #pump(): void {
    while (this.#underWay < maxAtOnce && this.#ready.length > 0 && !this.#stop.signal.aborted) {
      this.#underWay++
      void this.#try(this.#ready.shift() as Item).finally(() => {
        this.#underWay--
        this.#pump()
      })
    }
  }

  async #try(item: Item): Promise<void> {
    item.nextMs = null
    item.attempts++
    const answer = await postHook(this.#dependencies.target(), item.event, item.id, item.body, this.#stop.signal)
    if (this.#stop.signal.aborted) return
    item.status = answer.status
    item.error = answer.error
    item.durationMs = Math.round(answer.durationMs)
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      this.#settle(item, 'delivered', null)
      return
    }
    const delayMs = this.#delaysMs[item.attempts - 1]
    // A hook that says "never" (410) or "not like this" (400) is not asked again.
    if (delayMs === undefined || answer.status === 410 || answer.status === 400) {
      this.#settle(item, 'failed', item.error ?? `answered ${item.status}`)
      return
    }
    item.nextMs = this.#dependencies.now() + delayMs
    this.#changed(item)
    this.#resting.add(item)
    item.timer = setTimeout(() => {
      this.#resting.delete(item)
      this.#ready.push(item)
      this.#pump()
    }, delayMs)
    item.timer.unref()
  }

  #settle(item: Item, state: 'delivered' | 'failed', error: string | null): void {
    item.state = state
    item.error = error
    this.#changed(item)
    this.#dependencies.onSettled?.(describe(item))
  }

  #changed(item: Item): void {
    this.#dependencies.onChanged?.(describe(item))
  }
}

function describe({ id, event, time, state, attempts, status, error, durationMs, nextMs }: Item): Delivery {
  return {
    id,
    event,
    time,
    state,
    attempts,
    status,
    error,
    durationMs,
    nextAttemptAt: nextMs === null ? null : new Date(nextMs).toISOString(),
  }
}
