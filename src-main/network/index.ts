import { join, resolve } from 'node:path'
import type { Kysely } from 'kysely'
import type { Registry } from 'prom-client'
import Value from 'typebox/value'
import type { EdgeOrigin } from '../media/edge-delivery.ts'
import type { ViewerNode } from '../media/viewer-nodes.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SocketDefinition } from '../platform/routes/sockets.ts'
import { repeat } from '../platform/timing/repeat.ts'
import { attackRoutes } from './attacks/attack-routes.ts'
import { GuardBook } from './attacks/guard-book.ts'
import { createGuardStore } from './attacks/guard-store.ts'
import { followRegions } from './config/regions.ts'
import { registerNodeMetrics } from './figures/origin-metrics.ts'
import { TrafficBook } from './figures/traffic-book.ts'
import { trafficRoutes } from './figures/traffic-routes.ts'
import { createTrafficStore } from './figures/traffic-store.ts'
import { FunctionBook } from './functions/function-book.ts'
import { functionRoutes } from './functions/function-routes.ts'
import { FunctionRunner } from './functions/function-runner.ts'
import { createFunctionStore } from './functions/function-store.ts'
import { FunctionTrials } from './functions/function-trials.ts'
import { LimitBook } from './limits/limit-book.ts'
import { limitRoutes } from './limits/limit-routes.ts'
import { LimitSettingsSchema } from './limits/limit-settings.ts'
import { DnsBook } from './origin/dns/dns-book.ts'
import { dnsRoutes } from './origin/dns/dns-routes.ts'
import { DnsSettingsSchema } from './origin/dns/dns-schemas.ts'
import { fleetRoutes } from './origin/fleet/fleet-routes.ts'
import { GroupBook } from './origin/fleet/group-book.ts'
import { createGroupStore } from './origin/fleet/group-store.ts'
import { Inspector } from './origin/fleet/inspector.ts'
import { Rollouts } from './origin/fleet/rollouts.ts'
import { linkSocket } from './origin/link/link-socket.ts'
import { NodeBook } from './origin/nodes/node-book.ts'
import { nodeRoutes } from './origin/nodes/node-routes.ts'
import { createNodeStore } from './origin/nodes/node-store.ts'
import { OriginPurges } from './origin/purges/origin-purges.ts'
import { PurgeBook } from './origin/purges/purge-book.ts'
import { purgeRoutes } from './origin/purges/purge-routes.ts'
import { createPurgeStore } from './origin/purges/purge-store.ts'
import { ListKeys } from './origin/routing/list-keys.ts'
import { NodeHealth } from './origin/routing/node-health.ts'
import { NodeProbes } from './origin/routing/node-probes.ts'
import { RoutingBook } from './origin/routing/routing-book.ts'
import { routingRoutes } from './origin/routing/routing-routes.ts'
import { RoutingSettingsSchema } from './origin/routing/routing-schemas.ts'
import { WarmBook } from './origin/warming/warm-book.ts'
import { warmRoutes } from './origin/warming/warm-routes.ts'
import { createProvisioning, type HostProgram } from './provisioning/index.ts'
import { createMachineStore } from './provisioning/machine-store.ts'
import { CloudMachines } from './provisioning/providers/cloud-machines.ts'
import { openOwner } from './provisioning/providers/owner.ts'
import { ProviderBook } from './provisioning/providers/provider-book.ts'
import { providerRoutes } from './provisioning/providers/provider-routes.ts'
import { createProviderStore } from './provisioning/providers/provider-store.ts'
import { Scaler } from './provisioning/scaling/scaler.ts'
import { scalingRoutes } from './provisioning/scaling/scaling-routes.ts'
import { ScalingSettingsSchema } from './provisioning/scaling/scaling-schemas.ts'
import { createSettingStore } from './setting-store.ts'

export { createEdgeAgent, type EdgeAgent, type EdgeAgentOptions } from './agent/edge-agent.ts'
export type { EdgeCacheOptions } from './agent/edge-front.ts'
export type { FollowedNodeFile } from './config/follow-node-file.ts'
export { readNodeFile, readSize } from './config/node-file.ts'
export { networkMigrations } from './migrations.ts'
export type { MachineUnit } from './provisioning/machine-unit.ts'

