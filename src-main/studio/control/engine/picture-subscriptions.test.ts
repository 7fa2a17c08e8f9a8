import { expect, it } from 'vitest'
import { PictureSubscriptions } from './picture-subscriptions.ts'

it('shows a canvas once for all who take it, and tells whoever comes later what the others know', async () => {
  const told: string[] = []
  let changes = 0
  const subscriptions = new PictureSubscriptions(() => changes++)
  const listener = (name: string) => ({
    onPictures: ({ address }: { readonly address: string }) => told.push(`${name} at ${address}`),
    onGap: () => told.push(`${name} gap`),
    onFault: (problem: string) => told.push(`${name} ${problem}`),
  })
  const first = subscriptions.add('main', listener('first'))
  first.setTaken(true)
  expect(subscriptions.wanted).toEqual([{ canvas: 'main', taken: true }])
  subscriptions.onPictures('main', { address: 'a', width: 2, height: 2, frameRate: { numerator: 30, denominator: 1 } })
  const second = subscriptions.add('main', listener('second'))
  await Promise.resolve()
  expect(told).toEqual(['first at a', 'second at a'])
  first.setTaken(false)
  expect(subscriptions.wanted).toEqual([{ canvas: 'main', taken: false }])
  second.setTaken(true)
  first.close()
  subscriptions.onGap()
  subscriptions.onPictures('main', null)
  expect(told.slice(2)).toEqual(['second gap', 'second There is no canvas main'])
  second.close()
  second.setTaken(true)
  expect(subscriptions.wanted).toEqual([])
  expect(changes).toBe(6)
})
