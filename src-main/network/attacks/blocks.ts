import type { Marks } from '../limits/marks.ts'
import { maxBlocks, type NodeBlock } from './attack-schemas.ts'

interface Block {
  readonly perSecond: number
  readonly untilMs: number
}

/** IP addresses that a node blocks for a while by itself. Times are ms of a clock that does not go back. */
export class Blocks {
  readonly #blocks = new Map<string, Block>()
  /** Lifted by an operator: not blocked again before then. */
  readonly #lifted = new Map<string, number>()
  readonly #marks: Marks | undefined

  /** @param marks where nginx looks them up */
  constructor(marks: Marks | undefined) {
    this.#marks = marks
  }

  /** Blocks a network, or blocks it for longer. False where it is blocked already, was lifted, or too many are. */
  add(network: string, perSecond: number, forMs: number, nowMs: number): boolean {
    if ((this.#lifted.get(network) ?? 0) > nowMs) return false
    const known = this.#blocks.get(network)
    if (known === undefined && this.#blocks.size >= maxBlocks) return false
    this.#blocks.set(network, { perSecond, untilMs: nowMs + forMs })
    if (known === undefined) this.#marks?.set(network, 'blocked')
    return known === undefined
  }

  /** Ends a block, and keeps it away for as long. Returns whether there was one. */
  lift(network: string, forMs: number, nowMs: number): boolean {
    if (!this.#blocks.delete(network)) return false
    if (this.#lifted.size >= maxBlocks) this.#lifted.clear()
    this.#lifted.set(network, nowMs + forMs)
    this.#marks?.remove(network, 'blocked')
    return true
  }

  has(network: string, nowMs: number): boolean {
    return (this.#blocks.get(network)?.untilMs ?? 0) > nowMs
  }

  /** Ends what has expired. Returns whether anything has. */
  sweep(nowMs: number): boolean {
    let ended = false
    for (const [network, { untilMs }] of this.#blocks) {
      if (untilMs > nowMs) continue
      this.#blocks.delete(network)
      this.#marks?.remove(network, 'blocked')
      ended = true
    }
    for (const [network, untilMs] of this.#lifted) if (untilMs <= nowMs) this.#lifted.delete(network)
    return ended
  }

  list(nowMs: number): NodeBlock[] {
    return [...this.#blocks].map(([network, { perSecond, untilMs }]) => ({
      ...{ network, perSecond },
      leftS: Math.min(86_400, Math.max(0, Math.round((untilMs - nowMs) / 1000))),
    }))
  }
}
