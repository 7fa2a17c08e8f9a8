import { expect, it } from 'vitest'
import { Strangers } from './strangers.ts'

it('closes the stranger that has waited longest for the 65th, and none that is known by now', () => {
  const strangers = new Strangers(64)
  const closed: number[] = []
  const leave = Array.from({ length: 64 }, (_, number) => strangers.add(() => closed.push(number)))
  leave[0]?.()
  strangers.add(() => closed.push(64))
  expect(closed).toEqual([])
  strangers.add(() => closed.push(65))
  strangers.add(() => closed.push(66))
  expect(closed).toEqual([1, 2])
})
