import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../platform/errors.ts'
import { ObsDouble } from '../testing/obs-double.ts'
import { dialDirectly } from './obs-channel.ts'
import { ObsConnection } from './obs-connection.ts'

let double: ObsDouble
let events: string[]
let lost: Promise<AppError>

async function connect(): Promise<ObsConnection> {
  const ended = Promise.withResolvers<AppError>()
  lost = ended.promise
  return ObsConnection.open({
    dial: dialDirectly('127.0.0.1', double.port, async (host) => ({ host, addresses: [{ address: '127.0.0.1', family: 4 }] }) as never),
    password: '',
    times: { connectMs: 5000, requestMs: 5000, silenceMs: 5000, maxLocalWaitMs: 200 },
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onLost: ended.resolve,
  })
}

beforeEach(() => {
  events = []
})
afterEach(async () => {
  await double.stop()
})

describe('a server that pretends to be OBS', () => {
  it('loses its connection where an event is larger than 1 MiB', async () => {
    double = await ObsDouble.start()
    await connect()
    double.emit('CustomEvent', { text: 'x'.repeat(2 * 1024 * 1024) })
    expect(await lost).toMatchObject({ code: 'obs.too_large', message: expect.stringContaining('2 MiB') })
    expect(events).toEqual([])
  })

  it('loses its connection where it hides such an event behind a request', async () => {
    double = await ObsDouble.start()
    double.hangs.add('StartStream')
    const connection = await connect()
    const asked = connection.call('StartStream').catch((error: AppError) => error.code)
    double.emit('CustomEvent', { text: 'x'.repeat(2 * 1024 * 1024) })
    expect(await lost).toMatchObject({ code: 'obs.too_large' })
    expect(await asked).toBe('obs.too_large')
    expect(events).toEqual([])
  })

  it('may answer with as much, as it does to a screenshot', async () => {
    const image = 'x'.repeat(3 * 1024 * 1024)
    double = await ObsDouble.start({ more: { GetSourceScreenshot: { imageData: image } } })
    const connection = await connect()
    expect((await connection.call('GetSourceScreenshot'))?.imageData).toBe(image)
    double.emit('CustomEvent', { text: 'small' })
    await expect.poll(() => events).toEqual(['CustomEvent'])
    connection.close()
  })

  it('says of itself no more than there is to say', async () => {
    double = await ObsDouble.start({
      version: {
        platform: 'p'.repeat(5000),
        extraRequests: Array.from({ length: 5000 }, (_, number) => `Request${'x'.repeat(number % 200)}`),
        supportedImageFormats: Array(5000).fill('png'),
      },
    })
    const { version, close } = await connect().then((connection) => ({ version: connection.version, close: () => connection.close() }))
    expect(version.platform).toHaveLength(100)
    expect(version.requests.length).toBeLessThanOrEqual(500)
    expect(Math.max(...version.requests.map((request) => request.length))).toBeLessThanOrEqual(80)
    expect(version.imageFormats).toHaveLength(100)
    close()
  })
})

describe('changes that follow each other closely', () => {
  const volumes = () =>
    double.asked.filter(({ request }) => request === 'SetInputVolume').map(({ data }) => `${data.inputName} ${data.inputVolumeDb}`)
  const set = (connection: ObsConnection, inputName: string, inputVolumeDb: number) =>
    connection.call('SetInputVolume', { inputName, inputVolumeDb })

  it('reach a source one after the other, batches included, while other sources and reads do not wait', async () => {
    double = await ObsDouble.start()
    double.holds.add('SetInputVolume')
    const connection = await connect()
    const sent = [
      set(connection, 'mic', -1),
      set(connection, 'mic', -2),
      connection.batch([{ request: 'SetInputVolume', data: { inputName: 'mic', inputVolumeDb: -3 } }]),
      set(connection, 'music', -4),
    ]
    await connection.call('GetInputVolume', { inputName: 'mic' })
    expect(volumes()).toEqual(['mic -1', 'music -4'])
    double.release()
    await sent[0]
    await expect.poll(volumes).toEqual(['mic -1', 'music -4', 'mic -2'])
    double.release()
    double.release()
    await Promise.all(sent)
    expect(volumes()).toEqual(['mic -1', 'music -4', 'mic -2', 'mic -3'])
    connection.close()
  })

  it('go on after one that was rejected, and end with the connection', async () => {
    double = await ObsDouble.start()
    const connection = await connect()
    const rejected = connection.call('NoSuch', { inputName: 'mic' }).catch((error: AppError) => error.code)
    await set(connection, 'mic', -5)
    expect(await rejected).toBe('obs.request_unknown')
    double.holds.add('SetInputVolume')
    const waiting = [set(connection, 'mic', -6), set(connection, 'mic', -7)].map((each) => each.catch((error: AppError) => error.code))
    await expect.poll(volumes).toEqual(['mic -5', 'mic -6'])
    connection.close()
    expect(await Promise.all(waiting)).toEqual(['obs.not_connected', 'obs.not_connected'])
    expect(volumes()).toEqual(['mic -5', 'mic -6'])
  })
})
