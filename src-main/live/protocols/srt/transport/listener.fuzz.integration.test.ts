import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { extension, parametersContent, textContent, writeHandshake } from '../../../../formats/srt/srt-handshake.ts'
import { controlPacket } from '../../../../formats/srt/srt-packet.ts'
import { connectSrt } from './caller.ts'
import { listenSrt, type SrtListener, type SrtListenerOptions } from './listener.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function listen(options: Partial<SrtListenerOptions> = {}): Promise<{ listener: SrtListener; asked: string[]; heard: Buffer[] }> {
  const asked: string[] = []
  const heard: Buffer[] = []
  const listener = await listenSrt({
    host: '127.0.0.1',
    port: 0,
    latencyMs: 20,
    passphrase: '',
    idleMs: 5000,
    connections: 20,
    connectionsPerAddress: () => 10,
    queueBytes: 1e6,
    onCaller: async ({ streamId }) => {
      asked.push(streamId)
      if (streamId === 'no') return { reject: 1401 }
      return {
        open: (connection) => {
          connection.onMessage = (payload) => heard.push(payload)
        },
      }
    },
    ...options,
  })
  stops.push(() => listener.stop())
  return { listener, asked, heard }
}

const handshake = { version: 5, encryption: 0, extensionField: 5, sequence: 5, mtu: 1500, flowWindow: 8192, type: 0xffffffff, socketId: 77 }
const hello = parametersContent({ version: 0x010500, flags: 0x3f, receiveLatencyMs: 120, sendLatencyMs: 120 })

it('ends the connection alone whose payload its reader cannot handle', async () => {
  const failures: unknown[] = []
  const { listener } = await listen({
    onFailure: (error) => failures.push(error),
    onCaller: async ({ streamId }) => ({
      open: (connection) => {
        connection.onMessage = () => {
          if (streamId === 'bad') throw new Error('a fault of ours')
        }
      },
    }),
  })
  const call = (streamId: string) => connectSrt({ host: '127.0.0.1', port: listener.port, streamId, latencyMs: 20 })
  const [bad, good] = [await call('bad'), await call('good')]
  bad.send(Buffer.from('x'))
  good.send(Buffer.from('x'))
  await expect.poll(() => listener.connections()).toBe(1)
  expect(failures).toHaveLength(1)
  good.close()
})

it('ends a call whose reader fails at what the listener sends, and no other', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  stops.push(async () => void process.off('warning', onWarning))
  const { listener } = await listen({
    onCaller: async () => ({
      open: (connection) => {
        connection.onMessage = () => connection.send(Buffer.from('answer'))
      },
    }),
  })
  const [bad, good] = await Promise.all(
    [1, 2].map(() => connectSrt({ host: '127.0.0.1', port: listener.port, streamId: 'x', latencyMs: 20 })),
  )
  const ends: string[] = []
  let heard = 0
  bad!.onClose = (how) => ends.push(how)
  bad!.onMessage = () => {
    throw new Error('a fault of ours')
  }
  good!.onMessage = () => heard++
  for (const connection of [bad, good]) connection!.send(Buffer.from('x'))
  await expect.poll(() => [ends, heard]).toEqual([['broken'], 1])
  await expect.poll(() => warnings.map(String)).toEqual(['Error: a fault of ours'])
  good!.close()
})

it('callers get in, are rejected with a code, and limits apply to an IP address', async () => {
  const { listener, asked, heard } = await listen({ connectionsPerAddress: () => 2 })
  const call = (streamId: string) => connectSrt({ host: '127.0.0.1', port: listener.port, streamId, latencyMs: 20 })
  const first = await call('one')
  await expect(call('no')).rejects.toMatchObject({ rejectCode: 1401 })
  const second = await call('two')
  await expect(call('three')).rejects.toMatchObject({ rejectCode: 3 })
  expect(asked).toEqual(['one', 'no', 'two'])
  expect(listener.connections()).toBe(2)
  first.send(Buffer.from('hello'))
  await expect.poll(() => heard.map(String)).toEqual(['hello'])
  second.close()
  await expect.poll(() => listener.connections()).toBe(1)
  const third = await call('four')
  for (const connection of [first, third]) connection.close()
})

it('without the cookie of its own IP address nobody is asked for, and nothing is kept', async () => {
  const { listener, asked } = await listen()
  const socket = createSocket('udp4')
  stops.push(async () => void socket.close())
  const send = (body: Buffer) => socket.send(controlPacket(0, 0, 0, 0, 0, body), listener.port, '127.0.0.1')
  const extensions = [extension(1, hello), extension(5, textContent('key'))]
  for (let i = 0; i < 200; i++) send(writeHandshake({ ...handshake, socketId: i + 1, cookie: i * 7919 }, '127.0.0.1', extensions))
  // The induction is answered with a cookie, in no more bytes than the request had.
  send(writeHandshake({ ...handshake, version: 4, extensionField: 2, type: 1, cookie: 0 }, '127.0.0.1'))
  const [answer] = (await once(socket, 'message')) as [Buffer]
  expect(answer.length).toBe(64)
  expect(asked).toEqual([])
  const cookie = answer.readUInt32BE(16 + 28)
  // Malformed conclusions with a good cookie are rejected, not believed.
  const broken = [
    [Buffer.from([0, 1, 0xff, 0xff, 1, 2, 3, 4])],
    [extension(1, Buffer.alloc(4))],
    [extension(1, hello), extension(5, Buffer.alloc(2000))],
    [extension(1, hello), extension(3, Buffer.alloc(100))],
    [extension(1, hello), extension(6, textContent('file'))],
    [],
  ]
  for (const parts of broken) {
    send(writeHandshake({ ...handshake, cookie }, '127.0.0.1', parts))
    const [rejection] = (await once(socket, 'message')) as [Buffer]
    expect(rejection.readUInt32BE(16 + 20)).toBeGreaterThanOrEqual(1000)
  }
  expect(asked).toEqual([])
  // A conclusion that comes again is answered again, and is one caller.
  for (let i = 0; i < 3; i++) send(writeHandshake({ ...handshake, cookie }, '127.0.0.1', extensions))
  await once(socket, 'message')
  await expect.poll(() => asked).toEqual(['key'])
  expect(listener.connections()).toBe(1)
})

it('datagrams from elsewhere do not touch a connection', async () => {
  const { listener, heard } = await listen()
  const connection = await connectSrt({ host: '127.0.0.1', port: listener.port, streamId: 'one', latencyMs: 20 })
  const socket = createSocket('udp4')
  stops.push(async () => void socket.close())
  for (let id = 1; id < 400; id++) socket.send(controlPacket(5, 0, 0, 0, id, Buffer.alloc(4)), listener.port, '127.0.0.1')
  connection.send(Buffer.from('still here'))
  await expect.poll(() => heard.map(String)).toEqual(['still here'])
  connection.close()
})
