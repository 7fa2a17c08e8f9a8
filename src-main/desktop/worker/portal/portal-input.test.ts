import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { MessageBus } from '../../../platform/message-bus/message-bus.ts'
import { PortalInput } from './portal-input.ts'
import type { SharedScreen } from './portal-session.ts'

const screen: SharedScreen = { fd: 3, node: 42, size: { width: 640, height: 360 }, types: true, points: true, session: '/session' }
const shift = 0xffe1

let calls: (readonly unknown[])[]
/** Answers the oldest call that waits. */
let answers: (() => void)[]
let input: PortalInput

/** Answers all calls, one after the other. */
async function settle(): Promise<void> {
  for (let next = answers.shift(); next !== undefined; next = answers.shift()) {
    next()
    await turn()
  }
}

beforeEach(() => {
  calls = []
  answers = []
  const bus = {
    call(_to: unknown, member: string, _signature: string, [, , ...values]: readonly unknown[]) {
      calls.push([member, ...values])
      return new Promise<readonly unknown[]>((resolve) => answers.push(() => resolve([])))
    },
  }
  input = new PortalInput(bus as unknown as MessageBus, () => ({ width: 1280, height: 720 }))
})

describe('input by a portal', () => {
  it('is dropped before the person has allowed it', async () => {
    expect(input.press(0x61)).toBe(0)
    input.move(1, 1)
    input.button(1, true)
    await settle()
    expect(calls).toEqual([])
  })

  it('comes in order, each call after the answer to the one before, and brings a keyboard along first', async () => {
    input.begin(screen)
    input.release(input.press(0x61))
    expect(calls).toEqual([['NotifyKeyboardKeysym', shift, 1]])
    await settle()
    expect(calls.map(([, ...values]) => values)).toEqual([
      [shift, 1],
      [shift, 0],
      [0x61, 1],
      [0x61, 0],
    ])
  })

  it('points in the unit of the desktop, and leaves out where the pointer was on its way', async () => {
    input.begin({ ...screen, types: false })
    for (const x of [0, 500, 700, 1279]) input.move(x, 719)
    input.button(3, true)
    await settle()
    expect(calls).toEqual([
      ['NotifyPointerMotionAbsolute', 42, 0, 359],
      ['NotifyPointerMotionAbsolute', 42, 639, 359],
      ['NotifyPointerButton', 0x111, 1],
    ])
  })

  it('turns the wheel both ways, once for each step', async () => {
    input.begin({ ...screen, types: false })
    for (const button of [4, 5, 6, 7]) for (const down of [true, false]) input.button(button, down)
    await settle()
    expect(calls).toEqual([
      ['NotifyPointerAxisDiscrete', 0, -1],
      ['NotifyPointerAxisDiscrete', 0, 1],
      ['NotifyPointerAxisDiscrete', 1, -1],
      ['NotifyPointerAxisDiscrete', 1, 1],
    ])
  })

  it('does what the person allowed, and nothing else', async () => {
    input.begin({ ...screen, points: false })
    input.move(1, 1)
    input.button(1, true)
    input.shift(1, 1)
    expect(input.press(0x61)).toBe(0x61)
    await settle()
    expect(calls.map(([member]) => member)).toEqual(Array(3).fill('NotifyKeyboardKeysym'))
  })

  it('takes as much of a text as the desktop keeps up with', async () => {
    input.begin(screen)
    const text = Array<number>(250).fill(0x61)
    const first = input.prepare(text)
    expect(first).toBeGreaterThan(0)
    for (const keysym of text.slice(0, first)) input.release(input.press(keysym))
    expect(input.prepare(text)).toBe(0)
    await settle()
    expect(input.prepare(text)).toBe(first)
  })

  it('presses nothing more where the desktop does not keep up, and releases what it pressed', async () => {
    input.begin(screen)
    for (let time = 0; time < 1000; time++) {
      input.button(1, true)
      input.button(1, false)
    }
    await settle()
    expect(calls.length).toBeLessThan(600)
    expect(calls.at(-1)).toEqual(['NotifyPointerButton', 0x110, 0])
  })

  it('releases what is down', async () => {
    input.begin(screen)
    input.press(0x61)
    input.button(1, true)
    input.releaseAll()
    await settle()
    expect(calls.slice(-2)).toEqual([
      ['NotifyKeyboardKeysym', 0x61, 0],
      ['NotifyPointerButton', 0x110, 0],
    ])
  })
})
