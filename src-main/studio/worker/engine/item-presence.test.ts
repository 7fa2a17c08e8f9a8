import { describe, expect, it } from 'vitest'
import type { Scene } from '../../document/collection.ts'
import { ItemPresence } from './item-presence.ts'

const fade = { kind: 'fade', durationMs: 400 } as const
const slide = { kind: 'slide', durationMs: 400, direction: 'right' } as const
const item = (visible: boolean, more: object = { showTransition: fade, hideTransition: fade }) => ({
  id: 'i',
  source: 's',
  visible,
  ...more,
})
const scenes = (...items: readonly object[]) => new Map([['a', { id: 'a', items } as unknown as Scene]])
const layout = (visible: boolean) => item(visible) as never

/** Frames of 100 ms. */
const shares = (presence: ItemPresence, visible: boolean, from: number, count: number): (number | undefined)[] =>
  Array.from({ length: count }, (_, index) => {
    presence.advance(from + index, 100)
    return presence.of(layout(visible))?.opacity
  })

describe('items that are shown and hidden', () => {
  it('fade in and out over their time, and are as they are then', () => {
    const presence = new ItemPresence()
    presence.setScenes(scenes(item(false)), scenes(item(true)))
    expect(presence.of(layout(true))?.opacity).toBe(0)
    expect(shares(presence, true, 10, 5)).toEqual([0.25, 0.5, 0.75, 1, 1])
    expect(presence.isIdle).toBe(true)
    presence.setScenes(scenes(item(true)), scenes(item(false)))
    expect(shares(presence, false, 20, 5)).toEqual([0.75, 0.5, 0.25, undefined, undefined])
  })

  it('turn round from where they are', () => {
    const presence = new ItemPresence()
    presence.setScenes(scenes(item(false)), scenes(item(true)))
    expect(shares(presence, true, 0, 2)).toEqual([0.25, 0.5])
    presence.setScenes(scenes(item(true)), scenes(item(false)))
    expect(shares(presence, false, 2, 3)).toEqual([0.25, undefined, undefined])
  })

  it('slide in from a side', () => {
    const presence = new ItemPresence()
    const sliding = { showTransition: slide }
    presence.setScenes(scenes(item(false, sliding)), scenes(item(true, sliding)))
    expect(presence.of(layout(true))).toEqual({ opacity: 1, x: 1, y: 0 })
    presence.advance(0, 200)
    const { x, opacity } = presence.of(layout(true))!
    expect([x > 0 && x < 1, opacity]).toEqual([true, 1])
    expect(presence.advance(1, 200)).toEqual({ scenes: new Set(['a']), ended: true })
    expect(presence.of(layout(true))).toEqual({ opacity: 1, x: 0, y: 0 })
  })

  it('are there at once without a transition, in a scene that is new, and where they are new in it', () => {
    const presence = new ItemPresence()
    presence.setScenes(scenes(item(false, {})), scenes(item(true, {})))
    presence.setScenes(new Map(), scenes(item(true)))
    presence.setScenes(scenes(), scenes(item(true)))
    presence.setScenes(
      scenes(item(true, { hideTransition: { ...fade, durationMs: 0 } })),
      scenes(item(false, { hideTransition: { ...fade, durationMs: 0 } })),
    )
    expect(presence.isIdle).toBe(true)
  })

  it('are gone with their scene', () => {
    const presence = new ItemPresence()
    presence.setScenes(scenes(item(false)), scenes(item(true)))
    presence.setScenes(scenes(item(true)), new Map())
    expect(presence.isIdle).toBe(true)
  })
})
