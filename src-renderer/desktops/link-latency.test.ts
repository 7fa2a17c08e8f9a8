import { describe, expect, it } from 'vitest'
import { LinkLatency } from './link-latency.ts'

/** An update that the host noticed at that time of the page's clock, with 10 ms of network each way. */
const noticedAt = (at: number, answers = false) => ({
  captureMs: 1,
  encodeMs: 2,
  answers,
  receivedMs: at + 1 + 2 + 10,
  decodedMs: at + 16,
  shownMs: at + 20,
})

describe('the latency of a display', () => {
  it('is not known before an update was drawn and the host has answered', () => {
    const latency = new LinkLatency()
    latency.drawn(noticedAt(100))
    expect(latency.split()).toBeUndefined()
    latency.answered(20)
    expect(latency.split()).toEqual({ capture: 1, encode: 2, network: 10, decode: 3, draw: 4, press: null, pressP95: null })
  })

  it('is, from a key on, the first change that the host made after the key', () => {
    const latency = new LinkLatency()
    latency.answered(20)
    latency.pressed(1000)
    latency.drawn(noticedAt(1009))
    expect(latency.split()).toMatchObject({ press: null })
    latency.drawn(noticedAt(1011, true))
    expect(latency.split()).toMatchObject({ press: 31, pressP95: 31 })
    latency.drawn(noticedAt(1100, true))
    expect(latency.split()).toMatchObject({ press: 31 })
  })

  it('leaves out a key that nothing was drawn for', () => {
    const latency = new LinkLatency()
    latency.answered(20)
    latency.pressed(1000)
    latency.drawn(noticedAt(5000, true))
    expect(latency.split()).toMatchObject({ press: null })
    latency.pressed(6000)
    latency.pressed(6005)
    latency.drawn(noticedAt(6020, true))
    expect(latency.split()).toMatchObject({ press: 40 })
  })

  it('is that of the newest updates', () => {
    const latency = new LinkLatency()
    latency.answered(20)
    for (let count = 0; count < 60; count++) latency.drawn({ ...noticedAt(count * 100), captureMs: count < 20 ? 500 : 4 })
    expect(latency.split()).toMatchObject({ capture: 4 })
  })
})
