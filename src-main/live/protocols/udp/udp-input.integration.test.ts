import { createSocket } from 'node:dgram'
import { expect, it, onTestFinished } from 'vitest'
import { tsPacketBytes } from '../../../formats/mpegts/mpegts-packets.ts'
import type { Publication, PublishGate } from '../../hub/publishers/publisher.ts'
import { UdpInput } from './udp-input.ts'

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

it('ends its own stream alone where a datagram makes the program fail, and says so', async () => {
  const closed: string[] = []
  let opened = 0
  const broken = {
    open: async () => {
      opened++
      return {
        close: (how: string) => closed.push(how),
        report: () => {
          throw new Error('a fault of ours')
        },
      } as unknown as Publication
    },
  } as unknown as PublishGate
  const port = await freePort()
  const input = new UdpInput(
    { local: '127.0.0.1', group: undefined, port, family: 4 },
    { gate: broken, bind: '127.0.0.1', key: () => ({ secret: 'key', dispose: () => undefined }), onChange: () => undefined },
  )
  await input.start()
  onTestFinished(() => input.stop())
  const sender = createSocket('udp4')
  onTestFinished(() => void sender.close())
  // Marked as broken in transit: the publication must record it.
  const packet = Buffer.alloc(tsPacketBytes, 0xff)
  packet.set([0x47, 0x80, 0x11, 0x10])
  const datagram = Buffer.concat(Array.from({ length: 7 }, () => packet))
  const feed = setInterval(() => sender.send(datagram, port, '127.0.0.1'), 10)
  onTestFinished(() => clearInterval(feed))
  await expect.poll(() => input.state).toMatchObject({ state: 'error', error: { code: 'internal' } })
  expect([opened, closed]).toEqual([1, ['lost']])
})
