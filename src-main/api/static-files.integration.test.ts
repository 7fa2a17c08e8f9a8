import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createStaticFiles } from './static-files.ts'

/** How often a file is open in this process. */
function opened(file: string): number {
  let count = 0
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${descriptor}`) === file) count++
    } catch {
      // Closed since it was listed.
    }
  }
  return count
}

it.runIf(process.platform === 'linux')('closes the files of clients that left before or while they were answered', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ami-streams-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const file = join(root, 'index.html')
  writeFileSync(file, 'x'.repeat(4_000_000))
  const files = createStaticFiles(root, () => "'self'")
  let served = 0
  const server = createServer((request, response) => {
    void files.serve(request, response, '/').finally(() => served++)
    // Half of the clients are gone before the file is found.
    if (request.url === '/early') response.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  for (let turn = 0; turn < 20; turn++) {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET /${turn % 2 ? 'early' : 'late'} HTTP/1.1\r\nHost: x\r\n\r\n`))
    socket.on('error', () => undefined)
    socket.once('data', () => socket.resetAndDestroy())
  }
  await expect.poll(() => served).toBe(20)
  await expect.poll(() => opened(file)).toBe(0)
})
