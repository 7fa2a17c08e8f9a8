import { expect, it } from 'vitest'
import { sinkUpload } from './upload-sink.ts'

/** Pieces of these bytes at these times, ms. */
function arriving(pieces: readonly (readonly [atMs: number, bytes: number])[]) {
  let nowMs = 0
  async function* bytes() {
    for (const [atMs, size] of pieces) {
      nowMs = atMs
      yield new Uint8Array(size)
    }
  }
  return sinkUpload(bytes(), () => nowMs)
}

it('measures what arrives once TCP has found its speed', async () => {
  const slow = Array.from({ length: 10 }, (_, index) => [index * 100, 1000] as const)
  const fast = Array.from({ length: 41 }, (_, index) => [1000 + index * 100, 125_000] as const)
  expect(await arriving([...slow, ...fast])).toMatchObject({ kbps: 10_000, tookMs: 5000 })
})

it('takes all of it where the network is so fast that it is over before', async () => {
  expect(await arriving([[0, 65_536], ...Array.from({ length: 4 }, (_, index) => [100 + index * 100, 1_250_000] as const)])).toMatchObject({
    kbps: 100_000,
    bytes: 5_000_000,
  })
})

it.each([[[]], [[[0, 100]]]] as const)('says that there is nothing to measure', async (pieces) => {
  await expect(arriving(pieces as never)).rejects.toMatchObject({ code: 'request.invalid' })
})

it('ends what never ends', async () => {
  const endless = Array.from({ length: 400 }, (_, index) => [index * 100, 10] as const)
  await expect(arriving(endless)).rejects.toMatchObject({ code: 'request.too_large' })
})
