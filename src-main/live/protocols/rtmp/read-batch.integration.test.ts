import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createReadBatch, type ReadBatch } from './read-batch.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A client, and its server side read through a batch: what arrived, and how much of it came at beats. */
async function pair(batch: ReadBatch): Promise<{ client: Socket; server: Socket; seen: { text: string; beats: number } }> {
  const endpoint = createServer().listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  const client = connect((endpoint.address() as AddressInfo).port, '127.0.0.1')
  const [server] = (await once(endpoint, 'connection')) as [Socket]
  const seen = { text: '', beats: 0 }
  const take = (buffer: Buffer, length: number): boolean => {
    seen.text += buffer.toString('latin1', 0, length)
    seen.beats++
    return true
  }
  server.on('data', (bytes: Buffer) => {
    seen.text += bytes.toString('latin1')
    batch.rest(server, take)
  })
  closers.push(() => {
    client.destroy()
    server.destroy()
    endpoint.close()
  })
  return { client, server, seen }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe.skipIf(process.platform === 'win32')('the read batch', () => {
  it('gathers what comes between two beats and loses no byte', async () => {
    const batch = createReadBatch(10)
    const { client, seen } = await pair(batch)
    client.setNoDelay(true)
    for (let index = 0; index < 40; index++) {
      client.write(`${index},`)
      if (index % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const whole = Array.from({ length: 40 }, (_, index) => `${index},`).join('')
    await until(() => seen.text.length >= whole.length)
    expect(seen.text).toBe(whole)
    expect(seen.beats).toBeGreaterThan(0)
    expect(seen.beats).toBeLessThan(40)
    batch.stop()
  })

  it('reads all that a beat finds, however much it is', async () => {
    const batch = createReadBatch(5)
    const { client, seen } = await pair(batch)
    client.write('a')
    await until(() => batch.size === 1)
    client.write('b'.repeat(3_000_000))
    await until(() => seen.text.length === 3_000_001)
    batch.stop()
  })

  it('gives a silent socket back to the system, and hears it again', async () => {
    const batch = createReadBatch(3)
    const { client, seen } = await pair(batch)
    client.write('a')
    await until(() => seen.text === 'a')
    await until(() => batch.size === 0)
    client.write('b')
    await until(() => seen.text === 'ab')
    batch.stop()
  })

  it('hears the end of a socket in the batch', async () => {
    const batch = createReadBatch(3)
    const { client, server, seen } = await pair(batch)
    client.write('a')
    await until(() => batch.size === 1)
    const ended = once(server, 'end')
    client.end('z')
    await ended
    expect(seen.text).toBe('az')
    batch.stop()
  })

  it('hears a reset of a socket in the batch', async () => {
    const batch = createReadBatch(3)
    const { client, server } = await pair(batch)
    client.write('a')
    await until(() => batch.size === 1)
    server.on('error', () => undefined)
    const closed = new Promise((resolve) => server.once('close', resolve))
    client.resetAndDestroy()
    await closed
    await until(() => batch.size === 0)
    batch.stop()
  })
})
