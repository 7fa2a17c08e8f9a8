import type { Kysely } from 'kysely'
import type { AutomationKinds } from '../media/automation/automation-kinds.ts'
import type { MediaShares } from '../media/media-shares.ts'
import type { ObsShowMaker } from '../media/obs-show/obs-show.ts'
import type { StreamIntake } from '../media/stream-intake.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { Logger } from '../platform/logger.ts'
import type { Reach } from '../platform/outbound/reach.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SocketDefinition } from '../platform/routes/sockets.ts'
import type { ObsOnMachine } from './connection/found/find-obs.ts'
import { NetworkScan } from './connection/found/scan.ts'
import { type ObsTimes, usualTimes } from './connection/obs-connection.ts'
import { registerObsActions } from './control/automation/obs-actions.ts'
import { registerObsConditions } from './control/automation/obs-conditions.ts'
import { CommandRunner } from './control/command-runner.ts'
import { StreamService } from './control/stream-service.ts'
import { StreamToHost } from './control/stream-to-host.ts'
import { FollowingFilters } from './following/following-filters.ts'
import { createFollowingStore } from './following/following-store.ts'
import { InstanceBook } from './instances/instance-book.ts'
import { createInstanceStore } from './instances/instance-store.ts'
import { Samples } from './instances/status/samples.ts'
import { StatusReader } from './instances/status/status-reader.ts'
import { commandRoutes } from './routes/command-routes.ts'
import { connectorSocket } from './routes/connector-socket.ts'
import { followingRoutes } from './routes/following-routes.ts'
import { instanceRoutes } from './routes/instance-routes.ts'
import { requestRoutes } from './routes/request-routes.ts'
import { scanRoutes } from './routes/scan-routes.ts'
import { stateRoutes } from './routes/state-routes.ts'
import { templateRoutes } from './routes/template-routes.ts'
import { ShareServer } from './sharing/share-server.ts'
import { createApplicationStore } from './templates/application-store.ts'
import { Templates } from './templates/templates.ts'

export { type ConnectorOptions, runConnector } from './connection/connector/run-connector.ts'
export { obsMigrations } from './migrations.ts'

export interface ObsDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** What users' hosts, paths and URLs may lead to. */
  readonly reach: Pick<Reach, 'policy'>
  /** Where an OBS can stream to on this host. */
  readonly intake: StreamIntake
  /** Who makes shows for OBS of the studio's collections. */
  readonly shows: ObsShowMaker
  /** Where actions and conditions for macros and rules are registered. */
  readonly automation: AutomationKinds
  /** What sources of OBS on this machine may show. */
  readonly shares: MediaShares
  /** e.g. `AMI Streams 0.3.0` */
  readonly program: string
  /** What the host was started with: it says where the user's sockets are. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How long OBS may take; the usual times where left out. */
  readonly times?: ObsTimes
  /** Looks for OBS on this machine, where it is not done by OBS's own settings. */
  readonly find?: () => Promise<readonly ObsOnMachine[]>
}

/** Control of OBS Studio: instances, their mirrors, commands. */
export interface Obs {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** Connects to the instances that are switched on, and listens for sources of OBS on this machine. */
  start(httpPort: number): void
  stop(): void
  /** An instance by its id or name. */
  find(idOrName: string): { readonly id: string; readonly name: string } | undefined
}

/** Makes the OBS part from what is kept in the database; nothing is connected to before `start`. */
export async function createObs(dependencies: ObsDependencies): Promise<Obs> {
  const {
    database,
    secrets,
    events,
    audit,
    log,
    reach,
    intake,
    shows,
    automation,
    shares,
    program,
    environment,
    times = usualTimes,
    find,
  } = dependencies
  const book = await InstanceBook.open({
    store: createInstanceStore(database),
    secrets,
    events,
    audit,
    log,
    network: () => reach.policy().network,
    times,
    ...(find && { find }),
  })
  const scan = new NetworkScan({ onChange: (status) => events.publish('obs.scan', status, { volatile: true }) })
  const reader = new StatusReader()
  const samples = new Samples({ book, reader, events, log })
  const following = await FollowingFilters.open({ book, reader, store: createFollowingStore(database), events, audit, log })
  const sharing = new ShareServer({ shares, events, log, program, environment })
  const runner = new CommandRunner({ book, audit, reach: () => reach.policy() })
  const templates = new Templates({
    book,
    shows,
    store: createApplicationStore(database, secrets),
    audit,
    events,
    reach: () => reach.policy(),
  })
  registerObsActions(automation, { book, runner })
  registerObsConditions(automation, book)
  return {
    routes: [
      ...instanceRoutes(book),
      ...scanRoutes(scan, audit),
      ...stateRoutes(book, reader),
      ...commandRoutes(runner),
      ...followingRoutes(following),
      ...templateRoutes(templates),
      ...requestRoutes({ book, runner, service: new StreamService(book, runner), link: new StreamToHost({ book, runner, intake }) }),
    ],
    sockets: [connectorSocket(book)],
    start(httpPort) {
      samples.start()
      following.start()
      book.start()
      void sharing.start(httpPort)
    },
    stop() {
      scan.cancel()
      samples.stop()
      following.stop()
      book.stop()
      sharing.stop()
    },
    find: (idOrName) => book.list().find(({ id, name }) => id === idOrName || name === idOrName),
  }
}
