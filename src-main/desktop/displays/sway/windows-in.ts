/** Windows are in workspaces, those in outputs, and windows that share a place in one more for each. */
const maxDepth = 50

/** How many windows are in a tree of sway. */
export function windowsIn(tree: unknown, depth = maxDepth): number {
  if (typeof tree !== 'object' || tree === null || depth === 0) return 0
  const { pid, nodes, floating_nodes } = tree as { readonly pid?: unknown; readonly nodes?: unknown; readonly floating_nodes?: unknown }
  const inside = [nodes, floating_nodes].flatMap((each): readonly unknown[] => (Array.isArray(each) ? each : []))
  return inside.reduce<number>((sum, each) => sum + windowsIn(each, depth - 1), typeof pid === 'number' ? 1 : 0)
}
