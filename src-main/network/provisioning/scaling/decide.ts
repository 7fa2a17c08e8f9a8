import type { ScalingSettings } from './scaling-schemas.ts'

/** A machine that this host has ordered for load, as a decision sees it. */
export interface ScaledMachine {
  readonly id: string
  readonly name: string
  /** Load of its node, 0 to 1. */
  readonly load: number
  /** Its node has been away for long, while others are connected. */
  readonly isLost: boolean
  /** ms since 1970. */
  readonly orderedAtMs: number
}

export interface ScaleView {
  /** Nodes that serve viewers: connected, not draining. */
  readonly serving: number
  /** Machines whose orders nobody can see in `serving` yet: ordered, booting, draining, being destroyed, failed. */
  readonly moving: number
  /** Machines that are ready and whose nodes serve nobody now: they cost as much. */
  readonly standing: number
  /** There have been too few nodes for so long that those which are away do not come back by themselves. */
  readonly isBelowFloor: boolean
  readonly machines: readonly ScaledMachine[]
  /** Mean load of the last minute, 0 to 1; undefined until it is known. */
  readonly mean: number | undefined
  /** Highest sum of loads of the idle hours; undefined until they have passed. */
  readonly peak: number | undefined
  /** Why no machine can be ordered now; undefined where one can. */
  readonly limit: string | undefined
}

export type Choice =
  | { readonly action: 'add'; readonly why: 'busy' | 'below-floor'; readonly count: number }
  | { readonly action: 'remove'; readonly why: 'idle' | 'away'; readonly machine: ScaledMachine }
  | { readonly action: 'none'; readonly why: 'ceiling' | 'budget' | 'by-hand' }
  | undefined

/** Load that nodes have once machines that were ordered share it: below the one at which more are ordered. */
const headroom = 0.85

/** What to do about the load; undefined for nothing. While a machine comes or goes nothing is decided: its share is not known yet. */
export function decide(
  { serving, moving, standing, isBelowFloor, machines, mean, peak, limit }: ScaleView,
  { floor, ceiling, upPercent, downPercent, atOnce }: Pick<ScalingSettings, 'floor' | 'ceiling' | 'upPercent' | 'downPercent' | 'atOnce'>,
): Choice {
  if (moving > 0) return undefined
  const lost = machines.find(({ isLost }) => isLost)
  // It costs money and serves nobody; the floor has another ordered then.
  if (lost !== undefined) return { action: 'remove', why: 'away', machine: lost }
  const isBusy = mean !== undefined && serving > 0 && mean * 100 >= upPercent
  if (isBelowFloor || isBusy) {
    const room = ceiling - serving - standing
    if (room <= 0) return { action: 'none', why: 'ceiling' }
    if (limit !== undefined) return { action: 'none', why: 'budget' }
    const wanted = isBusy ? Math.ceil((mean * serving * 100) / (upPercent * headroom)) : floor
    const count = Math.max(1, Math.max(wanted, floor) - serving)
    return { action: 'add', why: isBusy ? 'busy' : 'below-floor', count: Math.min(count, room, atOnce) }
  }
  const rest = serving - 1
  if (peak === undefined || rest < Math.max(floor, 1) || (peak / rest) * 100 >= downPercent) return undefined
  const [machine] = machines.toSorted((a, b) => a.load - b.load || b.orderedAtMs - a.orderedAtMs)
  return machine === undefined ? { action: 'none', why: 'by-hand' } : { action: 'remove', why: 'idle', machine }
}
