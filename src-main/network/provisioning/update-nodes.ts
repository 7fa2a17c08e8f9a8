import { createReadStream } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import type { RolloutWork, Stages } from '../origin/fleet/rollouts.ts'
import { drainNode } from '../origin/nodes/drain-node.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import type { NetworkNode } from '../origin/nodes/node-schemas.ts'
import { examineMachine } from './examine-machine.ts'
import { nodeLayout } from './layout.ts'
import { findSystem, type NodeSystem } from './machine/systems.ts'
import type { MachineBook } from './machine-book.ts'
import type { StoredMachine } from './machine-store.ts'
import type { ProgramPackage } from './program-package.ts'
import type { RemoteRights } from './ssh/remote-script.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import type { SshCredentials } from './ssh/ssh-target.ts'
import { readNginxUpdate } from './steps/nginx-update.ts'
import { finishScript, portScript, prepareScript, startScript, unpackScript } from './steps/prepare.ts'
import { undoScript } from './steps/remove.ts'
import { untilReady } from './until-ready.ts'

export interface UpdateDependencies {
  readonly nodes: Pick<NodeBook, 'find' | 'setBusy'>
  readonly machines: MachineBook
  /** Packed programs that are there now. */
  readonly packages: () => readonly ProgramPackage[]
  /** Viewers are sent to nodes: who plays at a node that drains moves to others. */
  readonly isRouting: () => boolean
}

export interface UpdateRequest {
  readonly nodes: readonly NetworkNode[]
  readonly credentials: SshCredentials
  readonly sudoPassword: string | undefined
  /** nginx too, where the package manager has a newer one. */
  readonly nginx: boolean
  /** How long players get to move to other nodes, seconds. */
  readonly drainS: number
  readonly stages: Stages
}

const silenceMs = 180_000
/** Going back may take so long at one node, ms. */
const undoMs = 180_000
/** A node that goes back is waited for so long, ms. */
const backMs = 60_000
const lookMs = 500

/** What was done at a node, which may have to be undone. */
interface Touched {
  /** Something was changed on its machine. */
  isChanged: boolean
  /** What its new program says of itself. */
  version: string
  /** What is said of it at the end. */
  done: string
}

/**
 * Updates the program of nodes one stage after the other: each drains, gets the program over SSH, and gets viewers again once it is
 * connected. The release before is kept until all nodes are well, so that all of them can go back.
 */