export interface NetworkDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  /** `regions.yaml` is in it. */
  readonly dataDir: string
  readonly secrets: SecretBox
  readonly registry: Registry
  /** Whose streams nodes deliver. */
  readonly origin: EdgeOrigin
  /** SHA-256 of this host's certificate as browsers show it, where nobody but itself vouches for it. */
  readonly fingerprint: () => string | undefined
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** What machines are sent that become nodes. */
  readonly program: HostProgram
  /** ms since 1970. */
  readonly now?: () => number
}

/** Nodes that deliver this host's streams elsewhere. */
export interface Network {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** The node that has a secret: what it says of the client of a request that it hands on is believed. */
  forwarder(secret: string): string | undefined
  /** Sentences about attacks that nodes notice now. */
  attacks(): readonly string[]
  /** Where new viewers are sent; none while routing is off. */
  viewerNodes(): readonly ViewerNode[]
  /** Base URLs of all nodes that players may go to while routing is on: pages allow connections there. */
  viewerUrls(): readonly string[]
  /** True for an IP address that a node is connected from: it has requests of many viewers. */
  isNodeAddress(address: string): boolean
  stop(): Promise<void>
}

const figuresMs = 2000
const routingMs = 1000
/** The process in which functions are checked ends after so long without one, ms. */
const functionIdleMs = 60_000
/** Machines of providers are looked after so often, ms, and their number is decided about. */
const [cloudMs, scalingMs] = [2000, 5000]
/** A machine boots and fetches the program before it uses its join token, seconds. */
const cloudTokenS = 3600
/** Networks on lists expire within this time, ms. */
const sweepMs = 10_000

