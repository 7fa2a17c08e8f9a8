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
}

/** ms between what was drawn, the longest first, and how many bytes were sent for each byte of the changes. */
function longestGaps({ loss, delayMs, bytes, everyMs, seconds }: Line): { readonly gaps: readonly number[]; readonly cost: number } {
  const chance = numbersFrom(5)
  const carry = (arrive: () => void): void => {
    if (chance() >= loss) setTimeout(arrive, delayMs)
  }
  let drawn = 0
  let sent = 0
  let sentBytes = 0
  let unseen = false
  let at = 0
  const gaps: number[] = []
  const show = (): void => {
    // As the viewer of the host: two updates are on their way at most, and the newest state follows.
    if (!unseen || sent - drawn >= 2) return
    unseen = false
    const message = new Uint8Array(bytes)
    new DataView(message.buffer).setUint32(0, ++sent, true)
    sender.send(message)
  }
  const sender: OrderedSender = new OrderedSender({
    transmit(datagram) {
      sentBytes += datagram.length
      carry(() => {
        if (receiver.take(datagram.slice().buffer)) carryAck()
        else ackTimer ??= setTimeout(carryAck, 8)
      })
      return true
    },
    buffered: () => 0,
    onArrived: () => undefined,
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
    (datagram) =>
      carry(() => {
        order.take(JSON.parse(datagram), (message) => {
          drawn = Math.max(drawn, message as number)
          show()
        })
        const { taken } = order
        carry(() => input.taken(taken))
      }),
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
  return { gaps: gaps.toSorted((one, other) => other - one), cost: sentBytes / (sent * bytes) }
}

describe('a display over a data channel that loses datagrams', () => {
  for (const [name, bytes, everyMs, seconds] of [
    ['typing', 600, 120, 120],
    ['a counter', 900, 40, 60],
    ['scrolling', 12_000, 33, 15],
    ['a film', 40_000, 33, 10],
  ] as const) {
    it(`of ${name} does not freeze for 200 ms at 2 % loss and 30 ms each way`, () => {
      const { gaps, cost } = longestGaps({ loss: 0.02, delayMs: 30, bytes, everyMs, seconds })
      expect(gaps[0]).toBeLessThan(200)
      expect(cost).toBeLessThan(2.2)
    })
  }
})
