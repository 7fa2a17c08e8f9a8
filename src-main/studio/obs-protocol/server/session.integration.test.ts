import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { pack } from '../../../formats/message-pack.ts'
import { authenticationOf } from '../../../formats/obs-websocket/authentication.ts'
import { integersFrom } from '../../../formats/testing/random.ts'
import { type ServedStudio, serveStudio } from '../testing/served-studio.ts'

let served: ServedStudio
let password = ''
beforeAll(async () => {
  served = await serveStudio()
  password = await served.password('edit')
})
afterAll(() => served.stop())

/** A connection that sends what it likes. */
async function open(protocol?: string): Promise<{ socket: WebSocket; hello: any; closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}`, protocol === undefined ? [] : [protocol])
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  const first = await new Promise<Buffer>((resolve) => socket.once('message', resolve as never))
  return { socket, hello: protocol?.endsWith('msgpack') ? undefined : JSON.parse(String(first)).d, closed }
}

/** A connection that has identified. */
async function identified(): Promise<{ socket: WebSocket; closed: Promise<number> }> {
  const { socket, hello, closed } = await open()
  const done = new Promise((resolve) => socket.once('message', resolve))
  socket.send(
    JSON.stringify({
      op: 1,
      d: { rpcVersion: 1, authentication: authenticationOf(password, hello.authentication), eventSubscriptions: 0 },
    }),
  )
  await done
  return { socket, closed }
}

const identify = (d: object): string => JSON.stringify({ op: 1, d })

describe('a connection that breaks the protocol is closed with its code', () => {
  it.each([
    ['text that is not JSON', '{', 4002],
    ['binary data', Buffer.from('{}'), 4002],
    ['a message without op', '{"d":{}}', 4006],
    ['an op that is a text', '{"op":"1","d":{}}', 4004],
    ['a message without data', '{"op":1}', 4004],
    ['a request before it identified', '{"op":6,"d":{"requestType":"GetVersion","requestId":"1"}}', 4007],
    ['no version', identify({}), 4003],
    ['a version that is a text', identify({ rpcVersion: '1' }), 4004],
    ['a version that there is not', identify({ rpcVersion: 2 }), 4010],
    ['no password', identify({ rpcVersion: 1 }), 4009],
    ['a wrong password', identify({ rpcVersion: 1, authentication: 'x' }), 4009],
    ['an answer that is a number', identify({ rpcVersion: 1, authentication: 5 }), 4004],
    ['lists within lists', `{"op":1,"d":${'['.repeat(5000)}${']'.repeat(5000)}}`, 4002],
  ])('before it identified: %s', async (_what, message, code) => {
    const { socket, closed } = await open()
    socket.send(message)
    expect(await closed).toBe(code)
  })

  it.each([
    ['identifying again', { op: 1, d: { rpcVersion: 1 } }, 4008],
    ['an op that there is not', { op: 77, d: {} }, 4006],
    ['subscriptions that are a text', { op: 3, d: { eventSubscriptions: 'all' } }, 4004],
    ['a request without type', { op: 6, d: { requestId: '1' } }, 4003],
    ['a request without id', { op: 6, d: { requestType: 'GetVersion' } }, 4003],
    ['a request whose type is a number', { op: 6, d: { requestType: 1, requestId: '1' } }, 4004],
    ['a batch without requests', { op: 8, d: { requestId: '1' } }, 4003],
    ['a batch of another type', { op: 8, d: { requestId: '1', requests: {} } }, 4004],
    ['an execution that there is not', { op: 8, d: { requestId: '1', requests: [], executionType: 9 } }, 4005],
    ['a batch that is too long', { op: 8, d: { requestId: '1', requests: Array.from({ length: 2001 }, () => ({})) } }, 4005],
    ['a parallel batch that halts', { op: 8, d: { requestId: '1', requests: [], executionType: 2, haltOnFailure: true } }, 4012],
    ['a parallel batch with variables', { op: 8, d: { requestId: '1', requests: [], executionType: 2, variables: { a: 1 } } }, 4012],
  ])('after it identified: %s', async (_what, message, code) => {
    const { socket, closed } = await identified()
    socket.send(JSON.stringify(message))
    expect(await closed).toBe(code)
  })

  it('with 1009 where a message is longer than 1 MiB', async () => {
    const { socket, closed } = await open()
    socket.send('x'.repeat(1024 * 1024 + 1))
    expect(await closed).toBe(1009)
  })
})

describe('batches', () => {
  const run = async (d: object): Promise<any[]> => {
    const { socket } = await identified()
    const answer = new Promise<Buffer>((resolve) => socket.once('message', resolve as never))
    socket.send(JSON.stringify({ op: 8, d: { requestId: 'b', ...d } }))
    const { results } = JSON.parse(String(await answer)).d
    socket.close()
    return results
  }
  const codes = (results: readonly { requestStatus: { code: number } }[]): number[] =>
    results.map(({ requestStatus }) => requestStatus.code)
  const version = { requestType: 'GetVersion' }
  const unknown = { requestType: 'NoSuchRequest' }

  it('go on after a failure, or halt at it', async () => {
    expect(codes(await run({ requests: [version, unknown, version] }))).toEqual([100, 204, 100])
    expect(codes(await run({ requests: [version, unknown, version], haltOnFailure: true }))).toEqual([100, 204])
    expect(codes(await run({ requests: [version, {}, 'x'] }))).toEqual([100, 203, 203])
  })

  it('sleep only one after the other', async () => {
    expect(codes(await run({ requests: [{ requestType: 'Sleep', requestData: { sleepMillis: 5 } }] }))).toEqual([100])
    expect(codes(await run({ requests: [{ requestType: 'Sleep', requestData: { sleepFrames: 1 } }], executionType: 1 }))).toEqual([100])
    expect(codes(await run({ requests: [{ requestType: 'Sleep', requestData: { sleepMillis: 5 } }, version], executionType: 2 }))).toEqual([
      206, 100,
    ])
    expect(codes(await run({ requests: [{ requestType: 'Sleep', requestData: { sleepMillis: 60_000 } }] }))).toEqual([402])
  })

  it('hand values from one request to the next', async () => {
    const results = await run({
      variables: { inputName: 'Tone' },
      requests: [
        { requestType: 'GetInputMute', inputVariables: { inputName: 'inputName' }, outputVariables: { now: 'inputMuted' } },
        { requestType: 'SetInputMute', requestData: { inputName: 'Tone' }, inputVariables: { inputMuted: 'now' } },
        { requestType: 'SetInputMute', requestData: { inputName: 'Tone' }, inputVariables: { inputMuted: '__proto__' } },
      ],
    })
    expect(codes(results)).toEqual([100, 100, 300])
  })
})

it('survives any MessagePack that a program sends', async () => {
  const random = integersFrom(7)
  const message = pack({ op: 1, d: { rpcVersion: 1, authentication: 'x', eventSubscriptions: 1 } })
  for (let run = 0; run < 40; run++) {
    const { socket, closed } = await open('obswebsocket.msgpack')
    const bytes = Uint8Array.from(message)
    for (let changes = random(4) + 1; changes > 0; changes--) bytes[random(bytes.length)] = random(256)
    socket.send(bytes)
    expect([4002, 4003, 4004, 4006, 4007, 4009, 4010]).toContain(await closed)
  }
  expect((await served.connect('view')).identified).toBe(true)
})

it('disconnects a program that does not read its events, and goes on with the others', async () => {
  const slow = await identified()
  slow.socket.send(JSON.stringify({ op: 3, d: { eventSubscriptions: 1 } }))
  await new Promise((resolve) => slow.socket.once('message', resolve))
  slow.socket.pause()
  const loud = await served.connect('control', 0)
  const eventData = { text: 'x'.repeat(500_000) }
  for (let sent = 0; sent < 60; sent++) await loud.call('BroadcastCustomEvent', { eventData })
  expect(served.audit.some((line) => line.includes('reads too slowly'))).toBe(true)
  slow.socket.resume()
  expect(await slow.closed).toBe(1006)
  expect((await loud.call('GetVersion')).rpcVersion).toBe(1)
})
