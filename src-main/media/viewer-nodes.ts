/** A node that new viewers may be sent to. */
export interface ViewerNode {
  /** Base URL without a path, e.g. `https://edge.example.com`. */
  readonly url: string
  /** Share of new viewers beside the others; more than 0. */
  readonly weight: number
}

/**
 * The node for a viewer; undefined where there is no node. The same viewer gets the same node while the list lasts, each node gets viewers by
 * its weight, and a node that leaves the list moves its own viewers alone (weighted rendezvous hashing).
 */
export function nodeForViewer(nodes: readonly ViewerNode[], viewer: string): ViewerNode | undefined {
  let chosen: ViewerNode | undefined
  let least = Number.POSITIVE_INFINITY
  for (const node of nodes) {
    if (!(node.weight > 0)) continue
    const score = -Math.log((hash(`${node.url}\n${viewer}`) + 1) / (2 ** 32 + 1)) / node.weight
    if (score >= least) continue
    least = score
    chosen = node
  }
  return chosen
}

/** FNV-1a with the last mixing step of MurmurHash3, as similar texts differ in a few low bits else. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
