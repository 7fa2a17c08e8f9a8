/** Characters of a datagram, unless one message alone has more. */
const maxDatagram = 4000
/** Messages that are on their way; further ones wait. */
const maxOutstanding = 200
/** Until it was measured. */
const firstRoundTripMs = 100
const minRepeatMs = 25
const maxRepeatMs = 1000
/** Messages on their way that a datagram has beside those that are due: one that was lost comes with the next one. */
const maxBeside = 16
/** After a loss each datagram is sent twice for so long, ms, the second time so much later. */
const lossyMs = 10_000
const copyAfterMs = 4

interface Sent {
  readonly number: number
  readonly text: string
  firstSentMs: number | undefined
  sentMs: number | undefined
  again: boolean
}

/**
 * Sends what is typed over a channel that loses datagrams: each message is repeated until the host has taken it, in order and once. What the
 * host did not take when the channel ends goes over the WebSocket.
 */
export class InputSender {
  readonly #transmit: (datagram: string) => void
  readonly #now: () => number
  #messages: Sent[] = []
  #number = 0
  #roundTripMs: number | undefined
  #paused = true
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When a message had to be sent again last. */
  #lossMs = Number.NEGATIVE_INFINITY
  #copies: string[] = []
  #copyTimer: ReturnType<typeof setTimeout> | undefined

  /** It sends nothing before `resume`. */
  constructor(transmit: (datagram: string) => void, now: () => number) {
    this.#transmit = transmit
    this.#now = now
  }

  /** Takes a message as JSON. */
  push(text: string): void {
    this.#messages.push({ number: ++this.#number, text, firstSentMs: undefined, sentMs: undefined, again: false })
    this.#flush()
  }

  /** What is pushed waits, until `resume`. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#flush()
  }

  /** The host has taken that many. */
  taken(count: number): void {
    const nowMs = this.#now()
    for (const { number, firstSentMs, again } of this.#messages) {
      if (number !== count || firstSentMs === undefined) continue
      // Of one that was sent again the first may have arrived: on a long way each is, before the host can answer.
      const ms = nowMs - firstSentMs
      if (again && this.#roundTripMs !== undefined && ms <= this.#roundTripMs) continue
      this.#roundTripMs ??= ms
      this.#roundTripMs += (ms - this.#roundTripMs) / 8
    }
    this.#messages = this.#messages.filter(({ number }) => number > count)
    this.#flush()
  }

  /** Ends it; answers what the host has not taken, of which it has taken that many. */
  end(count: number): readonly string[] {
    clearTimeout(this.#timer)
    clearTimeout(this.#copyTimer)
    this.#copies = []
    this.#paused = true
    return this.#messages.filter(({ number }) => number > count).map(({ text }) => text)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    if (this.#paused || this.#messages.length === 0) return
    const nowMs = this.#now()
    const repeatMs = Math.min(maxRepeatMs, Math.max(minRepeatMs, (this.#roundTripMs ?? firstRoundTripMs) * 1.25 + 10))
    const outstanding = this.#messages.slice(0, maxOutstanding)
    const due = new Set(outstanding.filter(({ sentMs }) => sentMs === undefined || nowMs - sentMs >= repeatMs))
    const beside = new Set(outstanding.filter((each) => !due.has(each)).slice(0, maxBeside))
    let datagram: string[] = []
    let size = 0
    const transmit = (): void => {
      if (datagram.length > 0) this.#send(`[${datagram.join(',')}]`, nowMs)
      datagram = []
      size = 0
    }
    for (const each of due.size === 0 ? [] : outstanding) {
      if (!due.has(each) && !beside.has(each)) continue
      if (size + each.text.length > maxDatagram) transmit()
      if (due.has(each)) {
        each.again = each.sentMs !== undefined
        // Before the way was measured it is more likely to be long.
        if (each.again && this.#roundTripMs !== undefined) this.#lossMs = nowMs
        each.firstSentMs ??= nowMs
        each.sentMs = nowMs
      }
      datagram.push(`[${each.number},${each.text}]`)
      size += each.text.length
    }
    transmit()
    this.#timer = setTimeout(() => this.#flush(), repeatMs)
  }

  #send(datagram: string, nowMs: number): void {
    this.#transmit(datagram)
    if (nowMs - this.#lossMs >= lossyMs) return
    this.#copies.push(datagram)
    this.#copyTimer ??= setTimeout(() => {
      this.#copyTimer = undefined
      for (const copy of this.#copies.splice(0)) this.#transmit(copy)
    }, copyAfterMs)
  }
}
