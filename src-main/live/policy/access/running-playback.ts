import { repeat } from '../../../platform/timing/repeat.ts'
import type { EndPlayback, WatchRequest } from '../../audience/viewer-admission.ts'
import type { ViewerGate } from './viewer-gate.ts'

interface Running {
  readonly request: WatchRequest
  readonly end: EndPlayback
  /** When it is judged again at the latest, ms since 1970. */
  dueMs: number
}

const lookMs = 1000

/** Playback that goes on after the request that started it: judged again when rules or keys change, and when its token expires. */
export class RunningPlayback {
  readonly #gate: ViewerGate
  readonly #now: () => number
  readonly #running = new Set<Running>()
  readonly #stopListening: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param now ms since 1970 */
  constructor(gate: ViewerGate, now: () => number) {
    this.#gate = gate
    this.#now = now
    this.#stopListening = gate.onRefresh(() => this.#judge(Number.POSITIVE_INFINITY))
  }

  /** Calls `end` once, within about a second, where the playback is not allowed any more. Returns the way to stop watching it. */
  watch(request: WatchRequest, end: EndPlayback): () => void {
    if (this.#gate.isHost(request.token)) return () => undefined
    // due at once: rules may have changed since it was accepted
    const running: Running = { request, end, dueMs: 0 }
    this.#running.add(running)
    this.#timer ??= repeat(lookMs, () => this.#judge(this.#now()))
    return () => {
      this.#running.delete(running)
      if (this.#running.size === 0) this.#rest()
    }
  }

  stop(): void {
    this.#stopListening()
    this.#running.clear()
    this.#rest()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Judges those that are due at a time. */
  #judge(atMs: number): void {
    for (const running of this.#running) {
      if (running.dueMs > atMs) continue
      running.dueMs = Number.POSITIVE_INFINITY
      const verdict = this.#gate.check(running.request)
      if (verdict instanceof Promise) void verdict.then((rejection) => this.#settle(running, rejection))
      else this.#settle(running, verdict)
    }
  }

  #settle(running: Running, rejection: Parameters<EndPlayback>[0] | undefined): void {
    if (!this.#running.has(running)) return
    if (rejection === undefined) running.dueMs = this.#gate.untilMs(running.request)
    else {
      this.#running.delete(running)
      running.end(rejection)
      if (this.#running.size === 0) this.#rest()
    }
  }
}
