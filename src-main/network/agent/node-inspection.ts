import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { LogTail } from '../../platform/telemetry/log-tail.ts'
import { maxInspectedLines, type NodeInspection, nodeUnitFile } from '../origin/nodes/inspection.ts'

/** Characters of all lines of one answer. */
const maxCharacters = 500_000
/** Secrets of join tokens are of no use any more, but nobody needs to see them. */
const joinToken = /join_[\w-]+/g

/** What a node says of itself to its origin: facts, and lines of its own log. */
export function inspectNode(
  about: Pick<NodeInspection, 'version' | 'configuration' | 'nginx'> & { readonly own: readonly string[] },
  tail: LogTail | undefined,
  count: number,
): NodeInspection {
  const newest = (tail?.lines() ?? []).slice(count === 0 ? Number.POSITIVE_INFINITY : -Math.min(count, maxInspectedLines))
  let characters = 0
  const lines = newest
    .reverse()
    .filter(({ message, fields }) => {
      characters += message.length + fields.length
      return characters <= maxCharacters
    })
    .reverse()
    .map(({ timeMs, level, part, message, fields }) => ({
      at: new Date(timeMs).toISOString(),
      level,
      part: part.slice(0, 200),
      message: message.replace(joinToken, 'join_[hidden]').slice(0, 4000),
      fields: fields.replace(joinToken, 'join_[hidden]').slice(0, 4100),
    }))
  return { ...about, own: about.own.slice(0, 100).map((name) => name.slice(0, 80)), ...unitFacts(), lines }
}

function unitFacts(): Pick<NodeInspection, 'unit' | 'dropIns'> {
  try {
    const unit = createHash('sha256').update(readFileSync(nodeUnitFile)).digest('hex')
    return { unit, dropIns: dropInsOf(`${nodeUnitFile}.d`) }
  } catch {
    return { unit: null, dropIns: 0 }
  }
}

function dropInsOf(folder: string): number {
  try {
    return Math.min(1000, readdirSync(folder).filter((name) => name.endsWith('.conf')).length)
  } catch {
    return 0
  }
}
