import { repeat } from '../../platform/timing/repeat.ts'
import { probeNode } from '../origin/routing/probe-node.ts'
import type { ListedNode, SignedNodes } from '../origin/routing/routing-schemas.ts'

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

export interface PeerWatch {
  /** Other nodes as they were last seen: whether one of them serves viewers; undefined where none is known. */
  readonly isAnyServing: boolean | undefined
  stop(): void
}

/** Asks the next two nodes of the list whether they answer viewers, and reports it. */
export function watchPeers({ id, nodes, report }: PeerWatchOptions): PeerWatch {
  let isAsking = false
  let isAnyServing: boolean | undefined
  const look = async (): Promise<void> => {
    const text = nodes()?.list
    if (isAsking || text === undefined) return
    isAsking = true
    try {
      const peers = peersOf(id, (JSON.parse(text) as { nodes: readonly ListedNode[] }).nodes)
      const answers = await Promise.all(peers.map(async (peer) => ({ id: peer.id, state: await probeNode(peer.url) })))
      isAnyServing = answers.length === 0 ? undefined : answers.some(({ state }) => state === 'serving')
      if (answers.length > 0) report(answers.map((answer) => ({ id: answer.id, up: answer.state !== undefined })))
    } finally {
      isAsking = false
    }
  }
  const timer = repeat(everyMs, look)
  return {
    get isAnyServing() {
      return isAnyServing
    },
    stop: () => clearInterval(timer),
  }
}

/** Those that follow in the order of ids, the first ones after the last. */
export function peersOf(id: string, nodes: readonly ListedNode[]): readonly ListedNode[] {
  const others = nodes.filter((node) => node.id !== id).sort((a, b) => (a.id < b.id ? -1 : 1))
  const after = others.filter((node) => node.id > id)
  return [...after, ...others.slice(0, others.length - after.length)].slice(0, watched)
}
