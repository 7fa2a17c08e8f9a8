import { randomBytes } from 'node:crypto'
import { availableParallelism, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Api, createApi, createAttemptLimit } from '../api/index.ts'
import { automationMigrations, createAutomation } from '../automation/index.ts'
import { createDesktop, desktopMigrations } from '../desktop/index.ts'
import { createHealth } from '../health/index.ts'
import { createLive, type Live, liveMigrations } from '../live/index.ts'
import { AutomationKinds } from '../media/automation/automation-kinds.ts'
import { createNetwork, type Network, networkMigrations } from '../network/index.ts'
import { createObs, obsMigrations } from '../obs/index.ts'
import { createServedCertificate } from '../platform/acme/served-certificate.ts'
import type { Certificate } from '../platform/certificate.ts'
import type { OptionSource } from '../platform/config/resolve-options.ts'
import { AppError } from '../platform/errors.ts'
import { createEventBus } from '../platform/events/event-bus.ts'
import { ClientLimits } from '../platform/http/client-limits.ts'
import { readTrustedProxies } from '../platform/http/trusted-proxies.ts'
import { createBrowserSessions } from '../platform/identity/browser-sessions.ts'
import { lockDataFolder } from '../platform/identity/data-lock.ts'
import { removeHostFile, writeHostFile } from '../platform/identity/host-file.ts'
import { openSecretBox } from '../platform/identity/secret-box.ts'
import { createSignInLinks } from '../platform/identity/sign-in-links.ts'
import { createTokenStore } from '../platform/identity/tokens.ts'
import { watchMemory } from '../platform/memory/watch-memory.ts'
import { toListenError } from '../platform/net/listen-error.ts'
import { createReach } from '../platform/outbound/reach.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { ListenerHandover } from '../platform/service-manager/listener-handover.ts'
import { openDatabase } from '../platform/storage/database.ts'
import { platformMigrations } from '../platform/storage/platform-migrations.ts'
import { createSettingsStore } from '../platform/storage/settings-store.ts'
import { createWriteQueue } from '../platform/storage/write-queue.ts'
import { createAuditLog } from '../platform/telemetry/audit-log.ts'
import { EventLoopDelay } from '../platform/telemetry/event-loop-delay.ts'
import { watchHostHealth } from '../platform/telemetry/host-health.ts'
import { createLogTail, type LogTail } from '../platform/telemetry/log-tail.ts'
import type { ClosableLogger } from '../platform/telemetry/logger.ts'
import { createMetrics } from '../platform/telemetry/metrics.ts'
import { createSteadyClock } from '../platform/timing/steady-clock.ts'
import { createStudio, studioMigrations } from '../studio/index.ts'
import type { Config } from './config.ts'
import { examine } from './doctor/examine.ts'
import { HostUrls } from './host-urls.ts'
import { manyCrashes, openLastRun } from './last-run.ts'
import { mediaEnginePresent } from './media-engine.ts'
import { hostRoutes } from './routes/host-routes.ts'
import { identityRoutes, signInUrl, windowUrl } from './routes/identity-routes.ts'
import { reachRoutes } from './routes/reach-routes.ts'
import type { ReadyLine, RunningHost, StopCause } from './running-host.ts'
import { createRuntimeSettings } from './runtime-settings.ts'
import { machineUnitFile } from './service/machine-unit-file.ts'
import { AttachedShells } from './shell/attached-shells.ts'
import { shellRoutes, shellSockets } from './shell/shell-routes.ts'
import { installation, version } from './version.ts'

export interface HostDependencies {
  readonly config: Config
  readonly sources: ReadonlyMap<string, OptionSource>
  readonly logger: ClosableLogger
  /** The newest lines that `logger` wrote; none where left out. */
  readonly tail?: LogTail
  /** Folder of the built page; the installation's own where left out. */
  readonly pageDir?: string
  /** File of a collection that the studio opens, instead of what it had open last. */
  readonly collection?: string
  /** How the host before this one ended, where it did so unexpectedly: what it did by itself goes on. */
  readonly restartedAfter?: string
  /** Releases the data folder, which is this process's already; the host takes it itself where left out. */
  readonly releaseData?: () => void
  /** It listens; the studio may not have started yet. */
  readonly onListening?: (windowUrl: RunningHost['windowUrl']) => void
  /** Listening sockets of the host before this one, where a service manager kept them, or of socket units. */
  readonly listeners?: Pick<ListenerHandover, 'descriptors' | 'continues'>
}

