import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { MessageType } from '../../../formats/rtmp/rtmp-messages.ts'
import { MediaChunks, MessageSender } from './message-sender.ts'

/** A socket whose test says what of its bytes the system has taken. */
class SlowSocket {
  destroyed = false
  writableLength = 0
  cork(): void {}
  uncork(): void {}
  write(bytes: Buffer): void {
    this.writableLength += bytes.length
  }
}

it('counts answers that a client does not read, long before they are many bytes, and none of what it reads', () => {
  const socket = new SlowSocket()
  const sender = new MessageSender(socket as unknown as Socket, new MediaChunks(0))
  const answer = (times: number): void => {
    for (let count = 0; count < times; count++) sender.control(MessageType.userControl, Buffer.alloc(6))
    sender.flush()
  }
  for (let turn = 0; turn < 100; turn++) {
    answer(1000)
    socket.writableLength = 0
  }
  expect(sender.unread).toBe(false)
  for (let turn = 0; turn < 20; turn++) {
    answer(1000)
    socket.writableLength -= 1000
  }
  expect(sender.unread).toBe(true)
  expect(socket.writableLength).toBeLessThan(512 * 1024)
})

it('does not count media that wait for a slow player', () => {
  const socket = new SlowSocket()
  const sender = new MessageSender(socket as unknown as Socket, new MediaChunks(0))
  sender.control(MessageType.userControl, Buffer.alloc(6))
  sender.write(Buffer.alloc(4 * 1024 * 1024))
  expect([sender.unread, sender.unsentBytes > 4_000_000]).toEqual([false, true])
})

it('sends an answer behind the media that were sent before it', () => {
  const written: Buffer[] = []
  const socket = { destroyed: false, writableLength: 0, cork() {}, uncork() {}, write: (bytes: Buffer) => written.push(bytes) }
  const sender = new MessageSender(socket as unknown as Socket, new MediaChunks(0))
  sender.media(MessageType.video, 1, 0, Buffer.from('the last frame'))
  sender.command(1, Buffer.from('the stream has ended'))
  sender.flush()
  expect(written.map((bytes) => /the [a-z ]+/.exec(bytes.toString('latin1'))?.[0])).toEqual(['the last frame', 'the stream has ended'])
})
