import { expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import type { SocketClient } from '../../../platform/routes/sockets.ts'
import { guestSocket } from './guest-socket.ts'
import { JoinAttempts } from './join-attempts.ts'

/** The socket of guests beside one who knows the key `sk_good`. `open()` returns how to send it messages, and what it answers. */
function room() {
  const admitted: string[] = []
  const joined: string[] = []
  const guests = {
    admit(key: string) {
      if (key !== 'sk_good') throw new AppError('studio.guest_unknown')
      admitted.push(key)
      return 'guest-1'
    },
    connect(id: string) {
      joined.push(id)
      return () => undefined
    },
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
    const send = (message: object): void => session.onMessage(JSON.stringify(message))
    return {
      codes,
      hello: (key: string) => send({ type: 'hello', key, name: 'Ann' }),
      check: (key: string) => send({ type: 'check', key }),
    }
  }
  return { open, admitted, joined }
}

it('says whether a link is valid, and nobody has joined', () => {
  const { open, joined } = room()
  const [good, bad] = [open(), open()]
  good.check('sk_good')
  bad.check('sk_bad')
  expect([good.codes, bad.codes, joined]).toEqual([[undefined], ['studio.guest_unknown'], []])
  const { codes, hello } = open()
  hello('sk_good')
  expect([codes, joined]).toEqual([[], ['guest-1']])
})

it('counts links that are checked as links that are tried', () => {
  const { open } = room()
  const answers = Array.from({ length: 21 }, (_, index) => {
    const { codes, check } = open()
    check(`sk_${index}`)
    return codes[0]
  })
  expect([answers[19], answers[20]]).toEqual(['studio.guest_unknown', 'auth.too_many_attempts'])
})

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
