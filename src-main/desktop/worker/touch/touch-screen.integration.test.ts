import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { touchEvent } from './touch-events.ts'
import { TouchScreen } from './touch-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'touch-screen-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('takes fingers on behind a server that read nothing for a while', async () => {
  const socket = join(folder, 'touch')
  const server = createServer({ pauseOnConnect: true }).listen(socket)
  await once(server, 'listening')
  const announced: number[] = []
  const size = { width: 800, height: 600 }
  const screen = new TouchScreen({ device: { socket, restart() {} }, size: () => size, onFingers: (fingers) => announced.push(fingers) })
  const [client] = (await once(server, 'connection')) as [Socket]
  try {
    await expect.poll(() => announced).toEqual([10])
    const finger = screen.begin({ x: 1, y: 1 })
    for (let round = 0; round < 5000; round++) screen.move(finger, { x: round % 800, y: 2 })
    const read: Buffer[] = []
    client.on('data', (bytes: Buffer) => read.push(bytes))
    client.resume()
    const end = touchEvent(finger, 'end', { x: 7, y: 9 }, size)
    await expect
      .poll(() => {
        screen.move(finger, { x: 7, y: 9 })
        return Buffer.concat(read).includes(touchEvent(finger, 'move', { x: 7, y: 9 }, size))
      })
      .toBe(true)
    screen.end(finger)
    await expect.poll(() => Buffer.concat(read).includes(end)).toBe(true)
    expect(announced).toEqual([10])
  } finally {
    screen.close()
    client.destroy()
    server.close()
  }
})
