import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

it('is less than 6 KB as browsers load it, and needs no other package', async () => {
  const external: string[] = []
  const build = await rolldown({
    input: fileURLToPath(new URL('index.ts', import.meta.url)),
    platform: 'browser',
    external(id) {
      if (!/^[./]|^\w:/.test(id)) external.push(id)
      return false
    },
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  expect(external).toEqual([])
  expect(output).toHaveLength(1)
  expect(gzipSync(output[0].code).length).toBeLessThan(6000)
})
