import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InputOrder } from '../src-main/desktop/sessions/transport/input-datagrams.ts'
import { numbersFrom } from '../src-main/formats/testing/random.ts'
import { OrderedSender } from '../src-main/media/realtime/links/worker/ordered-sender.ts'
import { DisplayReceiver } from '../src-renderer/desktops/transport/display-receiver.ts'
import { InputSender } from '../src-renderer/desktops/transport/input-sender.ts'

/** Both ends of a data channel over a line that loses datagrams, in simulated time: what a display that changes steadily looks like. */

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Line {
  readonly loss: number
  readonly delayMs: number
  /** Of each change. */
  readonly bytes: number
  readonly everyMs: number
  readonly seconds: number
  /** Updates that may be on their way. */
  readonly updates?: number
}

interface Carried {
  /** ms between what was drawn, the longest first. */
  readonly gaps: readonly number[]
  /** Bytes that were sent for each byte of the changes. */
  readonly cost: number
  /** Datagrams of each end, and how many of them were sent before. */
  readonly host: Repeats
  readonly page: Repeats
}

class Repeats {
  readonly #seen = new Set<string>()
  sent = 0
  again = 0

  count(datagram: string): void {
    this.sent++
    if (this.#seen.has(datagram)) this.again++
    this.#seen.add(datagram)
  }
}

/** Carries a display that changes steadily, and what the page answers. */
function carried({ loss, delayMs, bytes, everyMs, seconds, updates = 2 }: Line): Carried {
  const chance = numbersFrom(5)
  const carry = (arrive: () => void): void => {
    if (chance() >= loss) setTimeout(arrive, delayMs)
  }
  let drawn = 0
  let sent = 0
  let sentBytes = 0
  let unseen = false
  let at = 0
  const host = new Repeats()
  const page = new Repeats()
  const gaps: number[] = []
  const show = (): void => {
    // As the viewer of the host: few updates are on their way, and the newest state follows.
    if (!unseen || sent - drawn >= updates) return
    unseen = false
    const message = new Uint8Array(bytes)
    new DataView(message.buffer).setUint32(0, ++sent, true)
    sender.send(message)
  }
  const sender: OrderedSender = new OrderedSender({
    transmit(datagram) {
      sentBytes += datagram.length
      host.count(String(new DataView(datagram.buffer).getUint32(4, true)))
      carry(() => {
        if (receiver.take(datagram.slice().buffer)) carryAck()
        else ackTimer ??= setTimeout(carryAck, 8)
      })
      return true
    },
    buffered: () => 0,
    onArrived: () => undefined,
    onSilent: () => undefined,
    now: () => performance.now(),
  })
  let ackTimer: ReturnType<typeof setTimeout> | undefined
  const carryAck = (): void => {
    clearTimeout(ackTimer)
    ackTimer = undefined
    const ack = receiver.acknowledgement()
    carry(() => sender.acknowledge(ack))
  }
  const order = new InputOrder()
  const input = new InputSender(
    (datagram) => {
      // The newest of its messages: those before it come along.
      page.count(String((JSON.parse(datagram) as [number, unknown][]).at(-1)![0]))
      carry(() => {
        order.take(JSON.parse(datagram), (message) => {
          drawn = Math.max(drawn, message as number)
          show()
        })
        const { taken } = order
        carry(() => input.taken(taken))
      })
    },
    () => performance.now(),
  )
  input.resume()
  const receiver = new DisplayReceiver((message) => {
    const nowMs = performance.now()
    if (at > 0) gaps.push(nowMs - at)
    at = nowMs
    const number = new DataView(message).getUint32(0, true)
    // Drawn with the next frame of the page.
    setTimeout(() => input.push(String(number)), 8)
  })
  const changes = setInterval(() => {
    unseen = true
    show()
  }, everyMs)
  vi.advanceTimersByTime(seconds * 1000)
  clearInterval(changes)
  sender.stop()
  input.end(0)
  return { gaps: gaps.toSorted((one, other) => other - one), cost: sentBytes / (sent * bytes), host, page }
}

describe('a display over a data channel that loses datagrams', () => {
  for (const [name, bytes, everyMs, seconds] of [
    ['typing', 600, 120, 60],
    ['a counter', 900, 40, 20],
    ['scrolling', 12_000, 33, 15],
    ['a film', 40_000, 33, 10],
  ] as const) {
    it(`of ${name} does not freeze for 200 ms at 2 % loss and 30 ms each way`, () => {
      const { gaps, cost } = carried({ loss: 0.02, delayMs: 30, bytes, everyMs, seconds })
      expect(gaps[0]).toBeLessThan(200)
      expect(cost).toBeLessThan(2.2)
    })
  }

  for (const [name, bytes, everyMs] of [
    ['typing', 600, 120],
    ['scrolling', 12_000, 33],
    ['a film', 40_000, 33],
  ] as const) {
    const line = { bytes, everyMs, seconds: 20, delayMs: 300, updates: 8 }

    it(`sends next to nothing of ${name} twice over a way of 600 ms without loss`, () => {
      const { host, page, gaps } = carried({ ...line, loss: 0 })
      expect(gaps.length).toBeGreaterThan(everyMs === 120 ? 150 : 200)
      // Until the way was measured.
      expect(host.again).toBeLessThan(20)
      expect(page.again).toBeLessThan(20)
    })

    it(`goes on with ${name} over a way of 600 ms with 2 % loss`, () => {
      const { gaps, host } = carried({ ...line, loss: 0.02 })
      expect(gaps[0]).toBeLessThan(2500)
      expect(gaps.length).toBeGreaterThan(100)
      expect(host.again).toBeLessThan(host.sent / 2)
    })
  }
})
