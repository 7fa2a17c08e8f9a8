import { nodeForViewer } from '../../../../media/viewer-nodes.ts'
import { loadOf, weightOf } from '../node-weight.ts'

export interface SimulatedEvent {
  /** Viewers at the peak; each may be a number of real ones. */
  readonly viewers: number
  readonly mbpsOfViewer: number
  readonly nodes: number
  readonly mbpsOfNode: number
  /** Share of a node's processors that a viewer takes. */
  readonly cpuOfViewer: number
  /** Rounds of ten seconds, which is how often nodes report, in which all viewers come. */
  readonly rounds: number
  readonly shiftPercent: number
  /** Nodes that are gone once everybody is there; their viewers go to the others at once. */
  readonly lost: number
}

/** Highest load of a node, 1 is all that it has: while viewers come, and once nodes were lost. */
export interface SimulatedLoad {
  readonly peak: number
  readonly afterLoss: number
}

/**
 * An audience that comes to nodes as the host sends it there: by weights from reports that are a round old. It has no time of its own:
 * networks, players and processors are as large as the numbers say.
 */
export function simulateEvent(event: SimulatedEvent): SimulatedLoad {
  const { viewers, mbpsOfViewer, nodes, mbpsOfNode, cpuOfViewer, rounds, shiftPercent, lost } = event
  const urls = Array.from({ length: nodes }, (_, index) => `https://node-${index}.example.com`)
  const held = new Map(urls.map((url) => [url, [] as string[]]))
  const trafficOf = (count: number) => ({
    bitrateOutBps: count * mbpsOfViewer * 1e6,
    capacityMbps: mbpsOfNode,
    cpu: Math.min(1, count * cpuOfViewer),
  })
  const weights = () => [...held].map(([url, those]) => ({ url, weight: weightOf(loadOf(trafficOf(those.length)), shiftPercent) }))
  const send = (names: readonly string[]): void => {
    const listed = weights()
    // where all are above what they are to have, the least busy gets them
    const least = Math.min(...[...held.values()].map((those) => those.length))
    const open = listed.some(({ weight }) => weight > 0)
      ? listed
      : listed.map(({ url }) => ({ url, weight: held.get(url)?.length === least ? 1 : 0 }))
    for (const name of names) held.get(nodeForViewer(open, name)?.url ?? '')?.push(name)
  }
  const highest = (): number =>
    Math.max(...[...held.values()].map(({ length }) => Math.max((length * mbpsOfViewer) / mbpsOfNode, length * cpuOfViewer)))
  let peak = 0
  for (let round = 0; round < rounds; round++) {
    const [from, to] = [round, round + 1].map((each) => Math.floor((viewers * each) / rounds)) as [number, number]
    send(Array.from({ length: to - from }, (_, index) => `viewer-${from + index}`))
    peak = Math.max(peak, highest())
  }
  for (const url of urls.slice(0, lost)) {
    const moved = held.get(url) ?? []
    held.delete(url)
    send(moved)
  }
  return { peak, afterLoss: highest() }
}
