import { expect, it } from 'vitest'
import { touchEvent, versionEvent } from './touch-events.ts'

it('says its version first', () => {
  expect(versionEvent().toString('hex')).toBe('0c0000000000000001000000')
})

it('has a finger at its pixel of the display, and one beyond it at its edge', () => {
  const bytes = touchEvent(7, 'move', { x: 400, y: 9000 }, { width: 1600, height: 600 })
  expect([bytes.length, ...[0, 4, 8, 12, 16, 20].map((at) => bytes.readUInt32LE(at))]).toEqual([1056, 1056, 6, 7, 19, 0, 3])
  const pixel = (at: number, pixels: number) => Math.floor((bytes.readDoubleLE(at) * pixels) / 65_536)
  expect([pixel(32, 1600), pixel(40, 600)]).toEqual([400, 599])
})
