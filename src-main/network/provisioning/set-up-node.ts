import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import { type Examined, examineMachine } from './examine-machine.ts'
import { nodeUser } from './layout.ts'
import { type Finding, isSuitable, judgeMachine } from './machine/judge-machine.ts'
import type { MachineFacts } from './machine/machine-facts.ts'
import { findSystem, type NodeSystem } from './machine/systems.ts'
import type { MachineBook } from './machine-book.ts'
import { type NodeUnit, nodeUnitOf } from './node-unit.ts'
import type { ProgramPackage } from './program-package.ts'
import type { Progress } from './progress.ts'
import type { SetUp, StepId } from './provisioning-schemas.ts'
import type { HostKey } from './ssh/host-key.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import type { SshCredentials } from './ssh/ssh-target.ts'
import { nginxScript } from './steps/nginx.ts'
import { configureScript, finishScript, prepareScript, startScript, unpackScript } from './steps/prepare.ts'
import { removeScript, undoScript } from './steps/remove.ts'
import { untilConnected } from './until-connected.ts'

export interface ProvisioningDependencies {
  readonly nodes: Pick<NodeBook, 'createToken' | 'joinedWith' | 'find' | 'revoke'>
  readonly machines: MachineBook
  /** Packed programs that are there now. */
  readonly packages: () => readonly ProgramPackage[]
  /** The text of a unit for systemd. */
  readonly unitText: (unit: NodeUnit) => string
}

/** Where to connect and how. */
export interface Way {
  readonly target: { readonly host: string; readonly port: number; readonly user: string }
  readonly hostKey: HostKey
  readonly credentials: SshCredentials
  readonly sudoPassword: string | undefined
}

/** Files are unpacked on slow disks, packages come over slow networks: how long a step may say nothing, ms. */
const silenceMs = 180_000
/** How long going back may take after a run that failed or was cancelled, ms. */
const undoMs = 180_000
/** A join token is used within seconds. */
const tokenS = 900

/** What will be done to set a node up. */
export function setUpSteps(isNginxMissing: boolean): readonly StepId[] {
  return ['connect', 'check', 'prepare', 'copy', ...(isNginxMissing ? (['nginx'] as const) : []), 'configure', 'start', 'join', 'finish']
}

/** Judges what was found on a machine for a node as it is wanted. */
export function judge(facts: MachineFacts, setUp: SetUp, origin: URL, packages: readonly ProgramPackage[]): readonly Finding[] {
  return judgeMachine(facts, {
    ...{ httpPort: setUp.httpPort, httpsPort: setUp.httpsPort, cache: setUp.cache, origin: origin.origin },
    hasSudoPassword: setUp.sudoPassword !== undefined,
    architectures: packages.map(({ architecture }) => architecture),
  })
}

/**
 * Sets a node up, or repairs the one that is there, and waits until it is connected. Whatever fails, the machine is as it was before.
 * Resolves to the node's id. Throws `network.*`, and what `signal` was aborted with.
 */
