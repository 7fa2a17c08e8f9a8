import { expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import type { SocketClient } from '../../../platform/routes/sockets.ts'
import { guestSocket } from './guest-socket.ts'
import { JoinAttempts } from './join-attempts.ts'

/** The socket of guests beside one who knows the key `sk_good`. `open()` returns how to send it messages, and what it answers. */
function room() {
  const admitted: string[] = []
  const guests = {
    admit(key: string) {
      if (key !== 'sk_good') throw new AppError('studio.guest_unknown')
      admitted.push(key)
      return 'guest-1'
    },
    connect: () => () => undefined,
    changed: () => undefined,
  }
  const socket = guestSocket({ guests, attempts: new JoinAttempts(() => 0) } as never)
  const open = () => {
    const codes: string[] = []
    const client = {
      send: (text: string) => void codes.push(JSON.parse(text).error?.code),
      close: () => undefined,
    } as Partial<SocketClient> as SocketClient
    const accepted = socket.accept({ remoteAddress: '203.0.113.9' } as never) as unknown as (client: SocketClient) => {
      onMessage(text: string): void
    }
    const session = accepted(client)
    return { codes, hello: (key: string) => session.onMessage(JSON.stringify({ type: 'hello', key, name: 'Ann' })) }
  }
  return { open, admitted }
}

it('opens for a good link whatever others tried from the same IP address', () => {
  const { open, admitted } = room()
  const answers = Array.from({ length: 22 }, (_, index) => {
    const { codes, hello } = open()
    hello(`sk_${index}`)
    return codes[0]
  })
  expect(answers.slice(0, 20)).toEqual(Array(20).fill('studio.guest_unknown'))
  expect(answers.slice(20)).toEqual(Array(2).fill('auth.too_many_attempts'))
  const { codes, hello } = open()
  hello('sk_good')
  expect([codes, admitted]).toEqual([[], ['sk_good']])
})
