import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { tryServer } from './try-server.ts'

const packetBytes = 1536
const options = { media: {} as never, network: () => ({ editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [] }) }

describe('a server that is tried', () => {
  let server: Server | undefined

  /** Listens, and answers what comes by `answer`; resolves with the URL. */
  async function listen(answer: (socket: Socket) => void): Promise<string> {
    server = createServer(answer).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `rtmp://127.0.0.1:${(server.address() as AddressInfo).port}/app`
  }
  const trying = (url: string, limited = false) => tryServer({ url, certificate: 'system', limited }, options)

  afterEach(() => void server?.close())

  it('shakes hands, is sent nothing else and is left', async () => {
    let received = 0
    let left: Promise<unknown> | undefined
    const url = await listen((socket) => {
      left = once(socket, 'end')
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        const before = received
        received += bytes.length
        if (before < 1 + packetBytes && received >= 1 + packetBytes)
          socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * packetBytes)]))
      })
    })
    expect(await trying(url)).toBeGreaterThanOrEqual(0)
    await left
    expect(received, 'C0, C1 and C2').toBe(1 + 2 * packetBytes)
  })

  it('is named as what it is where it speaks something else', async () => {
    const url = await listen((socket) => {
      socket.on('error', () => undefined)
      socket.resume()
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await expect(trying(url)).rejects.toMatchObject({ code: 'destination.protocol' })
  })

  it('is reported as unreachable where nothing listens', async () => {
    const url = await listen((socket) => void socket.destroy())
    server?.close()
    await once(server!, 'close')
    await expect(trying(url)).rejects.toMatchObject({ code: 'destination.unreachable' })
  })

  it('is not connected to where an editor names a host of this network, or where the URL is invalid', async () => {
    let connections = 0
    const url = await listen((socket) => {
      connections++
      socket.destroy()
    })
    await expect(trying(url, true)).rejects.toMatchObject({ code: 'url.forbidden' })
    await expect(trying('http://server.example/')).rejects.toMatchObject({ code: 'destination.address_invalid' })
    expect(connections).toBe(0)
  })
})