export async function setUpNode(
  dependencies: ProvisioningDependencies,
  request: { readonly setUp: SetUp; readonly origin: URL; readonly way: Way; readonly actor: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { nodes, machines, packages, unitText } = dependencies
  const { setUp, origin, way, actor } = request
  const { target, sudoPassword } = way
  progress.plan(setUpSteps(false))
  progress.enter('connect')
  const connection = await SshConnection.open(target, way.hostKey, way.credentials, signal)
  let undo: (() => Promise<void>) | undefined
  try {
    await machines.accept(target, way.hostKey)
    progress.enter('check')
    const { facts, rights } = await examineMachine(connection, { origin, sudoPassword, signal })
    const findings = judge(facts, { ...setUp, ...(sudoPassword === undefined ? {} : { sudoPassword }) }, origin, packages())
    for (const { state, text, remedy } of findings) progress.log(`${state === 'ok' ? '' : `${state}: `}${text}${remedy && `. ${remedy}`}`)
    if (!isSuitable(findings)) throw unsuitable(findings)
    const system = findSystem(facts.system) as NodeSystem
    const program = packages().find(({ architecture }) => architecture === facts.architecture)
    if (program === undefined) throw new AppError('network.program_missing', `No packed program is for ${facts.architecture}`)
    const nginxMissing = setUp.cache && facts.nginx === undefined
    progress.plan(setUpSteps(nginxMissing))

    const run = async (script: string, values: readonly string[] = [], input?: AsyncIterable<Uint8Array>): Promise<readonly string[]> => {
      let sent = 0
      const { code, lines, lastError } = await connection.run({
        ...{ script, values, rights, silenceMs, signal },
        ...(sudoPassword === undefined ? {} : { sudoPassword }),
        ...(input === undefined ? {} : { input }),
        onSent: (bytes) => {
          sent += bytes
          progress.sent(sent, program.bytes)
        },
        onLine: progress.log,
      })
      if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
      return lines
    }

    progress.enter('prepare')
    let token: string | undefined
    let staying: Parameters<typeof undoScript>[1] = 'occupied'
    undo = async () => {
      await goBack({ connection, way, rights, system, staying, progress })
      const joined = token === undefined ? undefined : nodes.joinedWith(token)
      if (joined !== undefined && nodes.find(joined) !== undefined) await nodes.revoke(joined, actor)
    }
    const [, known, itsOrigin] = /^node (\S+) (\S+)$/.exec((await run(prepareScript)).find((line) => line.startsWith('node ')) ?? '') ?? []
    // What joins from now on is of this run, and goes with it.
    staying = known === undefined ? 'untouched' : 'any'

    progress.enter('copy')
    const release = `${program.version}-${randomText(8)}`
    await run(unpackScript, [release], createReadStream(program.file, { highWaterMark: 256 * 1024 }))

    if (nginxMissing) {
      progress.enter('nginx')
      await run(nginxScript(system), [system.nginxPackage])
    }

    progress.enter('configure')
    const keptNode = known !== undefined && itsOrigin === origin.origin ? nodes.find(known) : undefined
    if (keptNode?.enabled === false)
      throw new AppError('network.node_not_connected', `The node "${keptNode.name}" is disabled: enable it, and run this again`)
    if (keptNode === undefined) token = (await nodes.createToken(tokenS, actor)).token
    const unit = unitText(nodeUnitOf(setUp, keptNode?.name ?? setUp.name ?? target.host, origin.origin, nodeUser))
    await run(configureScript, [unit, token ?? ''])

    progress.enter('start')
    const startedAtMs = Date.now()
    await run(startScript, [release])

    progress.enter('join')
    const isNew = token
    const nodeId = await untilConnected({
      find: () => {
        const node = nodes.find(isNew === undefined ? (keptNode?.id ?? '') : (nodes.joinedWith(isNew) ?? ''))
        return node?.connected === true && Date.parse(node.connectedSince ?? '') >= startedAtMs ? node.id : undefined
      },
      port: setUp.httpPort,
      connection,
      rights,
      sudoPassword,
      progress,
      signal,
    })

    progress.enter('finish')
    await run(finishScript)
    undo = undefined
    const replaced = machines.find(target)?.nodeId
    await machines.setNode(target, nodeId, createHash('sha256').update(unit).digest('hex'))
    // The machine was installed again since: nobody has the key of the node that was there.
    if (replaced && replaced !== nodeId && nodes.find(replaced)?.connected === false) await nodes.revoke(replaced, actor)
    return nodeId
  } catch (error) {
    await undo?.()
    throw error
  } finally {
    await connection.close()
  }
}

/** Removes a node with everything that was made for it, from its machine. Throws as `setUpNode`. */
export async function removeNode(
  { nodes, machines }: ProvisioningDependencies,
  { way, actor }: { readonly way: Way; readonly actor: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { target, sudoPassword } = way
  progress.plan(['connect', 'check', 'remove'])
  progress.enter('connect')
  const connection = await SshConnection.open(target, way.hostKey, way.credentials, signal)
  try {
    progress.enter('check')
    const { facts, rights } = await examineMachine(connection, { origin: undefined, sudoPassword, signal })
    const system = findSystem(facts.system)
    if (typeof system === 'string') throw new AppError('network.machine_unsuitable', system)
    if (facts.root === 'none' || (facts.root === 'password' && rights === 'user'))
      throw new AppError('network.sudo_rejected', 'Removing needs root: sign in as root, or give the password for sudo')
    progress.enter('remove')
    const { code, lastError } = await connection.run({
      ...{ script: removeScript(system.removeScript), rights, silenceMs, signal, onLine: progress.log },
      ...(sudoPassword === undefined ? {} : { sudoPassword }),
    })
    if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
    const nodeId = machines.find(target)?.nodeId
    if (nodeId && nodes.find(nodeId) !== undefined) await nodes.revoke(nodeId, actor)
    await machines.remove(target)
  } finally {
    await connection.close()
  }
}

function unsuitable(findings: readonly Finding[]): AppError {
  const reasons = findings.filter(({ state }) => state === 'fail').map(({ text, remedy }) => `${text}. ${remedy}`)
  return new AppError('network.machine_unsuitable', reasons.join(' '))
}

/** Undoes what was done, over a new connection where the one before is lost. What cannot be undone is said in the log. */
async function goBack({
  connection,
  way,
  rights,
  system,
  staying,
  progress,
}: {
  readonly connection: SshConnection
  readonly way: Way
  readonly rights: Examined['rights']
  readonly system: NodeSystem
  readonly staying: Parameters<typeof undoScript>[1]
  readonly progress: Progress
}): Promise<void> {
  progress.enter('undo')
  const signal = AbortSignal.timeout(undoMs)
  let own: SshConnection | undefined
  try {
    if (!connection.isOpen) own = await SshConnection.open(way.target, way.hostKey, way.credentials, signal)
    const { code, lines, lastError } = await (own ?? connection).run({
      ...{ script: undoScript(system.removeScript, staying), rights, silenceMs, signal, onLine: progress.log },
      ...(way.sudoPassword === undefined ? {} : { sudoPassword: way.sudoPassword }),
    })
    if (code !== 0) throw new Error(lastError)
    const isKept = lines.includes('kept')
    progress.log(
      lines.includes('back')
        ? 'The release that ran before runs again'
        : `What was done on the machine was undone${isKept ? '; the node that was there stays' : ''}`,
    )
  } catch (error) {
    progress.log(
      `What was done could not be undone: ${(error as Error).message}. Set the node up again, or remove it, when the machine answers`,
    )
  } finally {
    await own?.close()
  }
}
