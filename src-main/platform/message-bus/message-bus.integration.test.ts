import { closeSync, existsSync, readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type PrivateBus, startPrivateBus } from '../testing/private-bus.ts'
import { BusError, invalidArguments, limitsExceeded, readOnlyProperty, unknownMethod, unknownObject } from './bus-error.ts'
import type { ExportedObject } from './exported-object.ts'
import { MessageBus, type RemoteObject } from './message-bus.ts'
import { loadDBus } from './native-bus.ts'

const name = 'org.example.Ami'
const path = '/org/example/Ami'
const face = 'org.example.Ami.Face'
const remote: RemoteObject = { destination: name, path, interface: face }

/** Names of entries that are special in JavaScript. */
const oddNames = Object.defineProperty({ constructor: { signature: 's', value: 'b' } }, '__proto__', {
  value: { signature: 'a{sv}', value: { session_handle: { signature: 's', value: 'a' } } },
  enumerable: true,
})

const object: ExportedObject = {
  [face]: {
    methods: {
      Join: { takes: 'sai', answers: 's', handle: ([text, numbers]) => [`${text}:${(numbers as number[]).join('+')}`] },
      Bytes: { takes: '', answers: 'ay', handle: () => [Uint8Array.of(1, 2, 255)] },
      Late: { takes: '', answers: 's', handle: () => new Promise((resolve) => setTimeout(() => resolve(['late']), 20)) },
      Throw: {
        takes: '',
        answers: '',
        handle: () => {
          throw new Error('no such key')
        },
      },
      Own: {
        takes: '',
        answers: '',
        handle: () => {
          throw new BusError('org.example.Busy', 'try again')
        },
      },
      Wrong: { takes: '', answers: 'u', handle: () => ['a text'] },
      Who: { takes: '', answers: 's', handle: (_values, sender) => [sender] },
      Many: { takes: '', answers: 'ay', handle: () => [new Uint8Array(300_000)] },
      Odd: { takes: '', answers: 'a{sv}', handle: () => [oddNames] },
      File: { takes: '', answers: 'h', handle: () => [0] },
      Any: { takes: 'v', answers: 's', handle: ([value]) => [typeof value] },
    },
    properties: { Level: { signature: 'i', read: () => 7 } },
    signals: { Changed: 's' },
  },
}

