import { repeat } from '../../platform/repeat.ts'
import { answersProbe } from '../routing/answers-probe.ts'
import type { ListedNode, SignedNodes } from '../routing/routing-schemas.ts'

/** Nodes that each node asks how they are: with any number of nodes each is seen by two others. */
const watched = 2
const everyMs = 2000

/** What a node sees of another. */
export interface PeerView {
  readonly id: string
  readonly up: boolean
}

export interface PeerWatchOptions {
  /** This node. */
  readonly id: string
  /** The list of the origin; undefined before it came. */
  readonly nodes: () => SignedNodes | undefined
  readonly report: (views: readonly PeerView[]) => void
}

/** Asks the next two nodes of the list whether they answer viewers, and reports it. Returns the function that stops it. */
export function watchPeers({ id, nodes, report }: PeerWatchOptions): () => void {
  let isAsking = false
  const look = async (): Promise<void> => {
    const text = nodes()?.list
    if (isAsking || text === undefined) return
    isAsking = true
    const peers = peersOf(id, (JSON.parse(text) as { nodes: readonly ListedNode[] }).nodes)
    const views = await Promise.all(peers.map(async (peer) => ({ id: peer.id, up: await answersProbe(peer.url) })))
    isAsking = false
    if (views.length > 0) report(views)
  }
  const timer = repeat(everyMs, () => void look())
  return () => clearInterval(timer)
}

/** Those that follow in the order of ids, the first ones after the last. */
export function peersOf(id: string, nodes: readonly ListedNode[]): readonly ListedNode[] {
  const others = nodes.filter((node) => node.id !== id).sort((a, b) => (a.id < b.id ? -1 : 1))
  const after = others.filter((node) => node.id > id)
  return [...after, ...others.slice(0, others.length - after.length)].slice(0, watched)
}
