import { Type } from 'typebox'
import { acmeNames } from '../../platform/acme/acme-settings.ts'
import { AppError } from '../../platform/errors.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { readOriginUrl } from '../agent/joining/origin-connection.ts'
import { RolloutSchema } from '../origin/fleet/rollout-schemas.ts'
import type { Rollouts } from '../origin/fleet/rollouts.ts'
import type { NodeBook } from '../origin/nodes/node-book.ts'
import { examineMachine } from './examine-machine.ts'
import type { Jobs } from './jobs.ts'
import { listKeyFiles, readKeyFile } from './key-files.ts'
import { isSuitable } from './machine/judge-machine.ts'
import { hostKeyChanged } from './machine-book.ts'
import type { OfferedPrograms } from './offered-programs.ts'
import {
  type Access,
  AccessSchema,
  type Credentials,
  JobIdParams,
  JobSchema,
  JobWithLogSchema,
  MachineReportSchema,
  MeansSchema,
  NodeMachineSchema,
  PlaceSchema,
  ProgramParams,
  RemoveSchema,
  type SetUp,
  SetUpSchema,
  ShownHostKeySchema,
  SignInLinkSchema,
  tag,
  UpdateSchema,
  UserDataRequestSchema,
  UserDataSchema,
} from './provisioning-schemas.ts'
import { hostPlan, makeSignInLink, removeHost, setUpHost } from './set-up-host.ts'
import type { MachineRole, Way } from './set-up-machine.ts'
import { nodePlan, type ProvisioningDependencies, removeNode, setUpNode } from './set-up-node.ts'
import { fingerprintOf, type HostKey, readHostKey } from './ssh/host-key.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import type { SshCredentials } from './ssh/ssh-target.ts'
import { type UpdateDependencies, updateWork } from './update-nodes.ts'
import type { MakeUserData } from './user-data.ts'

/** Looking at a machine ends after so long, ms: a request waits for it. */
const examineMs = 60_000

/**
 * Nodes that are set up over SSH. Who may do it has this host sign in elsewhere with its user's keys and run commands there: admins
 * alone, for all of it.
 */
