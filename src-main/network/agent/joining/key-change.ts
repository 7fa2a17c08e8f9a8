import { renewText, signText } from '../../origin/nodes/node-keys.ts'
import { type NodeKey, newNodeKey } from './node-state.ts'

/** A key that is to take the place of a node's own, once its origin has accepted it. */
export class KeyChange {
  #next: NodeKey | undefined

  /** Makes a new key, in place of one that was made before and not accepted. */
  make(challenge: string, node: string): { readonly publicKey: string; readonly proof: string } {
    this.#next = newNodeKey()
    const { publicKey, privateKey } = this.#next
    return { publicKey, proof: signText(privateKey, renewText(challenge, node)) }
  }

  /**
   * The origin has accepted a key: answers it as it is kept, or undefined where it is not the one that was made last. `publicKey`:
   * undefined from an origin of an older version, which does not say which.
   */
  accepted(publicKey: string | undefined): string | undefined {
    if (publicKey !== undefined && publicKey !== this.#next?.publicKey) return undefined
    const kept = this.#next?.kept
    this.#next = undefined
    return kept
  }
}
