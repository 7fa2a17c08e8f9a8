import { countryDistanceKm } from '../../figures/countries.ts'

/** A node that may be in answers. */
export interface AnsweringNode {
  readonly id: string
  readonly addresses: readonly string[]
  /** ISO 3166; null: farther than all that have one. */
  readonly country: string | null
  /** Share of new viewers, 0 to 100, by its load and what the operator set. */
  readonly weight: number
}

/** Nodes whose distances differ by less are as near, km. */
const asNearKm = 150

/**
 * Nodes for viewers of a country, nearest first: groups of nodes that are as near. Without a country all nodes are as near.
 */
function tiers(nodes: readonly AnsweringNode[], country: string | null): AnsweringNode[][] {
  const byDistance = nodes
    .map((node) => ({
      node,
      km: country === null ? 0 : node.country === null ? Number.POSITIVE_INFINITY : (countryDistanceKm(country, node.country) ?? 0),
    }))
    .sort((a, b) => (a.km < b.km ? -1 : a.km > b.km ? 1 : a.node.id < b.node.id ? -1 : 1))
  const groups: AnsweringNode[][] = []
  let startKm = Number.NaN
  for (const { node, km } of byDistance) {
    const last = groups.at(-1)
    if (last !== undefined && (km === startKm || km - startKm < asNearKm)) last.push(node)
    else {
      groups.push([node])
      startKm = km
    }
  }
  return groups
}

const sum = (nodes: readonly AnsweringNode[]): number => nodes.reduce((all, { weight }) => all + weight, 0)

/**
 * The nodes that one answer names. Nodes with all of their weight share an answer, as resolvers take turns with its IP addresses. Where a node
 * is to get fewer, answers name one node each, so that over the phases each gets its share; what the nearest are not to get goes to the next.
 * @param phase 0 to 1, evenly spread over calls
 */
export function nodesFor(nodes: readonly AnsweringNode[], country: string | null, phase: number): readonly AnsweringNode[] {
  const groups = tiers(
    nodes.filter(({ weight }) => weight > 0),
    country,
  )
  // what is left of the phase behind the groups before, in parts of all viewers
  let left = phase
  for (const [index, group] of groups.entries()) {
    const share = index === groups.length - 1 ? 1 : Math.min(1, sum(group) / 100)
    if (left >= share) {
      // within what is left, evenly again
      left = (left - share) / (1 - share)
      continue
    }
    if (new Set(group.map(({ weight }) => weight)).size === 1) return group
    let point = (left / share) * sum(group)
    for (const node of group) {
      if (point < node.weight) return [node]
      point -= node.weight
    }
    return group.slice(-1)
  }
  return []
}

/** True where `nodesFor` depends on the phase. */
export function isShared(nodes: readonly AnsweringNode[]): boolean {
  return nodes.some(({ weight }) => weight > 0 && weight < 100)
}
