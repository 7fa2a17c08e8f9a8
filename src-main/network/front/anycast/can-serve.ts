/** Without its connection a node has no new media: it withdraws after this time, ms. */
const withoutLinkMs = 10_000

export interface ServingNode {
  readonly isConnected: () => boolean
  /** The origin has disabled or revoked it. */
  readonly isRejected: () => boolean
  readonly isDraining: () => boolean
  /** What faces viewers runs. */
  readonly isFrontRunning: () => boolean
  /** Another node serves viewers; undefined where none is known. */
  readonly isAnyServing: () => boolean | undefined
}

/**
 * Why viewers are better off at another node, undefined where they are not: the function is to be called each second or so. A node that has
 * lost its origin stays where it knows that all others have lost it too: what it has in memory and cache is better than nothing.
 */
export function watchServing(node: ServingNode, now: () => number = () => performance.now()): () => string | undefined {
  let lostMs: number | undefined
  return () => {
    lostMs = node.isConnected() ? undefined : (lostMs ?? now())
    if (node.isRejected()) return 'the origin has disabled or revoked this node'
    if (!node.isFrontRunning()) return 'nginx does not run'
    if (node.isDraining()) return 'this node drains'
    const isLost = lostMs !== undefined && now() - lostMs >= withoutLinkMs
    return isLost && node.isAnyServing() !== false ? 'the origin cannot be reached' : undefined
  }
}
