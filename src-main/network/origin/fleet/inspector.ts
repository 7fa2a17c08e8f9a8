import { setTimeout as wait } from 'node:timers/promises'
import { readConfigText } from '../../../platform/config/config-text.ts'
import { AppError } from '../../../platform/errors.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { NodeInspection } from '../nodes/inspection.ts'
import type { NodeConnection } from '../nodes/node-book.ts'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import type { Difference, DriftAnswer, LogAnswer } from './drift-schemas.ts'

/** How long a node may take to answer, ms. */
const answerMs = 5000
/** Nodes that are asked at once. */
const maxAtOnce = 50
/** Lines of all nodes together. */
const maxLogLines = 5000

const levels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof levels)[number]

export interface InspectorDependencies {
  /** Of this host. */
  readonly version: string
  readonly nodes: () => readonly NetworkNode[]
  readonly connectionOf: (id: string) => Pick<NodeConnection, 'inspect'> | undefined
  /** SHA-256 of the unit that was written when the node was set up over SSH, in hex digits. */
  readonly unitOf: (id: string) => string | undefined
  /** What the node is to use, and what it uses; null where it takes nothing. */
  readonly configurationOf: (id: string) => { readonly wanted: string; readonly used: string; readonly fault: string | undefined } | null
  /** What the group of a node says, as YAML. */
  readonly groupText: (group: string) => string
}

type Asked = { readonly node: NetworkNode } & ({ readonly inspection: NodeInspection } | { readonly reason: string })

/** Asks nodes what they are and have, over their connections: their differences, and their logs. Nothing is run there. */
export class Inspector {
  readonly #dependencies: InspectorDependencies

  constructor(dependencies: InspectorDependencies) {
    this.#dependencies = dependencies
  }

  /** What differs at each node from what it should be. */
  async drift(): Promise<readonly DriftAnswer[]> {
    const all = await this.#ask(this.#dependencies.nodes(), 0)
    // Once for each group, however many nodes it has.
    const groups = new Map<string, readonly string[]>()
    for (const { node } of all) if (node.group !== null && !groups.has(node.group)) groups.set(node.group, this.#namesOf(node.group))
    const usualNginx = mostUsual(all.flatMap((each) => ('inspection' in each ? (each.inspection.nginx ?? []) : [])))
    return all.map((each) => {
      const { id, name, group } = each.node
      if ('reason' in each) return { id, name, group, state: 'unknown', reason: each.reason, nginx: null, differences: [] }
      const differences = this.#differences(each.node, each.inspection, (group && groups.get(group)) || [], usualNginx)
      return { id, name, group, state: differences.length === 0 ? 'ok' : 'drifted', reason: '', nginx: each.inspection.nginx, differences }
    })
  }

  /** The last lines of the logs of some nodes, in the order of their times. */
  async log({ nodes, lines, level }: { nodes: readonly NetworkNode[]; lines: number; level: LogLevel }): Promise<LogAnswer> {
    const all = await this.#ask(nodes, lines)
    const items = all
      .flatMap((each) => {
        if ('reason' in each) return []
        const { id, name } = each.node
        return each.inspection.lines.map((line) => ({ node: id, name, ...line }))
      })
      .filter((line) => levels.indexOf(line.level) >= levels.indexOf(level))
      .sort((a, b) => a.at.localeCompare(b.at))
    return {
      items: items.slice(-maxLogLines),
      missing: all.flatMap((each) => ('reason' in each ? { id: each.node.id, name: each.node.name, reason: each.reason } : [])),
    }
  }

  async #ask(nodes: readonly NetworkNode[], lines: number): Promise<readonly Asked[]> {
    const answers: Asked[] = []
    for (let start = 0; start < nodes.length; start += maxAtOnce)
      answers.push(...(await Promise.all(nodes.slice(start, start + maxAtOnce).map((node) => this.#askOne(node, lines)))))
    return answers
  }

  async #askOne(node: NetworkNode, lines: number): Promise<Asked> {
    const connection = this.#dependencies.connectionOf(node.id)
    if (connection === undefined) return { node, reason: node.enabled ? 'It is away' : 'It is disabled' }
    const over = new AbortController()
    try {
      const late = wait(answerMs, undefined, { signal: over.signal }).then(() => {
        throw new Error(`It did not answer within ${answerMs / 1000} s`)
      })
      return { node, inspection: await Promise.race([connection.inspect(lines), late]) }
    } catch (error) {
      const isOld = error instanceof AppError && error.code === 'network.node_too_old'
      return { node, reason: isOld ? `Its version ${node.version} cannot be asked: update it` : (error as Error).message }
    } finally {
      over.abort()
    }
  }

  /** What a group says something about. */
  #namesOf(group: string): readonly string[] {
    const { value } = readConfigText(this.#dependencies.groupText(group), 'configuration')
    return isRecord(value) ? Object.keys(value) : []
  }

  #differences(node: NetworkNode, inspection: NodeInspection, grouped: readonly string[], usualNginx: string | undefined): Difference[] {
    const { version, unitOf, configurationOf } = this.#dependencies
    const found: Difference[] = []
    if (inspection.version !== version) found.push({ kind: 'program', text: `Program ${inspection.version}; this host has ${version}` })
    const configuration = configurationOf(node.id)
    if (configuration !== null && configuration.used !== configuration.wanted)
      found.push({
        kind: 'configuration',
        text: `It does not use the configuration of its group${configuration.fault === undefined ? '' : `: ${configuration.fault}`}`,
      })
    const own = inspection.own.filter((name) => grouped.includes(name))
    if (own.length > 0) found.push({ kind: 'own-file', text: `Its own file says ${own.join(', ')}, in place of its group` })
    if (inspection.nginx !== null && usualNginx !== undefined && inspection.nginx !== usualNginx)
      found.push({ kind: 'nginx', text: `nginx ${inspection.nginx}; most nodes have ${usualNginx}` })
    const unit = unitOf(node.id)
    if (unit !== undefined && inspection.unit !== unit)
      found.push({
        kind: 'unit',
        text: inspection.unit === null ? 'Its unit for systemd cannot be read' : 'Its unit for systemd was changed on the machine',
      })
    if (inspection.dropIns > 0) found.push({ kind: 'unit', text: `Its unit for systemd has drop-ins (${inspection.dropIns})` })
    return found
  }
}

/** The text that is there most often, the first of several. */
function mostUsual(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}
