import { expect, test } from 'vitest'
import type { SocketClient } from '../../../platform/routes/sockets.ts'
import type { PreviewFrame } from './preview-feed.ts'
import { PreviewViewer } from './preview-viewer.ts'

function opened() {
  const sent: (string | Uint8Array)[] = []
  const state = { waitingBytes: 0, nowMs: 0, closed: 0, left: 0 }
  const client: SocketClient = {
    principal: { id: 'local', role: 'viewer' },
    get waitingBytes() {
      return state.waitingBytes
    },
    send: (data) => void sent.push(data),
    close: (code) => {
      state.closed = code
    },
    terminate() {},
  }
  const viewer = new PreviewViewer(
    client,
    () => {
      state.left++
    },
    () => state.nowMs,
  )
  const frame = (number: number, late = false): void => {
    state.nowMs += 33
    viewer.onFrame(frameOf(number), late)
  }
  const numbers = (): number[] => sent.flatMap((data) => (typeof data === 'string' ? [] : [Buffer.from(data).readUInt32BE(4)]))
  return { sent, state, viewer, frame, numbers, shows: (number: number) => viewer.onMessage(`{"type":"shown","frame":${number}}`) }
}

const frameOf = (number: number): PreviewFrame => ({
  number,
  timeMs: 1000 + number,
  key: number % 10 === 0,
  data: Uint8Array.of(1, 2, number & 255),
})

test('sends frames from a keyframe on, with number and time before the data', () => {
  const { sent, frame, numbers } = opened()
  for (const number of [8, 9, 10, 11]) frame(number)
  expect(numbers()).toEqual([10, 11])
  const first = Buffer.from(sent[0] as Uint8Array)
  expect([first[0], first.readUInt32BE(4), first.readDoubleBE(8)]).toEqual([1, 10, 1010])
  expect([...first.subarray(16)]).toEqual([1, 2, 10])
})

test('leaves frames out while the connection is full, and goes on at a keyframe', () => {
  const { state, frame, numbers, shows } = opened()
  frame(10)
  shows(10)
  state.waitingBytes = 2 * 1024 * 1024
  for (let number = 11; number < 35; number++) frame(number)
  state.waitingBytes = 0
  for (let number = 35; number < 42; number++) frame(number)
  expect(numbers()).toEqual([10, 40, 41])
})

test('sends no more than a second of frames to a page that shows none, whatever the connection takes', () => {
  const { state, frame, numbers, shows } = opened()
  for (let number = 0; number < 300; number++) frame(number)
  expect(numbers().length).toBeLessThanOrEqual(32)
  expect(state.closed).toBe(0)

  shows(299)
  for (let number = 305; number < 312; number++) frame(number)
  expect(numbers().slice(-2)).toEqual([310, 311])
})

test('goes on for a page that shows what it gets', () => {
  const { frame, numbers, shows } = opened()
  for (let number = 0; number < 300; number++) {
    frame(number)
    shows(number)
  }
  expect(numbers()).toHaveLength(300)
})

test('ends a connection on which nothing is shown for 20 s', () => {
  const { state, frame } = opened()
  for (let number = 0; number < 700; number++) frame(number)
  expect(state.closed).toBe(4408)
})

test.each(['', '{', 'null', '[]', '{"type":"shown"}', '{"type":"shown","frame":"1"}', '{"type":"time","at":null}', '7'])(
  'ends a connection that says %j',
  (text) => {
    const { state, viewer } = opened()
    viewer.onMessage(text)
    expect(state.closed).toBe(1008)
  },
)

test('answers the time of the host', () => {
  const { sent, viewer } = opened()
  viewer.onMessage('{"type":"time","at":12.5}')
  expect(JSON.parse(sent[0] as string)).toMatchObject({ type: 'time', at: 12.5, host: expect.any(Number) })
})

const config: Parameters<PreviewViewer['onConfig']>[0] = {
  track: {
    id: 'v0',
    kind: 'video',
    codec: 'h264',
    timescale: 90_000,
    codecString: 'avc1',
    config: new Uint8Array(1),
    width: 2,
    height: 2,
  },
  frameRate: { numerator: 30, denominator: 1 },
  shared: false,
}

test('does not wait for frames of a former encoding, which the page has dropped', () => {
  const { viewer, frame, numbers } = opened()
  for (let number = 0; number < 100; number++) frame(number)
  viewer.onConfig(config)
  frame(100)
  expect(numbers().at(-1)).toBe(100)
})

test('waits for a keyframe after another configuration, and says so once when the page leaves', () => {
  const { state, viewer, frame, numbers } = opened()
  frame(0)
  viewer.onConfig(config)
  frame(1)
  frame(10)
  expect(numbers()).toEqual([0, 10])
  viewer.onClose()
  expect(state.left).toBe(1)
})

test('answers nobody who asks for the time and does not read', () => {
  const { sent, state, viewer } = opened()
  const ask = () => viewer.onMessage('{"type":"time","at":1}')
  ask()
  state.waitingBytes = 2 * 1024 * 1024
  for (let times = 0; times < 200; times++) ask()
  expect(sent).toHaveLength(1)
  state.waitingBytes = 0
  ask()
  expect(sent).toHaveLength(2)
})
