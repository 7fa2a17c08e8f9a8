import type { WatchedNode } from './node-health.ts'
import { probeNode } from './probe-node.ts'

/** The host's own requests to nodes: one at a time for each. */
export class NodeProbes {
  readonly #running = new Set<string>()
  readonly #onProbed: (id: string, isUp: boolean) => void

  constructor(onProbed: (id: string, isUp: boolean) => void) {
    this.#onProbed = onProbed
  }

  /** Asks all nodes that have a public URL. */
  ask(nodes: readonly WatchedNode[]): void {
    for (const { id, publicUrl } of nodes) {
      if (publicUrl === null || this.#running.has(id)) continue
      this.#running.add(id)
      void probeNode(publicUrl).then((state) => {
        this.#running.delete(id)
        this.#onProbed(id, state !== undefined)
      })
    }
  }
}
