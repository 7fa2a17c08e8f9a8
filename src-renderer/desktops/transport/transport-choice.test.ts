import { expect, it } from 'vitest'
import { prefersWebrtc } from './transport-choice.ts'

const times = (ms: number, slow = ms) => Array.from({ length: 12 }, (_, at) => (at % 6 === 5 ? slow : ms))

it('prefers WebRTC where the WebSocket repeats late, and not where it is quick, or datagrams are lost or slow', () => {
  expect(prefersWebrtc(times(62), times(60, 300))).toBe(true)
  expect(prefersWebrtc(times(62), times(60))).toBe(true)
  expect(prefersWebrtc(times(1), times(1))).toBe(false)
  expect(prefersWebrtc(times(200), times(60))).toBe(false)
  expect(prefersWebrtc([62, ...Array.from({ length: 11 }, () => undefined)], times(60))).toBe(false)
  expect(prefersWebrtc([], times(60))).toBe(false)
})
