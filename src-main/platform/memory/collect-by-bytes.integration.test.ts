import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** 400 buffers of 100 kB come and go, each kept for a while; without a collection by bytes most of their 40 MB wait. */
const program = (limit: string) => `
import { collectByBytes } from ${JSON.stringify(new URL('./collect-by-bytes.ts', import.meta.url).href)}
const release = collectByBytes(${limit})
const held = []
let most = 0
for (let made = 0; made < 400; made++) {
  held.push(Buffer.allocUnsafeSlow(100_000))
  if (held.length > 5) release(held.shift().length)
  await new Promise(setImmediate)
  most = Math.max(most, process.memoryUsage().arrayBuffers)
}
process.stdout.write(String(most))
`
const mostBytes = async (limit: string): Promise<number> =>
  Number((await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(limit)])).stdout)

it('lets no more buffers wait for a collection than is asked for', async () => {
  expect(await mostBytes('2_000_000')).toBeLessThan(10_000_000)
  expect(await mostBytes('Infinity')).toBeGreaterThan(20_000_000)
})
