import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const minutes = Number(process.env.CHAOS_MINUTES ?? 10)

it(
  `no viewer stalls in ${minutes} minutes of nodes that are killed, cut off, frozen and updated, and all agree afterwards`,
  async () => {
    const result = await runChaos({ seconds: minutes * 60, seed, noticedMs: 2000, note: (line) => void process.stdout.write(`${line}\n`) })
    process.stdout.write(
      `seed ${seed}: ${result.happened.length} rounds, ${result.segments} segments, longest stall ${result.longestMs} ms\n`,
    )
    const { stalls, disagreements } = result
    expect([...stalls, ...disagreements], `CHAOS_SEED=${seed}`).toEqual([])
  },
  minutes * 60_000 + 300_000,
)
