import { expect, it } from 'vitest'
import { runChaos } from './chaos/chaos.ts'

/** Of `npm run chaos`, which takes ten minutes. */
const seconds = 50
/** Beside other files a node has less of the machine than in the run of ten minutes, which allows 2 s. */
const noticedMs = 4000
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))

it('no viewer stalls while nodes are killed, cut off, frozen and updated one after the other, and all agree afterwards', async () => {
  process.stdout.write(`CHAOS_SEED=${seed}\n`)
  const result = await runChaos({ seconds, seed, noticedMs, note: (line) => void process.stdout.write(`${line}\n`) })
  const { stalls, disagreements, happened } = result
  process.stdout.write(`${happened.length} rounds, ${result.segments} segments, longest stall ${result.longestMs} ms\n`)
  expect([...stalls, ...disagreements], `CHAOS_SEED=${seed}`).toEqual([])
  expect(happened.length).toBeGreaterThan(1)
})
