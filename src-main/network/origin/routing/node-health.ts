/** Answers of a probe in a row without which a node counts as away for one view. */
const failuresForAway = 2
/** A view of another node is valid for so long, ms. */
const viewMs = 10_000
/** Without its connection a node gets no media: it is gone after this time although it answers, ms. */
const withoutLinkMs = 10_000
/** A node that was gone is used again after it has been well for so long, ms: one that comes and goes is left alone. */
const backMs = 5000

/** A node as its health is looked at. */
export interface WatchedNode {
  readonly id: string
  /** It has a connection to this host. */
  readonly connected: boolean
  readonly publicUrl: string | null
}

interface Seen {
  failures: number
  /** Another node's view, by its id. */
  readonly peers: Map<string, { readonly isUp: boolean; readonly atMs: number }>
  linkLostMs: number | undefined
  /** Since when it has been well without a break; undefined while it is not. */
  wellMs: number | undefined
  isGone: boolean
  /** It was well once since this host started: before that nothing speaks against it. */
  hasBeenWell: boolean
}

/**
 * Which nodes are gone, by more than one view: their connection to this host, this host's requests to their public URL, and those of other
 * nodes. One view alone may be wrong, because of what is between. Other nodes have one view together, whatever their number: what they say
 * is theirs to make up, and never outvotes what this host sees itself.
 */
export class NodeHealth {
  readonly #nodes = new Map<string, Seen>()

  /** A probe of the host was answered, or not. */
  probed(id: string, isUp: boolean): void {
    const seen = this.#nodes.get(id)
    if (seen !== undefined) seen.failures = isUp ? 0 : seen.failures + 1
  }

  /** What another node sees. Nodes that are not known are ignored. */
  reported(by: string, views: readonly { readonly id: string; readonly up: boolean }[], nowMs: number): void {
    for (const { id, up } of views) if (id !== by) this.#nodes.get(id)?.peers.set(by, { isUp: up, atMs: nowMs })
  }

  /** Weighs the views of all nodes; others are deleted. @param nowMs of a monotonic clock */
  update(nodes: readonly WatchedNode[], nowMs: number): void {
    const connected = new Set(nodes.flatMap((node) => (node.connected ? node.id : [])))
    for (const id of this.#nodes.keys()) if (!nodes.some((node) => node.id === id)) this.#nodes.delete(id)
    for (const node of nodes) {
      const seen = this.#nodes.get(node.id) ?? first(node, nowMs)
      this.#nodes.set(node.id, seen)
      for (const [by, { atMs }] of seen.peers) if (nowMs - atMs > viewMs || !connected.has(by)) seen.peers.delete(by)
      seen.linkLostMs = node.connected ? undefined : (seen.linkLostMs ?? nowMs)
      const isAway = isAwayByAgreement(seen, node, nowMs)
      seen.wellMs = isAway || !node.connected ? undefined : (seen.wellMs ?? nowMs)
      if (isAway) seen.isGone = true
      else if (seen.wellMs !== undefined && (!seen.hasBeenWell || nowMs - seen.wellMs >= backMs)) {
        seen.isGone = false
        seen.hasBeenWell = true
      }
    }
  }

  isGone(id: string): boolean {
    return this.#nodes.get(id)?.isGone === true
  }
}

/** A node is used from its first connection on. */
function first({ connected }: WatchedNode, nowMs: number): Seen {
  return {
    ...{ failures: 0, peers: new Map(), isGone: !connected, hasBeenWell: false },
    ...{ linkLostMs: connected ? undefined : nowMs - withoutLinkMs, wellMs: undefined },
  }
}

function isAwayByAgreement({ failures, peers, linkLostMs }: Seen, { connected, publicUrl }: WatchedNode, nowMs: number): boolean {
  if (linkLostMs !== undefined && nowMs - linkLostMs >= withoutLinkMs) return true
  // one answer that failed says enough where the connection is lost too
  const isUnanswered = publicUrl !== null && failures >= (connected ? failuresForAway : 1)
  if (!connected && isUnanswered) return true
  return (!connected || isUnanswered) && isAwayByPeers(peers)
}

/** True where more of the other nodes see it away than up. */
function isAwayByPeers(peers: Seen['peers']): boolean {
  const away = [...peers.values()].filter(({ isUp }) => !isUp).length
  return away * 2 > peers.size
}
