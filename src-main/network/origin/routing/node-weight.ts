import type { NodeTrafficNow } from '../../figures/traffic-schemas.ts'

/** Weights change in steps of so much, so that figures that go up and down a little change nothing. */
const step = 5
/** Points of load between the first viewer less and the last viewer. */
const shiftPoints = 25

/** How busy a node is, 0 to 1: what its network or its processors have less left of. 0 while nothing is known. */
export function loadOf(traffic: Pick<NodeTrafficNow, 'bitrateOutBps' | 'capacityMbps' | 'cpu'> | null): number {
  if (traffic === null) return 0
  const network = traffic.capacityMbps === null ? 0 : traffic.bitrateOutBps / (traffic.capacityMbps * 1e6)
  return Math.min(1, Math.max(network, traffic.cpu))
}

/** Share of new viewers of a node, 0 to 100: all up to `shiftPercent`, then less and less. */
export function weightOf(load: number, shiftPercent: number): number {
  const above = load * 100 - shiftPercent
  const points = Math.min(shiftPoints, 95 - shiftPercent)
  const share = above <= 0 ? 1 : Math.max(0, 1 - above / points)
  return Math.round((share * 100) / step) * step
}