describe.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/dbus-daemon'))('a message bus', () => {
  let daemon: PrivateBus
  const connect = async (): Promise<MessageBus> => {
    const bus = new MessageBus(loadDBus(), daemon.address)
    await bus.name()
    return bus
  }
  const pair = async (): Promise<{ server: MessageBus; client: MessageBus }> => {
    const [server, client] = await Promise.all([connect(), connect()])
    onTestFinished(() => {
      server.close()
      client.close()
    })
    server.export(path, object)
    // The test before may still be leaving the bus.
    await expect.poll(() => server.own(name)).toBe(true)
    return { server, client }
  }
  const rejection = (promise: Promise<unknown>): Promise<BusError> =>
    promise.then(
      () => expect.fail('it was answered'),
      (error: BusError) => error,
    )
  beforeAll(async () => {
    daemon = await startPrivateBus()
  })
  afterAll(() => daemon.stop())

  test('runs methods of an object for other programs', async () => {
    const { client } = await pair()
    expect(await client.call(remote, 'Join', 'sai', ['sum', [1, -2]])).toEqual(['sum:1+-2'])
    expect(await client.call(remote, 'Bytes')).toEqual([[1, 2, 255]])
    expect(await client.call(remote, 'Late')).toEqual(['late'])
    expect(await client.call(remote, 'Who')).toEqual([await client.name()])
  })

  test('answers with an error where a method throws, does not exist, or gets or answers another signature, and goes on', async () => {
    const { client } = await pair()
    const codes = async (member: string, signature = '', values: unknown[] = [], of = remote) => {
      const { code, message } = await rejection(client.call(of, member, signature, values))
      return [code, message]
    }
    expect(await codes('Throw')).toEqual(['org.freedesktop.DBus.Error.Failed', 'no such key'])
    expect(await codes('Own')).toEqual(['org.example.Busy', 'try again'])
    expect(await codes('Wrong')).toEqual(['org.freedesktop.DBus.Error.Failed', expect.stringContaining('number is missing')])
    expect(await codes('Join', 'u', [3])).toEqual([invalidArguments, 'Join takes "sai", not "u"'])
    expect(await codes('constructor')).toEqual([unknownMethod, expect.any(String)])
    expect((await codes('Join', '', [], { ...remote, path: '/elsewhere' }))[0]).toBe(unknownObject)
    expect((await codes('Join', '', [], { ...remote, interface: 'org.example.Other' }))[0]).toMatch(/UnknownInterface/)
    // A file descriptor that is sent along is not taken.
    expect((await codes('Join', 'h', [1]))[0]).toBe(invalidArguments)
    expect(await client.call(remote, 'Late')).toEqual(['late'])
  })

  test('answers every call, whatever it brings', async () => {
    const { client } = await pair()
    const value = fc.oneof(
      fc.record({ signature: fc.constant('s'), value: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')) }),
      fc.record({ signature: fc.constant('d'), value: fc.double() }),
      fc.record({ signature: fc.constant('ai'), value: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })) }),
      fc.record({ signature: fc.constant('a{sv}'), value: fc.constant({ one: { signature: 'b', value: true } }) }),
      fc.record({ signature: fc.constant('y'), value: fc.integer() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(object[face]!.methods!), 'None'), value, async (member, given) => {
        const answer = await client.call(remote, member, 'v', [given]).catch((error: unknown) => error)
        expect(Array.isArray(answer) || answer instanceof BusError || answer instanceof TypeError).toBe(true)
      }),
      { numRuns: 300 },
    )
    expect(await client.call(remote, 'Late')).toEqual(['late'])
  })

  test('gives properties, and describes its objects', async () => {
    const { client } = await pair()
    expect(await client.property(remote, 'Level')).toBe(7)
    const properties = { ...remote, interface: 'org.freedesktop.DBus.Properties' }
    expect(await client.call(properties, 'GetAll', 's', [face])).toEqual([{ Level: 7 }])
    const level = { signature: 'i', value: 8 }
    expect((await rejection(client.call(properties, 'Set', 'ssv', [face, 'Level', level]))).code).toBe(readOnlyProperty)
    const [text] = await client.call({ ...remote, interface: 'org.freedesktop.DBus.Introspectable' }, 'Introspect')
    expect(text).toContain('<method name="Join"><arg type="s" direction="in"/><arg type="ai" direction="in"/>')
    expect(text).toContain('<signal name="Changed"><arg type="s"/></signal>')
  })

  test('sends signals to who listens', async () => {
    const { server, client } = await pair()
    const got = Promise.withResolvers<readonly unknown[]>()
    await client.watch(remote, 'Changed', got.resolve)
    server.emit(path, face, 'Changed', 's', ['on air'])
    expect(await got.promise).toEqual(['on air'])
    expect(() => server.emit(path, face, 'Changed', 'u', ['no number'])).toThrow(TypeError)
  })

  test('listens to the program that has the name, and to no other that sends the same signal', async () => {
    const { server, client } = await pair()
    const stranger = await connect()
    onTestFinished(() => stranger.close())
    const got: unknown[] = []
    const leave = await client.watch(remote, 'Changed', ([value]) => got.push(value))
    stranger.emit(path, face, 'Changed', 's', ['not theirs'])
    stranger.emit('/org/freedesktop/DBus', 'org.freedesktop.DBus', 'NameOwnerChanged', 'sss', [name, '', await stranger.name()])
    stranger.emit(path, face, 'Changed', 's', ['nor now'])
    await stranger.call(remote, 'Who')
    server.emit(path, face, 'Changed', 's', ['theirs'])
    await expect.poll(() => got).toEqual(['theirs'])
    // The next program of that name is listened to.
    await server.disown(name)
    expect(await stranger.own(name)).toBe(true)
    stranger.emit(path, face, 'Changed', 's', ['theirs now'])
    await expect.poll(() => got).toEqual(['theirs', 'theirs now'])
    leave()
    stranger.emit(path, face, 'Changed', 's', ['unheard'])
    await client.name()
    expect(got).toHaveLength(2)
  })

  test('rejects an answer with too many values, and takes names of entries as they are', async () => {
    const { client } = await pair()
    expect((await rejection(client.call(remote, 'Many'))).code).toBe(limitsExceeded)
    const [entries] = (await client.call(remote, 'Odd')) as [Record<string, unknown>]
    expect(Object.keys(entries).sort()).toEqual(['__proto__', 'constructor'])
    expect([Object.getPrototypeOf(entries), entries.session_handle]).toEqual([Object.prototype, undefined])
    // A call of another program, too.
    const bytes = { signature: 'ay', value: new Uint8Array(300_000) }
    expect((await rejection(client.call(remote, 'Any', 'v', [bytes]))).code).toBe(limitsExceeded)
    expect(await client.call(remote, 'Late')).toEqual(['late'])
  })

  test('closes file descriptors of an answer that was to have none', async () => {
    const { client } = await pair()
    const open = (): number => readdirSync('/proc/self/fd').length
    const [mine] = (await client.call(remote, 'File', '', [], { takesDescriptors: true })) as [number]
    closeSync(mine)
    const before = open()
    for (let count = 0; count < 50; count++) await client.call(remote, 'File')
    expect(open() - before).toBeLessThan(25)
  })

  test('gives a name to one program, and to the next when that ends', async () => {
    const { server, client } = await pair()
    expect(await client.own(name)).toBe(false)
    const free = new Promise<void>((resolve) => void client.onOwner(name, (owned) => owned || resolve()))
    expect(await client.hasOwner(name)).toBe(true)
    server.close()
    await free
    expect(await client.own(name)).toBe(true)
    await client.disown(name)
    expect(await client.hasOwner(name)).toBe(false)
  })

  test('bounds what waits: calls beyond it are answered with an error, and the next one as usual', async () => {
    const { server, client } = await pair()
    const gate = Promise.withResolvers<void>()
    server.export('/slow', { [face]: { methods: { Wait: { takes: '', answers: '', handle: () => gate.promise.then(() => []) } } } })
    const slow = { ...remote, path: '/slow' }
    const ended = Array.from({ length: 3000 }, () =>
      client.call(slow, 'Wait', '', [], { timeoutMs: 60_000 }).catch((error: BusError) => error),
    )
    const early = await Promise.race(ended)
    expect(['busy', limitsExceeded]).toContain((early as BusError).code)
    gate.resolve()
    const answers = await Promise.all(ended)
    expect(answers.filter((answer) => Array.isArray(answer)).length).toBeGreaterThan(0)
    expect(await client.call(remote, 'Late')).toEqual(['late'])
  })
})
