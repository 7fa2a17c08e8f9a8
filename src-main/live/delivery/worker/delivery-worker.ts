import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { nodeHeader } from '../../../platform/http/client.ts'
import { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { FastHandler } from '../../../platform/http/fast-path/fast-path.ts'
import { createHttpServers, type HttpServers } from '../../../platform/http/http-servers.ts'
import { createReverseProxy, privateTarget } from '../../../platform/http/reverse-proxy.ts'
import { readTrustedProxies } from '../../../platform/http/trusted-proxies.ts'
import type { Logger } from '../../../platform/logger.ts'
import { allowHeapGrowth } from '../../../platform/memory/heap-growth.ts'
import { watchMemory } from '../../../platform/memory/watch-memory.ts'
import { keepYoungGenerationSmall } from '../../../platform/memory/young-generation.ts'
import { connectToHost, openMediaPipe } from '../../../platform/workers/worker-side.ts'
import { createLiveFront } from '../../http/live-front.ts'
import { isPlayed, ResourceTable } from '../../http/resources.ts'
import { AccessGate } from '../../policy/access/access-gate.ts'
import { createAccessHttp } from '../../policy/access/access-http.ts'
import { RunningPlayback } from '../../policy/access/running-playback.ts'
import { createPlayback } from '../../protocols/hls/playback.ts'
import { Activity } from '../activity.ts'
import type { AccessRules, DeliverySetup, FromDelivery, ToDelivery } from '../messages.ts'
import { answersItself } from '../own-answers.ts'
import { Replicas } from '../replica.ts'
import { readRecords } from '../run-wire.ts'

/** A delivery process: answers playlists and media of every stream at the host's own ports, and hands the rest to the host. */

// As in the host: media are buffers outside the heap.
setFlagsFromString('--external-memory-accounted-in-global-limit')
allowHeapGrowth()
keepYoungGenerationSmall()

const reportMs = 1000

const replicas = new Replicas()
const activity = new Activity()
let serving: { servers: HttpServers | undefined; setRules(rules: DeliverySetup['rules']): void; listen(): Promise<void> } | undefined
const ports: { plain?: Server; secure?: Server } = {}

const host = connectToHost<ToDelivery, FromDelivery>((message, handle) => {
  if (message.type === 'setup') serving = serve(message.setup)
  else if (message.type === 'rules') serving?.setRules(message.rules)
  else if (message.type === 'certificate') serving?.servers?.renewCertificate(message)
  else if (message.secure) ports.secure = handle as Server
  else {
    ports.plain = handle as Server
    serving?.listen().then(
      () => host.send({ type: 'listening' }),
      (error: Error) => host.send({ type: 'failed', reason: error.message }),
    )
  }
})

const write =
  (level: string) =>
  (fields: object, message: string): void => {
    const { err, ...more } = fields as { err?: Error }
    const text = Object.keys(more).length === 0 ? message : `${message} ${JSON.stringify(more)}`
    process.stderr.write(`${level}: ${text}${err === undefined ? '' : `: ${err.stack}`}\n`)
  }
const log: Logger = { debug() {}, info() {}, warn: write('warning'), error: write('error'), child: () => log }
watchMemory(log)

function serve(setup: DeliverySetup) {
  let { rules } = setup
  const proxy = createReverseProxy(privateTarget(setup.behind))
  const clients = new ClientLimits(setup.perAddress, log)
  const access = storeOf(() => rules.access)
  const gate = new AccessGate(access, Date.now, rules.access.ownKey)
  const running = new RunningPlayback(gate, Date.now)
  const http = createAccessHttp({
    gate,
    whileAllowed: (viewer, end) => running.watch(viewer, end),
    behindCdn: () => rules.cdnPrefix !== '',
    log,
  })
  const playback = createPlayback({
    find: (name, epoch) => replicas.find(name, epoch),
    status: (name) => {
      const run = replicas.find(name)
      return run && { state: run.ended ? 'ended' : 'active', title: run.title }
    },
    keyframe: () => undefined,
    audience: (stream) => activity.audience(stream),
    whileAllowed: http.whileMediaAllowed,
    options: { cdnPrefix: () => rules.cdnPrefix, viewerNodes: () => rules.viewerNodes, container: setup.container },
    log,
    metrics: activity,
    clients,
  })
  const find = (name: string, epoch?: string) => replicas.find(name, epoch)
  const front = createLiveFront({
    table: new ResourceTable([playback]),
    access: http.guard,
    answers: (url) => answersItself(url, find),
  })
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // whom a node asks for is known to the host
    if (nodeHeader in request.headers || !front.handle(request, response)) proxy.request(request, response)
  }
  const onFastRequest: FastHandler = (request, response) => {
    if (front.handleFast(request, response)) return true
    // what a player starts with comes on the connection that it goes on with
    if (!isPlayed(request.url)) return false
    proxy.request(request, response)
    return true
  }

  const reporting = setInterval(() => {
    const report = activity.report()
    if (report !== undefined) host.send({ type: 'report', report })
  }, reportMs)
  return {
    servers: undefined as HttpServers | undefined,
    setRules(changed: DeliverySetup['rules']) {
      rules = changed
      gate.refresh()
    },
    async listen() {
      const { plain, secure } = ports
      if (plain === undefined) return
      const { tls } = setup
      this.servers = createHttpServers({
        bind: '',
        httpPort: 0,
        httpsPort: tls === undefined || secure === undefined ? 'off' : 0,
        shared: { plain, ...(secure === undefined ? {} : { secure }) },
        certificate: async () => ({ cert: tls?.cert ?? '', key: tls?.key ?? '' }),
        ...(tls === undefined ? {} : { ticketKeys: tls.ticketKeys }),
        maxConnections: setup.maxConnections,
        onRequest,
        onFastRequest,
        onUpgrade: (request, socket, head) => proxy.upgrade(request, socket, head),
        clients,
        proxies: readTrustedProxies(setup.trustedProxies),
        log,
      })
      await this.servers.start()
    },
    async stop() {
      clearInterval(reporting)
      running.stop()
      playback.stop()
      proxy.stop()
      await this.servers?.stop(200)
    },
  }
}

/** The rules as the gate reads them. */
function storeOf(rules: () => AccessRules) {
  return {
    get keys() {
      return rules().keys
    },
    get host() {
      return rules().host
    },
    get streams() {
      return new Map(rules().streams)
    },
  }
}

readRecords(
  openMediaPipe(),
  (record, data) => replicas.take(record, data),
  (error) => {
    log.error({ err: error }, 'the host sent what cannot be read')
    process.exit(1)
  },
)
host.stopping.onabort = () => {
  void (serving as ReturnType<typeof serve> | undefined)?.stop().then(() => host.end())
  if (serving === undefined) host.end()
}
host.ready()
