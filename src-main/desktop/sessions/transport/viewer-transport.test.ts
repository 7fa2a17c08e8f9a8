import { expect, it } from 'vitest'
import { ViewerTransport } from './viewer-transport.ts'

it('ends a viewer that reads nothing of the text that it has the host say', () => {
  let waiting = 0
  let ended = false
  const client = {
    principal: { id: 'guest:1', role: 'none' } as const,
    get waitingBytes() {
      return waiting
    },
    send(data: string | Uint8Array) {
      waiting += data.length
    },
    close() {},
    terminate() {
      ended = true
    },
  }
  const transport = new ViewerTransport({ client, reach: undefined, near: false, take() {}, onSwitch() {} })
  for (let count = 0; count < 70 && !ended; count++) transport.send('x'.repeat(2 ** 20))
  expect(ended).toBe(true)
  expect(waiting).toBeLessThan(66 * 2 ** 20)
})
