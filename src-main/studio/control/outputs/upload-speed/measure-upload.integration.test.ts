import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { measureUpload } from './measure-upload.ts'
import { sinkUpload } from './upload-sink.ts'

let server: Server | undefined
const network = { editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [], ownOverlayPages: [] } as never

afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()).closeAllConnections())))

async function serve(handle: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(handle)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const measure = (url: string, limited = false) => measureUpload({ url, token: 'secret', network, limited, sendForMs: 1800 })

it('is what a slow network carries', async () => {
  // Reads 2 Mbit/s, so that TCP slows the sender down.
  const url = await serve(async (request, response) => {
    expect([request.url, request.headers.authorization]).toEqual(['/api/v1/studio/upload-test', 'Bearer secret'])
    const slowly = async function* () {
      for await (const piece of request) {
        for (let at = 0; at < piece.length; at += 25_000) {
          await new Promise((resolve) => setTimeout(resolve, 10))
          yield piece.subarray(at, at + 25_000)
        }
      }
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(await sinkUpload(slowly())))
  })
  const { kbps, bytes } = await measure(url)
  expect(bytes).toBeGreaterThan(100_000)
  // 25 kB each 10 ms are 20 Mbit/s; timers are late, never early.
  expect(kbps).toBeGreaterThan(100)
  expect(kbps).toBeLessThan(21_000)
})

it.each([
  ['rejects the token', 401, '{"title":"Not signed in"}', 'Not signed in'],
  ['is something else', 200, '<html>', 'no AMI Streams host'],
  ['answers without end', 200, 'x'.repeat(200_000), 'does not answer'],
  ['sends figures that are none', 200, '{"kbps":"many"}', 'no AMI Streams host'],
])('says that the other side %s', async (_, status, body, problem) => {
  const url = await serve((_request, response) => response.writeHead(status).end(body))
  await expect(measure(url)).rejects.toMatchObject({ code: 'studio.upload_not_measured', message: expect.stringContaining(problem) })
})

it('says that nobody is there, and does not send an editor into the own network', async () => {
  await expect(measure('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'studio.upload_not_measured' })
  await expect(measure('ftp://127.0.0.1')).rejects.toMatchObject({ code: 'request.invalid' })
  await expect(measure('http://[::1')).rejects.toMatchObject({ code: 'request.invalid' })
  await expect(measure('http://127.0.0.1:1', true)).rejects.toMatchObject({ code: 'url.forbidden' })
})

it('sends no token over http to the internet', async () => {
  await expect(measure('http://8.8.8.8')).rejects.toMatchObject({ message: expect.stringContaining('https://') })
})