export async function createNetwork({
  database,
  dataDir,
  secrets,
  registry,
  origin,
  fingerprint,
  events,
  audit,
  log,
  program,
  now = Date.now,
}: NetworkDependencies): Promise<Network> {
  const regions = followRegions(join(dataDir, 'regions.yaml'), log)
  const traffic: TrafficBook = await TrafficBook.open({
    store: createTrafficStore(database),
    nodes: () => book.list(),
    regions: () => regions.all(),
    log,
    now,
  })
  const book: NodeBook = await NodeBook.open({
    ...{ store: createNodeStore(database), events, audit, fingerprint, now },
    traffic: (id) => traffic.newest(id),
  })
  const health = new NodeHealth()
  const routing = await RoutingBook.open({
    ...{ store: createSettingStore(database, 'routing', RoutingSettingsSchema), events, audit, now },
    keys: new ListKeys(join(dataDir, 'node-list-keys.json')),
    nodes: () => book.list(),
    health,
  })
  const probes = new NodeProbes((id, isUp) => {
    health.probed(id, isUp)
    if (!isUp) {
      routing.refresh()
      dns.refresh()
    }
  })
  const dns = await DnsBook.open({
    ...{ store: createSettingStore(database, 'dns', DnsSettingsSchema), folder: resolve(dataDir, 'dns'), events, audit, log, now },
    nodes: () => book.list(),
    healthy: () => routing.healthy,
  })
  const askNodes = (): void => {
    if (routing.settings.enabled || dns.enabled) probes.ask(book.list().filter(({ enabled }) => enabled))
  }
  book.onChange(() => {
    groups.refresh()
    routing.refresh()
    dns.refresh()
    askNodes()
  })
  registerNodeMetrics(registry, traffic)
  const rollouts = new Rollouts({ events, audit, log, now })
  const groups = await GroupBook.open({
    ...{ store: createGroupStore(database, secrets), nodes: () => book.list(), rollouts, events, audit, now },
    node: (id) => book.find(id),
    groupOf: (id) => book.groupOf(id),
    ungroup: (id, actor) => book.change(id, { group: null }, actor),
  })
  const purges = await PurgeBook.open({ store: createPurgeStore(database), nodes: () => book.cacheNodes(), audit, now })
  const originPurges = new OriginPurges({ events, purges, hasNodes: () => book.list().length > 0, log })
  const warming = new WarmBook({ nodes: () => book.cacheNodes(), audit, now })
  const provisioning = await createProvisioning({
    ...{ store: createMachineStore(database), nodes: book, rollouts, program, events, audit, log, now },
    isRouting: () => routing.settings.enabled,
  })
  const providerStore = createProviderStore(database, secrets)
  const providers = await ProviderBook.open({
    ...{ store: providerStore, folder: resolve(dataDir, 'providers'), events, audit, now },
    owner: await openOwner(database),
  })
  const cloudMachines = await CloudMachines.open({
    ...{ store: providerStore, providers, nodes: book, events, audit, log, now },
    hasGroup: (name) => groups.has(name),
    isRouting: () => routing.settings.enabled,
    makeUserData: ({ name, origin: url, machine: { httpPort, httpsPort, cache, cacheSize }, actor }) =>
      provisioning.makeUserData({
        wish: { name, bind: '0.0.0.0', httpPort, httpsPort, cache, cacheSize, acmeNames: '', acmeEmail: '' },
        ...{ origin: url, expiresInS: cloudTokenS, actor },
      }),
  })
  const scaler = await Scaler.open({
    ...{ store: createSettingStore(database, 'scaling', ScalingSettingsSchema), defaults: Value.Create(ScalingSettingsSchema) },
    ...{ machines: cloudMachines, nodes: () => book.list(), events, audit, now },
  })
  const inspector = new Inspector({
    version: program.version,
    nodes: () => book.list(),
    connectionOf: (id) => book.connectionOf(id),
    unitOf: (id) => provisioning.unitOf(id),
    configurationOf: (id) => groups.stateOf(id),
    groupText: (name) => (groups.has(name) ? groups.find(name).configuration : ''),
  })
  const limits = await LimitBook.open({ store: createSettingStore(database, 'limits', LimitSettingsSchema), events, audit })
  const guard = await GuardBook.open({
    store: createGuardStore(database),
    ...{ events, audit, now },
    nameOf: (id) => book.nameOf(id),
  })
  // For checks and trials: a host without functions has no process for them.
  const runner = new FunctionRunner({ log, idleMs: functionIdleMs })
  const functions = await FunctionBook.open({
    store: createFunctionStore(database, secrets),
    ...{ runner, events, audit, now },
    nodes: () => book.list().filter(({ enabled }) => enabled),
  })
  const sweep = repeat(sweepMs, () => guard.sweep())
  const routes = repeat(routingMs, () => {
    routing.refresh()
    dns.refresh()
    askNodes()
  })
  const cloud = repeat(cloudMs, () => cloudMachines.tick())
  const scaling = repeat(scalingMs, () => scaler.tick())
  const figures = repeat(figuresMs, () => book.announceFigures())
  return {
    routes: [
      ...nodeRoutes(book, (name) => groups.has(name)),
      ...fleetRoutes({ nodes: book, groups, rollouts, inspector }),
      ...purgeRoutes(purges),
      ...warmRoutes(warming),
      ...trafficRoutes(traffic),
      ...limitRoutes(limits),
      ...attackRoutes(guard),
      ...routingRoutes(routing),
      ...dnsRoutes(dns),
      ...functionRoutes(functions, new FunctionTrials(runner, functions)),
      ...provisioning.routes,
      ...providerRoutes(providers, cloudMachines, (name) => scaler.uses(name)),
      ...scalingRoutes(scaler),
    ],
    sockets: [linkSocket({ book, purges, warming, traffic, limits, guard, routing, health, functions, groups, origin, log })],
    forwarder: (secret) => book.forwarder(secret),
    attacks: () => guard.problems(),
    viewerNodes: () => routing.viewerNodes,
    viewerUrls: () => routing.urls,
    isNodeAddress: (address) => book.isConnectedFrom(address),
    async stop() {
      clearInterval(cloud)
      clearInterval(scaling)
      await cloudMachines.stop()
      await rollouts.stop()
      await provisioning.stop()
      await runner.stop()
      clearInterval(figures)
      clearInterval(routes)
      await dns.stop()
      regions.stop()
      await originPurges.stop()
      clearInterval(sweep)
      book.stop()
      await traffic.stop()
    },
  }
}
