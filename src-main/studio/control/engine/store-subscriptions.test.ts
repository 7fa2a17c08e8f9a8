import { expect, it } from 'vitest'
import { StoreSubscriptions } from './store-subscriptions.ts'
import type { CanvasFrames } from './studio-engine.ts'

it('shows a canvas once for all who take it, and tells whoever comes later what the others know', async () => {
  const reported: string[] = []
  let changes = 0
  const subscriptions = new StoreSubscriptions<CanvasFrames>(
    () => changes++,
    (canvas) => `There is no canvas ${canvas}`,
  )
  const listener = (name: string) => ({
    onStores: ({ address }: { readonly address: string }) => reported.push(`${name} at ${address}`),
    onGap: () => reported.push(`${name} gap`),
    onFault: (problem: string) => reported.push(`${name} ${problem}`),
  })
  const first = subscriptions.add('main', listener('first'))
  first.setTaken(true)
  expect(subscriptions.wanted).toEqual([{ of: 'main', taken: true }])
  subscriptions.onStores('main', { address: 'a', width: 2, height: 2, frameRate: { numerator: 30, denominator: 1 } })
  const second = subscriptions.add('main', listener('second'))
  await Promise.resolve()
  expect(reported).toEqual(['first at a', 'second at a'])
  first.setTaken(false)
  expect(subscriptions.wanted).toEqual([{ of: 'main', taken: false }])
  second.setTaken(true)
  first.close()
  subscriptions.onGap()
  subscriptions.onStores('main', null)
  expect(reported.slice(2)).toEqual(['second gap', 'second There is no canvas main'])
  second.close()
  second.setTaken(true)
  expect(subscriptions.wanted).toEqual([])
  expect(changes).toBe(6)
})
