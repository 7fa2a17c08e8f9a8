/** Bytes of a datagram behind its head: with the heads of SCTP, DTLS, UDP and IP it stays below what networks pass whole. */
const payloadBytes = 1100
/** First byte of a datagram, and what is before its payload: `u8 1, u8 flags, u16 0, u32 number`, little-endian. */
const datagramKind = 1
const headBytes = 8
/** The datagram is the last one of its message. */
const lastFlag = 1
/** First byte of an acknowledgement: `u8 1, u8 0, u16 0, u32 next`, then a bit for each datagram after `next`, the lowest first. */
const ackKind = 1
const maxAckBytes = 8 + 64
/** Datagrams that may be on their way: what one acknowledgement can name. */
const maxOutstanding = 512
/** Bytes that may wait in the channel: what waits there cannot be overtaken by a datagram that is sent again. */
const maxBuffered = 64 * 1024
/** Datagrams that are sent again when nothing was acknowledged in time. */
const maxTimedOut = 4
const minTimeoutMs = 30
/** On ways that are not longer; else so many round trips. */
const maxTimeoutMs = 250
const maxTimeoutTrips = 1.5
/** The peer is gone when nothing was acknowledged for so long after a timeout. */
const silentMs = 15_000
/** The way is measured once more when only datagrams that were sent again were acknowledged for so long. */
const unsureMs = 5000
/** A datagram is lost when one is acknowledged that was sent so many later. */
const lostBehind = 3
/** After a loss more of them are expected for so long, ms. */
const lossyMs = 10_000
/** Then the last datagrams of each message, which nothing behind them shows to be lost, are sent twice; so is what is sent again. */
const copied = 3
/** The second time, ms later: what takes one of them takes the other one less often. */
const copyAfterMs = 4

export interface OrderedSenderOptions {
  /** False where the datagram cannot be taken now. */
  readonly transmit: (datagram: Uint8Array) => boolean
  /** Bytes that wait in the channel. */
  readonly buffered: () => number
  /** A message has arrived with all before it; bytes as it was given. */
  readonly onArrived: (bytes: number) => void
  /** Nothing was acknowledged for so long that the peer must be gone. */
  readonly onSilent: () => void
  /** Monotonic ms. */
  readonly now: () => number
}

interface Outstanding {
  readonly datagram: Uint8Array
  /** Bytes of the message that ends with it; 0 for the others. */
  readonly ends: number
  readonly firstSentMs: number
  sentMs: number
  again: boolean
  acked: boolean
}

/**
 * Sends messages over a channel that loses datagrams, so that they arrive whole and in order: one that was lost is sent again one round trip
 * later. SCTP waits for several acknowledgements or 200 ms and more, which a person who types sees.
 */
export class OrderedSender {
  readonly #options: OrderedSenderOptions
  /** Messages that wait to be cut into datagrams, and how far the first one is. */
  readonly #queue: Uint8Array[] = []
  #cutAt = 0
  #queuedBytes = 0
  /** By number, the lowest first. */
  readonly #outstanding = new Map<number, Outstanding>()
  #next = 0
  #roundTripMs = 100
  #varianceMs = 50
  #measured = false
  /** The longest way of those that were sent again, while it is not measured: what was acknowledged may be the first of them. */
  #longestMs = 0
  /** Since when only such ones were acknowledged. */
  #unsureSinceMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #timeouts = 0
  /** When the last one was, if nothing was acknowledged since. */
  #timedOutMs = Number.NEGATIVE_INFINITY
  /** Since when nothing was acknowledged, from the first timeout on. */
  #silentSinceMs: number | undefined
  /** When a datagram was lost last. */
  #lossMs = Number.NEGATIVE_INFINITY
  /** Those that are sent a second time. */
  #copies: Outstanding[] = []
  #copyTimer: NodeJS.Timeout | undefined

  constructor(options: OrderedSenderOptions) {
    this.#options = options
  }

  /** Bytes that no datagram has been made of yet. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Takes a message, which stays as it is. */
  send(message: Uint8Array): void {
    this.#queue.push(message)
    this.#queuedBytes += message.length
    this.pump()
  }

