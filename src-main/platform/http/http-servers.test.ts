import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServers } from './http-servers.ts'

it('closes a connection that asks nothing without a word, and tells one that asks too slowly', async () => {
  const servers = createHttpServers({
    bind: '127.0.0.1',
    httpPort: 0,
    httpsPort: 'off',
    certificate: () => Promise.reject(new Error('no TLS here')),
    maxConnections: 10,
    headersTimeoutMs: 40,
    onRequest: (_request, response) => response.end(),
    onUpgrade: (_request, socket) => socket.destroy(),
  })
  const { httpPort } = await servers.start()
  onTestFinished(() => servers.stop(0))
  const heard = (sent: string) =>
    new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(httpPort, '127.0.0.1', () => socket.write(sent))
      socket.on('data', (bytes) => {
        text += bytes.toString()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(text))
    })
  const [silent, slow, garbage] = await Promise.all([heard(''), heard('GET / HTTP/1.1\r\nHost: x'), heard('garbage\r\n\r\n')])
  expect(silent).toBe('')
  expect(slow).toContain('408 Request Timeout')
  expect(garbage).toContain('400 Bad Request')
})