/** The map of the product: makes each part, introduces them to each other, and starts them. Throws AppError. */
export async function startHost({
  config,
  sources,
  logger,
  tail = createLogTail(),
  pageDir,
  collection,
  restartedAfter,
  releaseData,
  onListening,
  listeners,
}: HostDependencies): Promise<RunningHost> {
  const resumes = restartedAfter !== undefined || listeners?.continues === true
  const startedAtMs = Date.now()
  /** What is open, newest last: closed in reverse. */
  const open: (() => unknown)[] = []
  let endedBy: StopCause = 'system'
  let goesOn = false
  const close = async (): Promise<void> => {
    for (const stop of open.splice(0).reverse()) {
      try {
        await stop()
      } catch (error) {
        logger.error({ err: error }, 'a part of the host did not stop cleanly')
      }
    }
  }

  try {
    open.push(() => logger.flush())
    open.push(releaseData ?? lockDataFolder(config.data))
    const lastRun = openLastRun(config.data, logger)
    open.push(() => lastRun.end())
    const database = await openDatabase({
      dir: config.data,
      migrations: [
        ...platformMigrations,
        ...liveMigrations,
        ...studioMigrations,
        ...obsMigrations,
        ...automationMigrations,
        ...desktopMigrations,
        ...networkMigrations,
      ],
    })
    open.push(() => database.close())
    const writes = createWriteQueue(logger)
    open.push(() => writes.stop())

    const events = createEventBus(logger)
    const audit = await createAuditLog({
      database: database.kysely,
      logger,
      events,
      rows: config.auditRows,
      viewerRows: config.auditViewerRows,
    })
    open.push(() => audit.stop())
    if (restartedAfter !== undefined) {
      logger.warn({ cause: restartedAfter }, 'the host was started again')
      audit.record({ kind: 'error', message: `the host ${restartedAfter} and was started again` })
    }
    const delay = new EventLoopDelay()
    open.push(() => delay.stop())
    const metrics = createMetrics(delay)
    open.push(watchHostHealth(events, delay))
    open.push(watchMemory(logger))

    const tokens = await createTokenStore(database.kysely, writes)
    const sessions = await createBrowserSessions(database.kysely, writes, tokens.stands)
    const links = createSignInLinks()
    const attempts = createAttemptLimit()
    const settingsStore = await createSettingsStore(database.kysely, writes)
    const settings = createRuntimeSettings(config, sources, settingsStore, events)
    const reach = await createReach({
      dataDir: config.data,
      privateFiles: [config.tlsKey, config.acme.dnsHook],
      store: settingsStore,
      events,
    })
    const urls = new HostUrls(config)

    const served = createServedCertificate({
      dir: join(config.data, 'tls'),
      bind: config.bind,
      ...(config.publicUrl === '' ? {} : { publicName: urls.host }),
      certFile: config.tlsCert,
      keyFile: config.tlsKey,
      acme: config.acme,
      logger,
    })
    open.push(() => served.stop())
    let loading: Promise<Certificate> | undefined
    let certificate: Certificate | undefined
    const loadOnce = (): Promise<Certificate> => {
      loading ??= served.current().then((loaded) => {
        certificate = loaded
        return loaded
      })
      return loading
    }

    let ready: ReadyLine | undefined
    let api: Api | undefined
    const rtmpsPort = config.rtmpsPort
    // RTMPS opens with the certificate in hand; making one takes part of a second, so it starts early.
    const tls = rtmpsPort === 'off' ? undefined : await loadOnce()
    const secrets = openSecretBox(config.data)
    const clock = createSteadyClock()
    const proxies = readTrustedProxies(config.trustedProxies)
    const clients = new ClientLimits(config.perAddress, logger)
    let network: Network | undefined
    const live = await createLive({
      attacks: () => network?.attacks() ?? [],
      viewerNodes: () => network?.viewerNodes() ?? [],
      config,
      clock,
      clients,
      listen: {
        host: config.bind,
        rtmpPort: config.rtmpPort,
        ...(rtmpsPort === 'off' ? {} : { rtmpsPort }),
        ...(config.srtPort === 'off' ? {} : { srtPort: config.srtPort }),
        ...(listeners && { descriptors: listeners.descriptors }),
      },
      database: database.kysely,
      dataDir: config.data,
      secrets,
      network: () => reach.policy().network,
      writes,
      events,
      audit,
      log: logger.child({ section: 'live' }),
      registry: metrics,
      ...(tls ? { certificate: () => tls } : {}),
      settings: settings.current,
      baseUrl: () => ready?.url ?? (config.httpPort === 0 ? '' : urls.http(config.httpPort)),
      resumes,
    })
    const desktop = await createDesktop({
      config,
      bind: config.bind,
      database: database.kysely,
      dataDir: config.data,
      events,
      audit,
      log: logger.child({ section: 'desktop' }),
      users: () =>
        tokens
          .list()
          .map(({ id, label, role }) => ({ id: `token:${id}`, name: label, role }))
          .filter(({ id }) => tokens.stands(id)),
      secrets,
      attempts,
      writes,
      retention: live.recordingRetention,
      posterOf: live.carrier.posterOf,
      publish: live.carrier.publish,
      resumes,
      environment: process.env,
    })
    const kinds = new AutomationKinds()
    const shells = new AttachedShells(events)
    const studio = await createStudio({
      windows: {
        displays: () => shells.state()?.displays ?? [],
        async open(view, display) {
          await shells.run({ kind: 'open', view, ...(display !== undefined && { display, fullScreen: true }) })
        },
      },
      dataDir: config.data,
      reach,
      displays: desktop.displays,
      database: database.kysely,
      secrets,
      writes,
      events,
      audit,
      log: logger.child({ section: 'studio' }),
      registry: metrics,
      carrier: live.carrier,
      automation: kinds,
      uploads: config.uploads,
      resumeWithinMs: () => settings.current().studioResumeWithinMs,
      endedUnexpectedly: lastRun.crashedAtMs === undefined ? undefined : { atMs: lastRun.crashedAtMs, cause: restartedAfter ?? null },
      crashesOften: () => lastRun.crashes() >= manyCrashes,
      safeMode: config.safeMode,
      globalHotkeys: () => settings.current().globalHotkeys,
      attempts,
      environment: process.env,
    })
    const obs = await createObs({
      database: database.kysely,
      secrets,
      events,
      audit,
      log: logger.child({ section: 'obs' }),
      reach,
      intake: live.intake,
      shows: studio.obsShows,
      automation: kinds,
      shares: studio.shares,
      program: `AMI Streams ${version}`,
      environment: process.env,
    })
    const automation = await createAutomation({
      database: database.kysely,
      events,
      audit,
      log: logger.child({ section: 'automation' }),
      kinds,
      streamName: (id) => live.observer.read().streams.find((stream) => stream.id === id)?.name,
      findObs: obs.find,
    })
    const nodes = await createNetwork({
      database: database.kysely,
      dataDir: config.data,
      secrets,
      registry: metrics,
      origin: live.edges,
      fingerprint: () => (certificate?.selfMade === true ? certificate.fingerprint : undefined),
      events,
      audit,
      log: logger.child({ section: 'network' }),
      program: {
        version,
        packageFolders: [join(config.data, 'packages'), fileURLToPath(new URL('dist/packages', installation))],
        unitText: machineUnitFile,
      },
    })
    network = nodes
    clients.exempt((address) => nodes.isNodeAddress(address))
    const problems = () => [writes.counters().problem ?? [], audit.problem() ?? [], live.health().problems, studio.problems()].flat()
    const health = createHealth({
      studio: studio.observer,
      live: live.observer,
      problems,
      dataDir: config.data,
      events,
      audit,
      tail,
      versions: () => ({
        version,
        node: process.version,
        platform: `${process.platform} ${process.arch} ${release()}`,
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        startedAt: new Date(startedAtMs).toISOString(),
      }),
      doctor: () => examine(config),
    })
    open.push(() => health.stop())
    const routes: readonly RouteDefinition[] = [
      ...live.routes,
      ...studio.routes,
      ...obs.routes,
      ...desktop.routes,
      ...nodes.routes,
      ...automation.routes,
      ...health.routes,
      ...hostRoutes({
        version,
        startedAtMs,
        clock,
        problems,
        settings,
        auditLog: audit,
        audit,
        describe: () => ({
          version,
          node: process.version,
          platform: `${process.platform} ${process.arch}`,
          pid: process.pid,
          run: events.run,
          startedAt: new Date(startedAtMs).toISOString(),
          dataDir: config.data,
          bind: config.bind,
          addresses: {
            url: ready?.url,
            httpsUrl: ready?.httpsUrl,
            rtmpUrl: ready?.rtmpUrl,
            rtmpsUrl: ready?.rtmpsUrl,
            srtUrl: ready?.srtUrl,
          },
          ports: { http: ready?.httpPort, https: ready?.httpsPort, rtmp: ready?.rtmpPort, rtmps: ready?.rtmpsPort, srt: ready?.srtPort },
          auth: { mode: config.auth, signInRequired: api?.access.signInRequired },
          limits: config.limits,
          engine: { present: mediaEnginePresent() },
          certificate: certificate
            ? { selfMade: certificate.selfMade, expiresAt: certificate.expiresAt, fingerprint: certificate.fingerprint }
            : null,
          acme: served.acme(),
          storage: {
            waitingWrites: writes.counters().waiting,
            failedWrites: writes.counters().failures,
            lostWrites: writes.counters().lost + audit.lost(),
          },
        }),
      }),
      ...reachRoutes({ reach, audit }),
      ...shellRoutes({ shells, events, audit }),
      ...identityRoutes({ tokens, sessions, links, attempts, audit, events, signInRequired: () => api?.access.signInRequired ?? true }),
    ]

    const ticketKeys = live.deliveryProcesses > 0 ? randomBytes(48) : undefined
    api = createApi({
      routes,
      sockets: [...studio.sockets, ...obs.sockets, ...desktop.sockets, ...nodes.sockets, ...shellSockets(shells)],
      media: live.front,
      bind: config.bind,
      httpPort: config.httpPort,
      httpsPort: config.httpsPort,
      ...(listeners && { descriptors: listeners.descriptors }),
      maxConnections: config.maxConnections,
      clients,
      proxies,
      nodeOf: (secret) => nodes.forwarder(secret),
      ...(ticketKeys === undefined ? {} : { ticketKeys }),
      certificate: loadOnce,
      handleChallenge: (request, response) => served.handleChallenge(request, response),
      authMode: config.auth,
      wide: urls.isWide,
      shownHost: urls.host,
      publicUrl: config.publicUrl,
      pageDir: pageDir ?? fileURLToPath(new URL('dist/renderer', installation)),
      mediaOrigin: () => {
        const { cdnPrefix } = settings.current()
        const origins = [...(cdnPrefix === '' ? [] : [new URL(cdnPrefix).origin]), ...nodes.viewerUrls()]
        return origins.join(' ')
      },
      tokens,
      sessions,
      attempts,
      events,
      metrics,
      logger,
      version,
    })
    const endpoint = api
    // Side by side, so together: a slow client of one must not hold up the other.
    open.push(() => Promise.all([endpoint.stop(), live.stop(goesOn)]))
    open.push(() => nodes.stop())
    // The studio publishes into live: it ends first and starts last.
    open.push(() => studio.stop(endedBy === 'person'))
    open.push(() => obs.stop())
    open.push(() => desktop.stop(endedBy === 'person'))
    open.push(() => automation.stop())
    const setPorts = ({ httpPort, httpsPort }: HttpPorts): void =>
      reach.setPorts({ ownHttpPorts: [httpPort], ownHttpsPorts: httpsPort === null ? [] : [httpsPort] }, urls.local(httpPort))
    let running: LivePorts | undefined
    let show: Promise<void> | undefined
    if (resumes && config.httpPort !== 0 && config.httpsPort !== 0) {
      lastRun.started()
      // What ran goes on first: its processes load while this one is busy with making the API. URLs are judged by the ports, which are known.
      setPorts({ httpPort: config.httpPort, httpsPort: config.httpsPort === 'off' ? null : config.httpsPort })
      running = await startLive(live, config)
      show = studio.start(collection)
      // What is wrong with it is said below.
      show.catch(() => undefined)
    }
    const [http, opened] = await Promise.all([endpoint.start(), running ?? startLive(live, config)])
    desktop.goOn()
    setPorts(http)
    lastRun.started()
    if (ticketKeys !== undefined) {
      const secret = http.httpsPort === null ? undefined : await loadOnce()
      live.deliverAt({
        ...(await endpoint.share()),
        tls: secret && { cert: secret.cert, key: secret.key, ticketKeys },
        maxConnections: config.maxConnections,
        perAddress: config.perAddress,
        trustedProxies: config.trustedProxies,
      })
    }
    served.onIssued((issued) => {
      certificate = issued
      loading = Promise.resolve(issued)
      endpoint.renewCertificate(issued)
      live.renewCertificate(issued)
    })
    served.start()
    const rtmp = { rtmpPort: opened.rtmpPort, rtmpsPort: opened.rtmpsPort ?? null, srtPort: opened.srtPort ?? null }

    const url = urls.http(http.httpPort)
    const httpsUrl = urls.at('https', http.httpsPort)
    const signInBase = urls.signIn(http)
    const token = tokens.issueRuntimeSecret()
    ready = {
      event: 'ready',
      version,
      pid: process.pid,
      run: events.run,
      ...http,
      ...rtmp,
      url,
      httpsUrl,
      rtmpUrl: `${urls.at('rtmp', rtmp.rtmpPort)}/live`,
      rtmpsUrl: rtmp.rtmpsPort === null ? null : `${urls.at('rtmps', rtmp.rtmpsPort)}/live`,
      srtUrl: urls.at('srt', rtmp.srtPort),
      signInUrl: signInUrl(signInBase, links.create('admin').secret),
      dataDir: config.data,
      startupMs: Math.round(performance.now()),
    }
    const { event: _event, startupMs: _startupMs, signInUrl: _signInUrl, ...addresses } = ready
    const localUrl = urls.local(http.httpPort)
    const { signInRequired } = api.access
    writeHostFile(config.data, {
      ...addresses,
      url: localUrl,
      token,
      startedAt: new Date(startedAtMs).toISOString(),
    })
    open.push(() => removeHostFile(config.data, events.run))
    logger.info({ ...addresses, startupMs: ready.startupMs }, 'the host is ready')
    const pageUrl = (path = '/'): string => windowUrl(localUrl, path, signInRequired ? links.create('admin').secret : undefined)
    onListening?.(pageUrl)
    await (show ?? studio.start(collection))
    obs.start(http.httpPort)
    automation.start()
    health.start()
    return {
      ready,
      signInRequired,
      token,
      unknownCertificate: signInBase === httpsUrl && certificate?.selfMade ? certificate.fingerprint : undefined,
      windowUrl: pageUrl,
      shells,
      configure: (changed) => settings.configure(changed),
      onAir: () => live.health().active + studio.running(),
      stop: (by = 'system', followed = false) => {
        endedBy = by
        goesOn = followed
        return close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

type HttpPorts = Awaited<ReturnType<Api['start']>>
type LivePorts = Awaited<ReturnType<Live['start']>>

async function startLive(live: Live, config: Config): Promise<LivePorts> {
  try {
    return await live.start()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'port.in_use') throw error
    const port = Number(error.details.port)
    throw await toListenError(error.cause, port === config.rtmpPort ? 'rtmpPort' : port === config.srtPort ? 'srtPort' : 'rtmpsPort', port)
  }
}
