import type { IncomingHttpHeaders } from 'node:http'

/** Header of what passes nodes on its way to the origin: their ids, separated by commas, the one farthest from the origin first. */
export const pathHeader = 'x-streams-nodes'

/** Nodes behind one another, at most. */
export const maxNodePath = 8
const maxIdLength = 60

/** The nodes that a request has passed. */
export function nodePathOf(headers: IncomingHttpHeaders): readonly string[] {
  const text = headers[pathHeader]
  if (typeof text !== 'string') return []
  return text
    .split(',')
    .map((each) => each.trim().slice(0, maxIdLength))
    .filter((each) => /^[\w-]+$/.test(each))
    .slice(0, maxNodePath + 1)
}

/** Why a request may not pass a node; undefined where it may. */
export function pathFault(path: readonly string[], id: string): string | undefined {
  if (path.includes(id)) return `Nodes have each other as their origin: ${[...path.slice(path.indexOf(id)), id].join(' > ')}`
  if (path.length >= maxNodePath) return `More than ${maxNodePath} nodes are behind one another`
  return undefined
}
