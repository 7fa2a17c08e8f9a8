import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { simulateEvent } from './testing/simulated-event.ts'

/** What docs/scale.md counts with. */
const mbpsOfViewer = 4.5
const shiftPercent = 70
const sizes = [
  { viewers: 10_000, mbpsOfNode: 1000 },
  { viewers: 10_000, mbpsOfNode: 10_000 },
  { viewers: 1_000_000, mbpsOfNode: 10_000 },
] as const
/** Share of two processors that a viewer of LL-HLS takes: 14 requests a second of 29 us, see docs/scale.md. */
const cpuOfViewer = (14 * 29e-6) / 2

/** So many that what is lost, a node or one of a hundred, leaves no other above its limit. */
function nodesFor({ viewers, mbpsOfNode }: (typeof sizes)[number]): number {
  const each = (Math.min(mbpsOfNode / mbpsOfViewer, 1 / cpuOfViewer) * shiftPercent) / 100
  const needed = Math.ceil(viewers / each)
  return needed + Math.max(1, Math.ceil(needed / 100))
}

it('docs/scale.md has the numbers of nodes that its formula gives', () => {
  const text = readFileSync(new URL('../../../../docs/scale.md', import.meta.url), 'utf8')
  for (const size of sizes) {
    const row = `| ${size.viewers.toLocaleString('en')} | ${size.mbpsOfNode / 1000} Gbit/s | ${nodesFor(size)} |`
    expect(text).toContain(row)
  }
})

/** Viewers that are simulated: each counts for several, as what is compared are shares. */
const simulated = 4000

/** A row with a share of its nodes. */
function simulate(size: (typeof sizes)[number], share: number) {
  const many = size.viewers / simulated
  const nodes = nodesFor(size)
  const parts = Math.max(1, Math.round(nodes / 70))
  return simulateEvent({
    viewers: simulated,
    mbpsOfViewer: (mbpsOfViewer * many) / parts,
    nodes: Math.round((nodes * share) / parts),
    mbpsOfNode: size.mbpsOfNode,
    cpuOfViewer: (cpuOfViewer * many) / parts,
    ...{ rounds: 12, shiftPercent, lost: 1 },
  })
}

it('the audience of a row stays below what its nodes carry, also when one is lost, and does not with two thirds of them', () => {
  for (const size of sizes) {
    const { peak, afterLoss } = simulate(size, 1)
    expect([size, peak < 0.95, afterLoss < 1]).toEqual([size, true, true])
    expect([size, simulate(size, 0.66).afterLoss >= 1]).toEqual([size, true])
  }
})
