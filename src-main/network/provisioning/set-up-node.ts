import { AppError } from '../../platform/errors.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import { nodeLayout } from './layout.ts'
import { type Finding, judgeMachine } from './machine/judge-machine.ts'
import type { MachineFacts } from './machine/machine-facts.ts'
import type { MachineBook } from './machine-book.ts'
import { type MachineUnit, nodeUnitOf } from './machine-unit.ts'
import type { ProgramPackage } from './program-package.ts'
import type { Progress } from './progress.ts'
import type { SetUp } from './provisioning-schemas.ts'
import { removeFromMachine } from './remove-from-machine.ts'
import { type MachineRole, setUpMachine, type Way } from './set-up-machine.ts'
import { untilReady } from './until-ready.ts'

export interface ProvisioningDependencies {
  readonly nodes: Pick<NodeBook, 'createToken' | 'joinedWith' | 'find' | 'revoke'>
  readonly machines: MachineBook
  /** Packed programs that are there now. */
  readonly packages: () => readonly ProgramPackage[]
  /** The text of a unit for systemd. */
  readonly unitText: (unit: MachineUnit) => string
}

/** A join token is used within seconds. */
const tokenS = 900

/** A machine as a node of this host: what is judged and planned before anything is done. */
export function nodePlan(
  setUp: SetUp,
  origin: URL,
  { sudoPassword, packages }: { readonly sudoPassword: string | undefined; readonly packages: () => readonly ProgramPackage[] },
): Pick<MachineRole, 'layout' | 'origin' | 'steps' | 'judge' | 'isNginxMissing'> {
  return {
    ...{ layout: nodeLayout, origin },
    steps: (isNginxMissing) => [
      ...(['connect', 'check', 'prepare', 'copy'] as const),
      ...(isNginxMissing ? (['nginx'] as const) : []),
      ...(['configure', 'start', 'join', 'finish'] as const),
    ],
    judge: (facts: MachineFacts): readonly Finding[] =>
      judgeMachine(facts, {
        ports: [setUp.httpPort, ...(setUp.httpsPort === 'off' ? [] : [setUp.httpsPort])],
        ...{ cache: setUp.cache, origin: origin.origin, hasSudoPassword: sudoPassword !== undefined },
        isAcmeByHttp: setUp.acmeNames !== '',
        architectures: packages().map(({ architecture }) => architecture),
      }),
    isNginxMissing: ({ nginx }) => setUp.cache && nginx === undefined,
  }
}

/**
 * Sets a node up, or repairs the one that is there, and waits until it is connected. Resolves to the node's id. Throws as `setUpMachine`.
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
  let token: string | undefined
  let keptNode: ReturnType<typeof nodes.find>
  let nodeId = ''
  const role: MachineRole = {
    ...nodePlan(setUp, origin, { sudoPassword, packages }),
    async configure(found) {
      const [, known = '', itsOrigin] = /^node (\S+) (\S+)$/.exec(found ?? '') ?? []
      keptNode = itsOrigin === origin.origin ? nodes.find(known) : undefined
      if (keptNode?.enabled === false)
        throw new AppError('network.node_not_connected', `The node "${keptNode.name}" is disabled: enable it, and run this again`)
      if (keptNode === undefined) token = (await nodes.createToken(tokenS, actor)).token
      const name = keptNode?.name ?? setUp.name ?? target.host
      return { unit: unitText(nodeUnitOf(setUp, name, origin.origin)), joinToken: token ?? '' }
    },
    async untilReady(machine, startedAtMs) {
      progress.enter('join')
      const isNew = token
      nodeId = await untilReady({
        ...{ ...machine, layout: nodeLayout, port: setUp.httpPort, what: 'node' },
        find: () => {
          const node = nodes.find(isNew === undefined ? (keptNode?.id ?? '') : (nodes.joinedWith(isNew) ?? ''))
          return node?.connected === true && Date.parse(node.connectedSince ?? '') >= startedAtMs ? node.id : undefined
        },
      })
    },
    async undone() {
      const joined = token === undefined ? undefined : nodes.joinedWith(token)
      if (joined !== undefined && nodes.find(joined) !== undefined) await nodes.revoke(joined, actor)
    },
  }
  const unitHash = await setUpMachine({ machines, packages }, role, way, progress, signal)
  const replaced = machines.find(target)?.nodeId
  await machines.setNode(target, nodeId, unitHash)
  // The machine was installed again since: nobody has the key of the node that was there.
  if (replaced && replaced !== nodeId && nodes.find(replaced)?.connected === false) await nodes.revoke(replaced, actor)
  return nodeId
}

/** Removes a node with everything that was made for it, from its machine. Throws as `removeFromMachine`. */
export async function removeNode(
  { nodes, machines }: ProvisioningDependencies,
  { way, actor }: { readonly way: Way; readonly actor: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { target } = way
  await removeFromMachine(nodeLayout, way, progress, signal)
  const nodeId = machines.find(target)?.nodeId
  if (nodeId && nodes.find(nodeId) !== undefined) await nodes.revoke(nodeId, actor)
  await machines.removeNode(target)
}
