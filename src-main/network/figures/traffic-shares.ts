import { type ShareKind, shareKinds } from './node-report.ts'
import { type NamedShare, TopNames } from './top-names.ts'

/** Names of each kind that are counted in an hour of a node, and how many of them are kept. */
const countedNames = 300
const keptNames = 50
/** So long are shares counted together, ms. */
export const sharesMs = 3_600_000

/** The largest shares of an hour of a node. */
export type HourShares = Readonly<Record<ShareKind, readonly NamedShare[]>>

/** Who asked for what in the present hour of one node. */
export class HourCounts {
  readonly startMs: number
  readonly #names = Object.fromEntries(shareKinds.map((kind) => [kind, new TopNames(countedNames)])) as Record<ShareKind, TopNames>

  constructor(atMs: number) {
    this.startMs = hourOf(atMs)
  }

  add(shares: HourShares): void {
    for (const kind of shareKinds) for (const { name, requests, bytes } of shares[kind]) this.#names[kind].add(name, requests, bytes)
  }

  shares(): HourShares {
    return Object.fromEntries(shareKinds.map((kind) => [kind, this.#names[kind].top(keptNames)])) as unknown as HourShares
  }
}

/** Start of the hour of a time. */
export function hourOf(atMs: number): number {
  return Math.floor(atMs / sharesMs) * sharesMs
}