export function updateWork(dependencies: UpdateDependencies, request: UpdateRequest): RolloutWork {
  const { nodes, machines, packages, isRouting } = dependencies
  const { credentials, sudoPassword, stages, drainS } = request
  const touched = new Map<string, Touched>()
  const machineOf = (id: string): StoredMachine => {
    const machine = machines.list().find(({ nodeId }) => nodeId === id)
    if (machine === undefined)
      throw new AppError('network.machine_unknown', `"${nodes.find(id)?.name ?? id}" was not set up over SSH by this host`)
    return machine
  }
  for (const { id } of request.nodes) machineOf(id)

  const onMachine = async <T>(id: string, signal: AbortSignal, work: (machine: OnMachine) => Promise<T>): Promise<T> => {
    const { hostKey, ...target } = machineOf(id)
    const connection = await SshConnection.open(target, hostKey, credentials, signal)
    try {
      const { facts, rights } = await examineMachine(connection, { layout: nodeLayout, origin: undefined, sudoPassword, signal })
      const system = findSystem(facts.system)
      if (typeof system === 'string') throw new AppError('network.machine_unsuitable', system)
      if (facts.root === 'none' || (facts.root === 'password' && rights === 'user'))
        throw new AppError('network.sudo_rejected', 'Updating needs root: sign in as root, or give the password for sudo')
      const run: OnMachine['run'] = async (script, values = [], input, onLine) => {
        const { code, lines, lastError } = await connection.run({
          ...{ script, values, rights, silenceMs, signal },
          ...(sudoPassword === undefined ? {} : { sudoPassword }),
          ...(input === undefined ? {} : { input }),
          ...(onLine === undefined ? {} : { onLine }),
        })
        if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
        return lines
      }
      return await work({ connection, rights, system, architecture: facts.architecture, freeBytes: facts.freeBytes, run })
    } finally {
      await connection.close()
    }
  }

  return {
    ...{ kind: 'update', subject: packages()[0]?.version ?? '', nodes: request.nodes, stages },
    async apply(id, note, signal) {
      const node = nodes.find(id)
      if (node?.connected !== true) return false
      const state: Touched = { isChanged: false, version: '', done: '' }
      touched.set(id, state)
      note('Drain: new viewers go elsewhere, players move')
      await drainNode({ nodes, isRouting, drainS }, id, signal)
      note('Connect')
      await onMachine(id, signal, async ({ connection, rights, system, architecture, freeBytes, run }) => {
        const program = packages().find((each) => each.architecture === architecture)
        if (program === undefined) throw new AppError('network.program_missing', `No packed program is for ${architecture}`)
        // Unpacked it takes some four times as much, and the release before is there too.
        if (freeBytes < program.bytes * 5)
          throw new AppError(
            'network.step_failed',
            `Its disk has ${Math.round(freeBytes / 2 ** 20)} MiB free below /opt, which is too little`,
          )
        await run(prepareScript(nodeLayout))
        // Before, there is no release to go back to, and none to go back from.
        state.isChanged = true
        note(`Copy the program (${Math.round(program.bytes / 2 ** 20)} MiB)`)
        const release = `${program.version}-${randomText(8)}`
        const printed = await run(unpackScript(nodeLayout), [release], createReadStream(program.file, { highWaterMark: 256 * 1024 }))
        state.version = printed.at(-1)?.trim() ?? ''
        if (request.nginx) {
          note('Update nginx')
          const { state: end, text } = readNginxUpdate(
            await run(system.upgradeScript, [], undefined, (line) => {
              if (line.startsWith('Waiting ')) note(line)
            }),
          )
          if (end === 'failed') throw new AppError('network.nginx_not_updated', text)
          state.done = text
          note(text)
        }
        const port = Number((await run(portScript(nodeLayout))).at(-1)) || 8080
        note('Start')
        const startedAtMs = Date.now()
        await run(startScript(nodeLayout), [release])
        await untilReady({
          layout: nodeLayout,
          find: () => {
            const now = nodes.find(id)
            return now?.connected === true && Date.parse(now.connectedSince ?? '') >= startedAtMs ? id : undefined
          },
          ...{ what: 'node' as const, port, connection, rights, sudoPassword, signal, progress: { log: note } },
        })
      })
      const problem = this.problem(id)
      if (problem !== undefined) throw new AppError('network.rollout_failed', problem)
      nodes.setBusy(id, false)
      return true
    },
    done: (id) => touched.get(id)?.done ?? '',
    isAway: (id) => nodes.find(id)?.connected !== true,
    problem(id) {
      const node = nodes.find(id)
      const version = touched.get(id)?.version
      if (node?.connected !== true) return undefined
      if (version !== undefined && version !== '' && node.version !== version)
        return `the node runs version ${node.version}, not ${version}`
      return undefined
    },
    async undo(id, note) {
      const state = touched.get(id)
      if (state === undefined) return
      if (state.isChanged) {
        note('Go back to the release before')
        let fault: unknown
        // The program goes back, whatever becomes of nginx.
        if (request.nginx)
          await onMachine(id, AbortSignal.timeout(undoMs), ({ system, run }) => run(system.downgradeScript)).catch((error: unknown) => {
            fault = error
          })
        await onMachine(id, AbortSignal.timeout(undoMs), ({ system, run }) => run(undoScript(nodeLayout, system.removeScript, 'any')))
        for (const end = performance.now() + backMs; nodes.find(id)?.connected !== true; await wait(lookMs))
          if (performance.now() > end) throw new AppError('network.node_not_connected', 'it does not connect with the release before')
        if (fault !== undefined) throw fault
      }
      nodes.setBusy(id, false)
    },
    async finish() {
      if (touched.size === 0) throw new AppError('network.node_not_connected', 'No node is connected: nothing was updated')
      // The next update clears up where this cannot.
      for (const [id, { isChanged }] of touched)
        if (isChanged) await onMachine(id, AbortSignal.timeout(undoMs), ({ run }) => run(finishScript(nodeLayout))).catch(() => undefined)
    },
    async abandon() {
      for (const id of touched.keys()) nodes.setBusy(id, false)
    },
  }
}

interface OnMachine {
  readonly connection: SshConnection
  readonly rights: RemoteRights
  readonly system: NodeSystem
  readonly architecture: string
  readonly freeBytes: number
  run(
    script: string,
    values?: readonly string[],
    input?: AsyncIterable<Uint8Array>,
    onLine?: (line: string) => void,
  ): Promise<readonly string[]>
}