export function provisioningRoutes(
  dependencies: ProvisioningDependencies & Pick<UpdateDependencies, 'nodes' | 'isRouting'> & { readonly nodes: Pick<NodeBook, 'list'> },
  jobs: Jobs,
  rollouts: Rollouts,
  programs: OfferedPrograms,
  makeUserData: MakeUserData,
): readonly RouteDefinition[] {
  const { machines, packages } = dependencies
  /** The key that the machine shows now: the one that was accepted, and the one that it has been known by. */
  const checkedKey = async ({ host, port, hostKey }: Access, signal: AbortSignal): Promise<HostKey> => {
    const known = machines.find({ host, port })?.hostKey
    const shown = await readHostKey({ host, port }, known?.type, signal)
    if (known !== undefined && fingerprintOf(known) !== fingerprintOf(shown)) throw hostKeyChanged(host, known, shown)
    if (fingerprintOf(shown) !== hostKey)
      throw new AppError('network.host_key_unknown', `${host} shows ${fingerprintOf(shown)}, and ${hostKey} was accepted`)
    return shown
  }
  const wayTo = async (access: Access, signal: AbortSignal): Promise<Way> => {
    const { host, port, user, credentials, sudoPassword } = access
    const known = await credentialsOf(credentials)
    return {
      target: { host, port, user },
      hostKey: await checkedKey(access, signal),
      credentials: known,
      sudoPassword: sudoPassword ?? (known.kind === 'password' ? known.password : undefined),
    }
  }
  const planOf = (
    { setUp, origin }: ReturnType<typeof readSetUp>,
    { sudoPassword }: Way,
  ): Pick<MachineRole, 'layout' | 'origin' | 'steps' | 'judge' | 'isNginxMissing'> =>
    origin === undefined ? hostPlan(setUp, { sudoPassword, packages }) : nodePlan(setUp, origin, { sudoPassword, packages })
  return [
    defineRoute({
      method: 'GET',
      path: '/network/machines/means',
      tag,
      summary: 'What this host has for setting nodes up over SSH: keys, an agent, packed programs',
      role: 'admin',
      responses: { 200: MeansSchema },
      handler: async ({ signInBaseUrl: origin }) => ({
        body: {
          origin,
          agent: Boolean(process.env.SSH_AUTH_SOCK),
          keyFiles: [...(await listKeyFiles())],
          packages: packages().map(({ version, architecture, bytes }) => ({ version, architecture, bytes })),
        },
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/machines',
      tag,
      summary: 'Machines whose host key was accepted, with their nodes',
      role: 'admin',
      responses: { 200: wholeListSchema(NodeMachineSchema) },
      handler: () => ({
        body: {
          items: machines.list().map(({ hostKey, unitHash: _unitHash, hostUrl = null, ...machine }) => ({
            ...machine,
            hostUrl,
            fingerprint: fingerprintOf(hostKey),
          })),
          nextCursor: null,
        },
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/machines/:host/:port',
      tag,
      summary: 'Deletes the host key by which a machine is known; the machine is not touched',
      role: 'admin',
      params: PlaceSchema,
      responses: { 204: Type.Null() },
      handler: async ({ params }) => {
        await machines.remove(params)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/host-key',
      tag,
      summary: 'The key that a machine shows: to be compared and accepted before anybody signs in there',
      role: 'admin',
      body: PlaceSchema,
      responses: { 200: ShownHostKeySchema },
      handler: async ({ body, signal }) => {
        const key = await readHostKey(body, machines.find(body)?.hostKey.type, signal)
        return { body: { type: key.type, fingerprint: fingerprintOf(key), state: machines.judge(body, key) } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/check',
      tag,
      summary: 'Signs in on a machine and says what is there and what would be done; changes nothing',
      role: 'admin',
      body: SetUpSchema,
      responses: { 200: MachineReportSchema },
      handler: async ({ body, signal: gone, signInBaseUrl }) => {
        const signal = AbortSignal.any([gone, AbortSignal.timeout(examineMs)])
        const checked = readSetUp(body, signInBaseUrl)
        const way = await wayTo(body, signal)
        const plan = planOf(checked, way)
        const connection = await SshConnection.open(way.target, way.hostKey, way.credentials, signal)
        try {
          const { sudoPassword } = way
          const { layout, origin } = plan
          const examined = await examineMachine(connection, { layout, origin, sudoPassword, signal })
          const findings = plan.judge(examined.facts)
          return {
            body: {
              suitable: isSuitable(findings),
              hostName: examined.facts.hostName,
              findings: [...findings],
              steps: [...plan.steps(plan.isNginxMissing(examined.facts))],
            },
          }
        } finally {
          await connection.close()
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/set-up',
      tag,
      summary: 'Sets a node or a host up on a machine, or repairs it; the answer is the job that does it',
      role: 'admin',
      body: SetUpSchema,
      responses: { 202: JobSchema },
      handler: ({ body, principal, signInBaseUrl }) => {
        const { setUp, origin } = readSetUp(body, signInBaseUrl)
        const job = jobs.start({ kind: 'add', role: body.role }, body, principal.id, async (progress, signal) => {
          const way = await wayTo(body, signal)
          return origin === undefined
            ? { hostUrl: await setUpHost(dependencies, { setUp, way }, progress, signal) }
            : { nodeId: await setUpNode(dependencies, { setUp, origin, way, actor: principal.id }, progress, signal) }
        })
        return { status: 202, body: job }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/remove',
      tag,
      summary: 'Removes the node or host of a machine with everything that was made for it; the answer is the job that does it',
      role: 'admin',
      body: RemoveSchema,
      responses: { 202: JobSchema },
      handler: ({ body, principal }) => {
        const { role, deleteData } = body
        if (role === 'origin' && !deleteData)
          throw new AppError(
            'request.invalid',
            'Removing a host deletes its streams, keys, recordings and settings: confirm it by deleteData',
            {
              details: { field: 'body.deleteData' },
            },
          )
        const job = jobs.start({ kind: 'remove', role }, body, principal.id, async (progress, signal) => {
          const way = await wayTo(body, signal)
          if (role === 'origin') await removeHost(dependencies, way, progress, signal)
          else await removeNode(dependencies, { way, actor: principal.id }, progress, signal)
          return {}
        })
        return { status: 202, body: job }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/sign-in-link',
      tag,
      summary: 'Has the host that was set up on a machine make a link that signs in there as admin, once and within ten minutes',
      role: 'admin',
      body: AccessSchema,
      responses: { 201: SignInLinkSchema },
      handler: async ({ body, signal: gone, principal }) => {
        const signal = AbortSignal.any([gone, AbortSignal.timeout(examineMs)])
        const link = await makeSignInLink(dependencies, await wayTo(body, signal), signal)
        jobs.note(`a sign-in link of the host on ${body.host} was created`, principal.id)
        return { status: 201, body: link }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/user-data',
      tag,
      summary: 'Makes user data for cloud-init, with which one new machine becomes a node at its first boot',
      role: 'admin',
      body: UserDataRequestSchema,
      responses: { 201: UserDataSchema },
      handler: async ({ body: { expiresInS, origin: given, ...asked }, principal, signInBaseUrl }) => {
        const { origin } = readOriginUrl(given ?? signInBaseUrl)
        const wish = { ...asked, acmeNames: acmeNames({ names: asked.acmeNames, dnsHook: '' }).join(',') }
        const { userData, expiresAt } = await makeUserData({ wish, origin, expiresInS, actor: principal.id })
        return { status: 201, body: { userData, expiresAt } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/programs/:sha256',
      tag,
      summary: 'A packed program by the SHA-256 of its file, which user data for cloud-init names',
      role: 'none',
      params: ProgramParams,
      responses: { 200: Type.Null() },
      fileTypes: ['application/gzip'],
      handler: async ({ params: { sha256 } }) => {
        const found = (await programs.all()).find((each) => each.sha256 === sha256)
        if (found === undefined) throw new AppError('network.program_missing', 'No packed program has this SHA-256')
        return { body: null, file: { path: found.file, type: 'application/gzip' } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/updates',
      tag,
      summary: 'Updates the program of nodes that were set up over SSH, some first, and back at the first failure; each drains before',
      role: 'admin',
      body: UpdateSchema,
      responses: { 202: RolloutSchema },
      handler: async ({ body, principal }) => {
        const { nodes: ids, group, label, credentials, sudoPassword, nginx, drainS, ...stages } = body
        const unknown = ids?.find((id) => dependencies.nodes.find(id) === undefined)
        if (unknown !== undefined) throw new AppError('network.node_not_found', `There is no node "${unknown}"`)
        const isOnMachine = (id: string): boolean => machines.list().some(({ nodeId }) => nodeId === id)
        const chosen = dependencies.nodes
          .list()
          .filter(
            ({ id, enabled, ...node }) =>
              (ids === undefined ? enabled && isOnMachine(id) : ids.includes(id)) &&
              (group === undefined || node.group === group) &&
              (label === undefined || node.labels.includes(label)),
          )
        if (chosen.length === 0) throw new AppError('network.node_not_found', 'No node that was set up over SSH is among these')
        if (packages().length === 0) throw new AppError('network.program_missing')
        rollouts.assertIdle()
        const known = await credentialsOf(credentials)
        const work = updateWork(dependencies, {
          ...{ nodes: chosen, credentials: known, nginx, drainS, stages },
          sudoPassword: sudoPassword ?? (known.kind === 'password' ? known.password : undefined),
        })
        for (const { nodeId, ...machine } of machines.list()) if (chosen.some(({ id }) => id === nodeId)) jobs.assertFree(machine)
        return { status: 202, body: rollouts.start(work, principal.id) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/machines/jobs',
      tag,
      summary: 'Jobs on machines: those that run, and the last that have ended',
      role: 'admin',
      responses: { 200: wholeListSchema(JobSchema) },
      handler: () => ({ body: { items: [...jobs.list()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/machines/jobs/:id',
      tag,
      summary: 'A job with the last lines of its log',
      role: 'admin',
      params: JobIdParams,
      responses: { 200: JobWithLogSchema },
      handler: ({ params }) => ({ body: jobs.find(params.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/machines/jobs/:id/cancel',
      tag,
      summary: 'Ends a job; what it did is undone',
      role: 'admin',
      params: JobIdParams,
      responses: { 202: JobSchema },
      handler: ({ params }) => {
        jobs.cancel(params.id)
        const { log: _log, ...job } = jobs.find(params.id)
        return { status: 202, body: job }
      },
    }),
  ]
}

/** A wish whose names of certificates are valid; without an origin for a host of its own. Throws `config.invalid` and `command.invalid`. */
function readSetUp(given: SetUp, signInBaseUrl: string): { readonly setUp: SetUp; readonly origin: URL | undefined } {
  const setUp = { ...given, acmeNames: acmeNames({ names: given.acmeNames, dnsHook: '' }).join(',') }
  return { setUp, origin: given.role === 'origin' ? undefined : readOriginUrl(given.origin ?? signInBaseUrl) }
}

async function credentialsOf(given: Credentials): Promise<SshCredentials> {
  switch (given.kind) {
    case 'agent':
      if (!process.env.SSH_AUTH_SOCK) throw new AppError('network.ssh_no_agent')
      return given
    case 'password':
      return given
    case 'key':
      return { kind: 'key', privateKey: given.privateKey, passphrase: given.passphrase }
    case 'keyFile':
      return { kind: 'key', privateKey: await readKeyFile(given.name), passphrase: given.passphrase }
  }
}
