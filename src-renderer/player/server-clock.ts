/** How far the host's clock is ahead of ours, ms: it is somewhere between the two. */
export interface ClockBounds {
  readonly lowMs: number
  readonly highMs: number
}

/** What one exchange with the host proves: it read its clock (`serverMs`, known to `granularityMs`) between our sending and our receiving. */
export function boundsOfExchange(sentMs: number, receivedMs: number, serverMs: number, granularityMs: number): ClockBounds {
  return { lowMs: serverMs - receivedMs, highMs: serverMs + granularityMs - sentMs }
}

/** Joins two proofs. Where they contradict each other a clock was set meanwhile, and only the newer one counts. */
export function narrow(known: ClockBounds | undefined, fresh: ClockBounds): ClockBounds {
  if (!known) return fresh
  const lowMs = Math.max(known.lowMs, fresh.lowMs)
  const highMs = Math.min(known.highMs, fresh.highMs)
  return lowMs <= highMs ? { lowMs, highMs } : fresh
}

/** The host's clock as the player knows it. */
export class ServerClock {
  #bounds: ClockBounds | undefined

  /** Takes the proof of one exchange. */
  learn(bounds: ClockBounds): void {
    this.#bounds = narrow(this.#bounds, bounds)
  }

  /** Takes the `Date` header of any answer of the host: good to a second, and better with every further one. */
  learnFromDate(sentMs: number, receivedMs: number, date: string | null): void {
    const serverMs = date === null ? Number.NaN : Date.parse(date)
    if (Number.isFinite(serverMs)) this.learn(boundsOfExchange(sentMs, receivedMs, serverMs, 1000))
  }

  get known(): boolean {
    return this.#bounds !== undefined
  }

  /** Half the width of what is not known, ms. */
  get uncertaintyMs(): number {
    return this.#bounds ? (this.#bounds.highMs - this.#bounds.lowMs) / 2 : Number.POSITIVE_INFINITY
  }

  /** ms since 1970 by the host's clock, or undefined before the first exchange. */
  nowMs(): number | undefined {
    return this.#bounds ? preciseNowMs() + (this.#bounds.lowMs + this.#bounds.highMs) / 2 : undefined
  }
}

/** Our own clock, with fractions and without steps while the page is open. */
export function preciseNowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** Measures the host's clock: a few exchanges with `/api/v1/time`, or the Date header if the host has no such URL. */
export async function measureClock(clock: ServerClock, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < 4 && !signal.aborted; round++) {
    const sent = preciseNowMs()
    try {
      const response = await fetch('/api/v1/time', { cache: 'no-store', signal })
      const received = preciseNowMs()
      clock.learnFromDate(sent, received, response.headers.get('date'))
      if (!response.ok) {
        await pause(1270, signal)
        continue
      }
      const body = (await response.json()) as { timeMs?: unknown }
      if (typeof body.timeMs === 'number') clock.learn(boundsOfExchange(sent, received, body.timeMs, 1))
      await pause(120, signal)
    } catch {
      await pause(1270, signal)
    }
  }
}

/** Resolves after `ms`, or at once when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
