import type { PlacedItem } from '../places.ts'

/** Why items cannot be put into a group, all of them; undefined where they can. */
export function groupObstacle(items: readonly PlacedItem[]): 'group' | 'member' | 'locked' | undefined {
  if (items.some(({ item }) => 'group' in item)) return 'group'
  if (items.some(({ depth }) => depth > 0)) return 'member'
  return items.some(({ item }) => item.locked) ? 'locked' : undefined
}
