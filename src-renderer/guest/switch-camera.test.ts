import { expect, it } from 'vitest'
import { otherCamera } from './switch-camera.ts'

const cameras = ['one', 'two', 'three'].map((deviceId) => ({ deviceId }))

it('asks a phone for the camera of its other side, however many lenses it lists', () => {
  expect(otherCamera({ deviceId: 'one', facingMode: 'user' }, cameras)).toEqual({ facingMode: { exact: 'environment' } })
  expect(otherCamera({ deviceId: 'three', facingMode: 'environment' }, cameras)).toEqual({ facingMode: { exact: 'user' } })
})

it('takes the next camera of a computer, the first after the last, and none where there is no other', () => {
  expect(otherCamera({ deviceId: 'one' }, cameras)).toEqual({ deviceId: { exact: 'two' } })
  expect(otherCamera({ deviceId: 'three' }, cameras)).toEqual({ deviceId: { exact: 'one' } })
  expect(otherCamera({ deviceId: 'gone' }, cameras)).toEqual({ deviceId: { exact: 'one' } })
  expect(otherCamera({ deviceId: 'one' }, cameras.slice(0, 1))).toBeUndefined()
  expect(otherCamera({ deviceId: 'one' }, [])).toBeUndefined()
})
