import { expect, it } from 'vitest'
import { watchServing } from './can-serve.ts'

it('says why viewers are better off at another node', () => {
  const node = { connected: true, rejected: false, draining: false, front: true, serving: undefined as boolean | undefined }
  let nowMs = 0
  const whyNot = watchServing(
    {
      isConnected: () => node.connected,
      isRejected: () => node.rejected,
      isDraining: () => node.draining,
      isFrontRunning: () => node.front,
      isAnyServing: () => node.serving,
    },
    () => nowMs,
  )
  expect(whyNot()).toBeUndefined()
  node.draining = true
  expect(whyNot()).toContain('drains')
  node.draining = false
  node.front = false
  expect(whyNot()).toContain('nginx')
  node.front = true
  // a connection that is back in a moment costs nothing
  node.connected = false
  expect(whyNot()).toBeUndefined()
  nowMs = 9000
  expect(whyNot()).toBeUndefined()
  nowMs = 10_000
  expect(whyNot()).toContain('origin')
  // all others have lost it too
  node.serving = false
  expect(whyNot()).toBeUndefined()
  node.serving = true
  expect(whyNot()).toContain('origin')
  node.connected = true
  expect(whyNot()).toBeUndefined()
  node.rejected = true
  expect(whyNot()).toContain('disabled')
})
