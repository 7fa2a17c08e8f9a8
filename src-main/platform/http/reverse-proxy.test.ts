import { createServer, request as openRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { clientHeader, readClient, writeClient } from './client-header.ts'
import { openPrivateDoor } from './private-door.ts'
import { createReverseProxy } from './reverse-proxy.ts'

/** A host behind its private door, and a process before it. */
async function pair() {
  const door = await openPrivateDoor({
    onRequest: (request, response) => {
      const { remoteAddress, remotePort } = request.socket
      const told = { url: request.url, method: request.method, remoteAddress, remotePort, header: request.headers[clientHeader] }
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ ...told, body })))
    },
    onUpgrade: (request, socket, head) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n${request.socket.remotePort}:${head}`)
      socket.pipe(socket)
    },
  })
  const proxy = createReverseProxy(door.path)
  const front = createServer((request, response) => proxy.request(request, response, '/asked?for=this'))
  front.on('upgrade', (request, socket, head) => proxy.upgrade(request, socket, head))
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    proxy.stop()
    front.closeAllConnections()
    front.close()
    await door.stop()
  })
  return { door, port: (front.address() as AddressInfo).port }
}

it('hands a request on with its body and as its own client, whatever that one says of itself', async () => {
  const { port } = await pair()
  const reply = await fetch(`http://127.0.0.1:${port}/x`, {
    method: 'POST',
    body: 'hello',
    headers: { [clientHeader]: writeClient({ remoteAddress: '203.0.113.9', remotePort: 1, encrypted: true }) },
  })
  expect(reply.status).toBe(201)
  const told = (await reply.json()) as { remotePort: number; header?: string }
  expect(told).toMatchObject({ url: '/asked?for=this', method: 'POST', body: 'hello', remoteAddress: '127.0.0.1' })
  expect(told.remotePort).toBeGreaterThan(1)
  expect(told.header).toBeUndefined()
})

it('hands an upgrade on, bytes both ways', async () => {
  const { port } = await pair()
  const heard = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nping')
    })
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (!text.endsWith('ping')) return
      socket.destroy()
      resolve(text.split('\r\n\r\n')[1] ?? '')
    })
  })
  expect(heard).toMatch(/^\d{2,5}:ping$/)
})

it('believes nobody at the private door who does not say whose request it is', async () => {
  const { door } = await pair()
  const status = await new Promise((resolve, reject) => {
    openRequest({ socketPath: door.path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(400)
})

it('reads only what it writes of a client', () => {
  const client = { remoteAddress: '::ffff:10.0.0.1', remotePort: 443, encrypted: true }
  expect(readClient(writeClient(client))).toEqual(client)
  for (const text of [undefined, ['1 0 ::1'], '', '1 2 ::1', '1 0 a b', '999999 0 ::1', `1 0 ${'a'.repeat(65)}`]) {
    expect(readClient(text)).toBeUndefined()
  }
})
