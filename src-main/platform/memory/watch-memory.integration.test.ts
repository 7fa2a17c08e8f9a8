import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { addonFile } from '../native-addon.ts'

/** Frees 48 MB of buffers but for one in 100, so that the allocator has hardly a megabyte in one piece, and waits for their memory. */
const program = `
import { watchMemory } from ${JSON.stringify(new URL('./watch-memory.ts', import.meta.url).href)}
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const residentMb = () => process.memoryUsage.rss() / 1048576
watchMemory(log, 2)
// It has seen the process without them.
await new Promise((resolve) => setTimeout(resolve, 10))
let buffers = Array.from({ length: 6000 }, () => Buffer.allocUnsafeSlow(8000).fill(1))
const peakMb = residentMb()
buffers = buffers.filter((_, index) => index % 100 === 0)
setInterval(() => {
  if (residentMb() > peakMb - 36) return
  console.log(buffers.length + ' buffers are left')
  process.exit()
}, 5)
`

it.skipIf(!existsSync(addonFile('memory')))('memory of buffers that were let go is returned to the system while others stay', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  await once(child, 'close')
  expect(said).toBe('60 buffers are left\n')
})
