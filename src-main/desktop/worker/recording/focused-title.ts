import { shownLine } from '../../../platform/shown-line.ts'
import { readSwayTree } from '../../displays/sway/sway-socket.ts'

/** Windows are in workspaces, those in outputs, and windows that share a place in one more for each. */
const maxDepth = 50

/** Title of the window that has the keyboard, or what its program calls itself where it has none; empty where no window has it. */
export async function focusedTitle(socket: string): Promise<string> {
  return titleIn(await readSwayTree(socket), maxDepth)
}

interface Node {
  readonly type?: unknown
  readonly focused?: unknown
  readonly name?: unknown
  readonly app_id?: unknown
  readonly nodes?: unknown
  readonly floating_nodes?: unknown
}

function titleIn(tree: unknown, depth: number): string {
  if (typeof tree !== 'object' || tree === null || depth === 0) return ''
  const node = tree as Node
  const inside = [node.nodes, node.floating_nodes].flatMap((each): readonly unknown[] => (Array.isArray(each) ? each : []))
  // A workspace without windows has the focus itself.
  if (node.focused === true && String(node.type).endsWith('con') && inside.length === 0)
    return shownText(node.name) || shownText(node.app_id)
  for (const each of inside) {
    const title = titleIn(each, depth - 1)
    if (title !== '') return title
  }
  return ''
}

const shownText = (value: unknown): string => (typeof value === 'string' ? shownLine(value) : '')
