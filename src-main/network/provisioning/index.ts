import { setTimeout as wait } from 'node:timers/promises'
import type { RouteDefinition } from '../../platform/routes.ts'
import type { Rollouts } from '../origin/fleet/rollouts.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import { Jobs, type JobsDependencies } from './jobs.ts'
import { MachineBook } from './machine-book.ts'
import type { MachineStore } from './machine-store.ts'
import type { NodeUnit } from './node-unit.ts'
import { findPackages } from './program-package.ts'
import { provisioningRoutes } from './provisioning-routes.ts'

/** What setting nodes up needs of the host that it is part of. */
export interface HostProgram {
  readonly version: string
  /** Folders where packed programs are looked for. */
  readonly packageFolders: readonly string[]
  /** The text of a unit for systemd. */
  readonly unitText: (unit: NodeUnit) => string
}

/** Longest time for which a host that ends waits for what is undone elsewhere, ms; a later run goes on from what is there. */
const stopMs = 1000

/** Nodes that are set up on other machines over SSH. */
export async function createProvisioning({
  store,
  nodes,
  rollouts,
  isRouting,
  program,
  ...rest
}: Omit<JobsDependencies, 'isUpdated'> & {
  readonly store: MachineStore
  readonly nodes: NodeBook
  readonly rollouts: Rollouts
  /** Viewers are sent to nodes. */
  readonly isRouting: () => boolean
  readonly program: HostProgram
}): Promise<{
  readonly routes: readonly RouteDefinition[]
  /** SHA-256 of the unit that was written for a node, in hex digits; undefined where it was not set up over SSH. */
  unitOf(nodeId: string): string | undefined
  stop(): Promise<void>
}> {
  const machines = await MachineBook.open(store, rest.now)
  const updated = () => rollouts.list().find(({ kind, state }) => kind === 'update' && state === 'running')
  const jobs = new Jobs({
    ...rest,
    isUpdated: (target) => {
      const nodeId = machines.find(target)?.nodeId
      return updated()?.nodes.some(({ id }) => id === nodeId) === true
    },
  })
  const packages = () => findPackages(program.packageFolders, program.version)
  return {
    routes: provisioningRoutes({ nodes, machines, packages, isRouting, unitText: program.unitText }, jobs, rollouts),
    unitOf: (nodeId) => machines.list().find((machine) => machine.nodeId === nodeId)?.unitHash,
    async stop() {
      const late = new AbortController()
      await Promise.race([jobs.stop(), wait(stopMs, undefined, { signal: late.signal }).catch(() => undefined)])
      late.abort()
    },
  }
}