  /** Sends what can be sent now: called when the channel can take more, too. */
  pump(): void {
    while (this.#outstanding.size < maxOutstanding && !this.#full) {
      const message = this.#queue[0]
      if (message === undefined) break
      const payload = message.subarray(this.#cutAt, this.#cutAt + payloadBytes)
      const isLast = this.#cutAt + payload.length >= message.length
      const number = this.#next
      const nowMs = this.#options.now()
      const outstanding: Outstanding = {
        datagram: datagramOf(number, isLast, payload),
        ends: isLast ? message.length : 0,
        firstSentMs: nowMs,
        sentMs: nowMs,
        again: false,
        acked: false,
      }
      if (!this.#options.transmit(outstanding.datagram)) break
      this.#next = (number + 1) >>> 0
      this.#outstanding.set(number, outstanding)
      if (message.length - this.#cutAt <= copied * payloadBytes && nowMs - this.#lossMs < lossyMs) this.#copy(outstanding)
      this.#queuedBytes -= payload.length
      this.#cutAt += payload.length
      if (!isLast) continue
      this.#cutAt = 0
      this.#queue.shift()
    }
    this.#arm()
  }

  /** Takes what the peer acknowledges; false where it is malformed. */
  acknowledge(ack: Uint8Array): boolean {
    if (ack.length < 8 || ack.length > maxAckBytes || ack[0] !== ackKind) return false
    const next = new DataView(ack.buffer, ack.byteOffset).getUint32(4, true)
    let newestMs = Number.NEGATIVE_INFINITY
    /** How far the newest of them is that was not sent again, counted from `next`. */
    let furthest = Number.NEGATIVE_INFINITY
    let arrived = 0
    const take = (each: Outstanding, ahead: number): void => {
      if (each.acked) return
      each.acked = true
      this.#silentSinceMs = undefined
      this.#timedOutMs = Number.NEGATIVE_INFINITY
      // One that was sent again says nothing of what was sent before it: it may have arrived before that.
      if (each.again) {
        this.#doubt(each)
        return
      }
      newestMs = Math.max(newestMs, each.sentMs)
      furthest = Math.max(furthest, ahead)
    }
    for (const [number, each] of this.#outstanding) {
      const ahead = (next - number) >>> 0
      // Numbers wrap: what is less than half of them below `next` has arrived.
      if (ahead > 0 && ahead < 0x80000000) {
        take(each, -ahead)
        arrived += each.ends
        this.#outstanding.delete(number)
        continue
      }
      const bit = ((number - next) >>> 0) - 1
      const byte = ack[8 + (bit >>> 3)]
      if (bit >= 0 && byte !== undefined && (byte >>> (bit & 7)) & 1) take(each, bit + 1)
    }
    if (newestMs > Number.NEGATIVE_INFINITY) {
      this.#timeouts = 0
      this.#longestMs = 0
      this.#unsureSinceMs = undefined
      this.#measure(this.#options.now() - newestMs)
      const lostBeforeMs = newestMs - Math.max(2, this.#roundTripMs / 8)
      for (const [number, each] of this.#outstanding) {
        const isBehind = !each.again && furthest - ((number - next) >>> 0) >= lostBehind
        if (!each.acked && (isBehind || each.sentMs < lostBeforeMs)) this.#again(each)
      }
    }
    if (arrived > 0) this.#options.onArrived(arrived)
    this.pump()
    return true
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#copyTimer)
    this.#copies = []
    this.#queue.length = 0
    this.#outstanding.clear()
  }

  /** The channel can take no more now. */
  get #full(): boolean {
    return this.#options.buffered() >= maxBuffered
  }

  /** Where the channel is full it waits for the next acknowledgement or timeout. */
  #again(each: Outstanding): void {
    if (this.#full) return
    each.sentMs = this.#options.now()
    each.again = true
    // Before the way was measured it is more likely to be long.
    if (this.#measured) this.#lossMs = each.sentMs
    this.#options.transmit(each.datagram)
    if (this.#measured) this.#copy(each)
  }

  /** Has a datagram sent once more, unless it is acknowledged before. */
  #copy(each: Outstanding): void {
    this.#copies.push(each)
    this.#copyTimer ??= setTimeout(() => {
      this.#copyTimer = undefined
      for (const copy of this.#copies.splice(0)) if (!copy.acked && !this.#full) this.#options.transmit(copy.datagram)
    }, copyAfterMs)
  }

  /** One that was sent again was acknowledged. Until the way is measured timeouts stay long, so that one is not sent again and measures it. */
  #doubt({ firstSentMs }: Outstanding): void {
    const nowMs = this.#options.now()
    this.#unsureSinceMs ??= nowMs
    if (nowMs - this.#unsureSinceMs > unsureMs) this.#measured = false
    if (this.#measured) this.#timeouts = 0
    else this.#longestMs = Math.max(this.#longestMs, nowMs - firstSentMs)
  }

  /** Smoothed as in RFC 6298. */
  #measure(ms: number): void {
    if (!this.#measured) {
      this.#measured = true
      this.#roundTripMs = ms
      this.#varianceMs = ms / 2
      return
    }
    this.#varianceMs += (Math.abs(ms - this.#roundTripMs) - this.#varianceMs) / 8
    this.#roundTripMs += (ms - this.#roundTripMs) / 8
  }

  #arm(): void {
    clearTimeout(this.#timer)
    let oldestMs = Number.POSITIVE_INFINITY
    for (const { acked, sentMs } of this.#outstanding.values()) if (!acked) oldestMs = Math.min(oldestMs, sentMs)
    if (oldestMs === Number.POSITIVE_INFINITY) return
    const usualMs = Math.max(minTimeoutMs, this.#roundTripMs + 2 * this.#varianceMs + 10) * 1.5 ** this.#timeouts
    const mostMs = Math.max(maxTimeoutMs, maxTimeoutTrips * Math.max(this.#roundTripMs, this.#longestMs))
    const timeoutMs = Math.min(mostMs, usualMs)
    const dueMs = Math.max(oldestMs, this.#timedOutMs) + timeoutMs
    this.#timer = setTimeout(() => this.#timeOut(timeoutMs), Math.max(1, dueMs - this.#options.now()))
  }

  #timeOut(timeoutMs: number): void {
    this.#timeouts = Math.min(this.#timeouts + 1, 8)
    const nowMs = this.#options.now()
    this.#timedOutMs = nowMs
    this.#silentSinceMs ??= nowMs
    if (nowMs - this.#silentSinceMs >= silentMs) {
      this.#options.onSilent()
      return
    }
    const beforeMs = nowMs - timeoutMs + 1
    let left = maxTimedOut
    for (const each of this.#outstanding.values()) {
      if (each.acked || each.sentMs > beforeMs) continue
      this.#again(each)
      if (--left === 0) break
    }
    this.pump()
  }
}

function datagramOf(number: number, isLast: boolean, payload: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(headBytes + payload.length)
  datagram[0] = datagramKind
  datagram[1] = isLast ? lastFlag : 0
  new DataView(datagram.buffer).setUint32(4, number, true)
  datagram.set(payload, headBytes)
  return datagram
}
