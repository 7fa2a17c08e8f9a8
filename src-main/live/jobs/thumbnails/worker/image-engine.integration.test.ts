import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Makes sheets, and collects garbage while each is encoded. Optimized code, as after some rounds, keeps no variable that it does not need. */
const script = `
const { answer } = await import(${JSON.stringify(new URL('image-engine.ts', import.meta.url).href)})
const size = { width: 160, height: 90 }
let bytes = 0
for (let id = 1; id <= 40; id++) {
  const tiles = Array.from({ length: 12 }, (_, index) => new Uint8Array((160 * 90 * 3) / 2).fill(8 * index))
  const made = answer({ id, type: 'sheet', tiles, size, columns: 10 })
  gc()
  bytes += (await made).jpeg.length
}
process.stdout.write(String(bytes > 40 * 600))
`

it('encodes sheets from memory that is not collected meanwhile', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    // What is freed is gone from the process at once.
    env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' },
  })
  expect(stdout).toBe('true')
})
