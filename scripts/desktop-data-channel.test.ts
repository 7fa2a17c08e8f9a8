import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InputOrder, readInputDatagram } from '../src-main/desktop/sessions/transport/input-datagrams.ts'
import { integersFrom } from '../src-main/formats/testing/random.ts'
import { OrderedSender } from '../src-main/media/realtime/links/worker/ordered-sender.ts'
import { DisplayReceiver } from '../src-renderer/desktops/transport/display-receiver.ts'
import { InputSender } from '../src-renderer/desktops/transport/input-sender.ts'

/** The two ends of a desktop's data channel, the host's and the page's, against each other. */

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('brings messages whole and in order over a channel that loses and reorders', async () => {
  const random = integersFrom(14)
  const got: Buffer[] = []
  const receiver = new DisplayReceiver((message) => void got.push(Buffer.from(message)))
  const lost = (): boolean => random(100) < 20
  let arrived = 0
  const sender: OrderedSender = new OrderedSender({
    transmit(datagram) {
      if (lost()) return true
      setTimeout(() => {
        receiver.take(datagram.slice().buffer)
        const ack = receiver.acknowledgement()
        if (!lost()) setTimeout(() => sender.acknowledge(ack), 30)
      }, 30 + random(10))
      return true
    },
    buffered: () => 0,
    onArrived: (bytes) => {
      arrived += bytes
    },
    onSilent: () => undefined,
    now: () => performance.now(),
  })
  const sent = [1, 100, 1100, 1101, 50_000, 900_000, 3].map((bytes, index) => Buffer.alloc(bytes, index + 1))
  for (const message of sent) sender.send(message)
  await vi.advanceTimersByTimeAsync(60_000)
  sender.stop()
  expect(got.map((each) => each.length)).toEqual(sent.map((each) => each.length))
  expect(got.every((each, index) => each.equals(sent[index]!))).toBe(true)
  expect(arrived).toBe(sent.reduce((sum, each) => sum + each.length, 0))
  expect(sender.queuedBytes).toBe(0)
})

it('sends nothing again while the channel is full, and ends when nothing is acknowledged for 15 s', async () => {
  let transmitted = 0
  let buffered = 0
  let silent = 0
  const sender = new OrderedSender({
    transmit: () => ++transmitted > 0,
    buffered: () => buffered,
    onArrived: () => undefined,
    onSilent: () => void silent++,
    now: () => performance.now(),
  })
  const acknowledge = (next: number): void => void sender.acknowledge(Uint8Array.of(1, 0, 0, 0, next, 0, 0, 0))
  sender.send(Buffer.alloc(500))
  await vi.advanceTimersByTimeAsync(60)
  acknowledge(1)
  sender.send(Buffer.alloc(20_000))
  const once = transmitted
  expect(once).toBe(20)
  buffered = 64 * 1024
  await vi.advanceTimersByTimeAsync(1000)
  expect(transmitted).toBe(once)
  // All but the first one have arrived, and that one is lost.
  sender.acknowledge(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 3))
  await vi.advanceTimersByTimeAsync(5000)
  expect(transmitted).toBe(once)
  buffered = 0
  await vi.advanceTimersByTimeAsync(5000)
  expect(transmitted).toBeGreaterThan(once)
  expect(silent).toBe(0)
  await vi.advanceTimersByTimeAsync(6000)
  expect(silent).toBe(1)
  const until = transmitted
  await vi.advanceTimersByTimeAsync(60_000)
  expect([silent, transmitted]).toEqual([1, until])
  sender.stop()
})

it('rejects acknowledgements that are malformed, whatever they are, and never throws', () => {
  const random = integersFrom(3)
  const sender = new OrderedSender({ transmit: () => true, buffered: () => 0, onArrived: () => {}, onSilent: () => {}, now: () => 0 })
  sender.send(Buffer.alloc(5000))
  expect(sender.acknowledge(new Uint8Array(3))).toBe(false)
  expect(sender.acknowledge(new Uint8Array(200).fill(1))).toBe(false)
  expect(sender.acknowledge(new Uint8Array(20).fill(2))).toBe(false)
  for (let run = 0; run < 5000; run++) sender.acknowledge(Uint8Array.from({ length: random(100) }, () => random(256)))
  sender.stop()
})

it('takes each message once and in order, however datagrams come', () => {
  const order = new InputOrder()
  const taken: unknown[] = []
  const take = (...messages: [number, unknown][]) => order.take(messages, (message) => taken.push(message))
  expect(take([2, 'b'], [3, 'c'])).toBe(true)
  expect(taken).toEqual([])
  take([1, 'a'], [2, 'b'])
  take([2, 'again'])
  expect(taken).toEqual(['a', 'b', 'c'])
  expect(order.taken).toBe(3)
  expect(take([5000, 'far ahead'])).toBe(false)
})

it('hands over exactly what was not taken when the channel ends', () => {
  const order = new InputOrder()
  const taken: unknown[] = []
  const random = integersFrom(5)
  let nowMs = 0
  const sender = new InputSender(
    (datagram) => {
      const read = readInputDatagram(datagram)
      if (random(3) === 0 || read?.kind !== 'messages') return
      order.take(read.messages, (message) => taken.push(message))
    },
    () => nowMs,
  )
  sender.resume()
  for (let message = 0; message < 300; message++) {
    nowMs += 100
    sender.push(JSON.stringify(message))
    if (random(2) === 0) sender.taken(order.taken)
  }
  for (const text of sender.end(order.taken)) taken.push(JSON.parse(text))
  expect(taken).toEqual(Array.from({ length: 300 }, (_, at) => at))
})

it('sends what is typed once on a way of 600 ms, and goes on where some of it is lost', async () => {
  const typedOver = async (loss: number): Promise<{ readonly datagrams: number; readonly taken: number }> => {
    const random = integersFrom(9)
    const order = new InputOrder()
    const carry = (arrive: () => void): void => {
      if (random(100) >= loss) setTimeout(arrive, 300)
    }
    let datagrams = 0
    const sender = new InputSender(
      (datagram) => {
        datagrams++
        carry(() => {
          order.take(JSON.parse(datagram), () => undefined)
          const { taken } = order
          carry(() => sender.taken(taken))
        })
      },
      () => performance.now(),
    )
    sender.resume()
    for (let message = 0; message < 100; message++) {
      sender.push(String(message))
      await vi.advanceTimersByTimeAsync(700)
    }
    await vi.advanceTimersByTimeAsync(5000)
    sender.end(order.taken)
    return { datagrams, taken: order.taken }
  }
  const whole = await typedOver(0)
  expect(whole.taken).toBe(100)
  // Until the way was measured.
  expect(whole.datagrams).toBeLessThan(106)
  const lossy = await typedOver(10)
  expect(lossy.taken).toBe(100)
  expect(lossy.datagrams).toBeLessThan(320)
})

it('reads no datagram of what is not one, and never throws', () => {
  for (const text of [
    '',
    'null',
    '1',
    '{}',
    '[1]',
    '[[1]]',
    '[[0,1]]',
    '[["1",2]]',
    '[[1.5,2]]',
    '{"probe":"1"}',
    '{"probe":null}',
    '[[1,2',
  ])
    expect(readInputDatagram(text), text).toBeUndefined()
  expect(readInputDatagram('{"probe":1.5}')).toEqual({ kind: 'probe', at: 1.5 })
})
