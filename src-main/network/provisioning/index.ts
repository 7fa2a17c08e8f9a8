import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../platform/errors.ts'
import type { RouteDefinition } from '../../platform/routes/routes.ts'
import type { Rollouts } from '../origin/fleet/rollouts.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import { Jobs, type JobsDependencies } from './jobs.ts'
import { MachineBook } from './machine-book.ts'
import type { MachineStore } from './machine-store.ts'
import type { MachineUnit } from './machine-unit.ts'
import { OfferedPrograms } from './offered-programs.ts'
import { findPackages } from './program-package.ts'
import { provisioningRoutes } from './provisioning-routes.ts'
import { type MakeUserData, userDataOf } from './user-data.ts'

/** What setting nodes up needs of the host that it is part of. */
export interface HostProgram {
  readonly version: string
  /** Folders where packed programs are looked for. */
  readonly packageFolders: readonly string[]
  /** The text of a unit for systemd. */
  readonly unitText: (unit: MachineUnit) => string
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
  readonly makeUserData: MakeUserData
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
  const programs = new OfferedPrograms(packages)
  const { unitText } = program
  const makeUserData: MakeUserData = async ({ wish, origin, expiresInS, actor }) => {
    const offered = (await programs.all()).map(({ architecture, sha256, version }) => ({
      ...{ machine: architecture === 'arm64' ? 'aarch64' : 'x86_64', sha256, version },
      url: `${origin}/api/v1/network/programs/${sha256}`,
    }))
    if (offered.length === 0) throw new AppError('network.program_missing')
    const { token, expiresAt } = await nodes.createToken(expiresInS, actor)
    return { userData: userDataOf({ wish, origin, token, programs: offered, unitText }), token, expiresAt }
  }
  return {
    routes: provisioningRoutes({ nodes, machines, packages, isRouting, unitText }, jobs, rollouts, programs, makeUserData),
    makeUserData,
    unitOf: (nodeId) => machines.list().find((machine) => machine.nodeId === nodeId)?.unitHash,
    async stop() {
      const late = new AbortController()
      await Promise.race([jobs.stop(), wait(stopMs, undefined, { signal: late.signal }).catch(() => undefined)])
      late.abort()
    },
  }
}
