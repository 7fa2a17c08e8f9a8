import type { Server } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Gauge, type Registry } from 'prom-client'
import type { ViewerNode } from '../../media/viewer-nodes.ts'
import type { PerIpLimits } from '../../platform/http/client-limits.ts'
import type { PrivateSocket } from '../../platform/http/private-endpoint.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { ViewerRequest } from '../audience/viewer-book.ts'
import type { PackagedStream } from '../packaging/packaged-stream.ts'
import type { PlaybackMetrics, PlaybackRequestKind } from '../protocols/hls/playback.ts'
import type { AccessRules, DeliveryReport, DeliveryRules, FromDelivery, ToDelivery } from './messages.ts'
import { RunFeed } from './run-feed.ts'
import { pipeSink, type RunState } from './run-wire.ts'

/** The ports that delivery processes share with the host, and the host's endpoint behind them. */
export interface DeliveryEndpoint {
  readonly plain: Server
  readonly secure?: Server
  readonly tls: { readonly cert: string; readonly key: string; readonly ticketKeys: Uint8Array } | undefined
  /** Private socket where the host takes what a delivery process does not answer. */
  readonly behind: PrivateSocket
  readonly maxConnections: number
  readonly perAddress: PerIpLimits
  readonly trustedProxies: string
}

/** PEM. */
export interface RenewedCertificate {
  readonly cert: string
  readonly key: string
}

export interface DeliveryDependencies {
  readonly processes: number | 'auto' | 'off'
  readonly container: 'fmp4' | 'mpegts'
  /**
   * Calls back with every run that is there or starts; the answer is called when that run is dropped. Returns the function that stops it.
   */
  readonly onRun: (listener: (run: PackagedStream) => () => void) => () => void
  readonly stateOf: (name: string) => Pick<RunState, 'title' | 'guarded'>
  readonly access: { rules(): AccessRules; onRefresh(listener: () => void): () => void }
  readonly cdnPrefix: () => string
  readonly viewerNodes: () => readonly ViewerNode[]
  readonly seen: (name: string, epoch: string, request: ViewerRequest) => void
  readonly metrics: PlaybackMetrics
  readonly registry: Registry
  readonly log: Logger
}

/** Playlists and media over HTTP from several processes behind the host's own ports. */
export interface Delivery {
  /** How many processes there are to be, beside the host. */
  readonly processes: number
  /** Starts the processes; the host answers alone until they listen. */
  start(endpoint: DeliveryEndpoint): void
  /** Shows another certificate from now on. */
  renewCertificate(certificate: RenewedCertificate): void
  /** In under two seconds. */
  stop(): Promise<void>
}

const restart = { firstMs: 200, maxMs: 10_000, goodAfterMs: 10_000 } as const
/** Bytes that a process may be behind: more, and it is started again with what is listed then. */
const maxBehind = 64 * 1024 * 1024
const maxProcesses = 16
const lookMs = 1000

/**
 * Bundled, the worker is a file beside the program, and keeps what is compiled of it there as the program does: it has to be
 * back quickly. From source it is the one beside this module.
 */
function findWorker(): { entry: URL; env: Record<string, string> } {
  const entry = workerFile('delivery')
  // As the launcher says for the host.
  const memory = { NODE_OPTIONS: '--max-semi-space-size=4' }
  if (entry.pathname.endsWith('.ts')) return { entry, env: memory }
  return { entry, env: { ...memory, NODE_COMPILE_CACHE: fileURLToPath(new URL('cache', import.meta.url)) } }
}

/** How many processes beside the host `auto` means: on one or two cores the host alone delivers as much. */
export function chooseProcesses(wanted: number | 'auto' | 'off', cores: number): number {
  if (wanted === 'off') return 0
  return wanted === 'auto' ? Math.max(0, Math.min(maxProcesses, cores - 2)) : wanted
}

/** One delivery process with what it is fed. */
class DeliveryProcess {
  readonly #dependencies: DeliveryDependencies
  #endpoint: DeliveryEndpoint
  readonly #worker: SupervisedWorker<ToDelivery>
  #pipe: Duplex | undefined
  #stopFeeding: (() => void) | undefined
  #waiting = 0
  #nextRun = 0
  listening = false

  constructor(dependencies: DeliveryDependencies, endpoint: DeliveryEndpoint) {
    this.#dependencies = dependencies
    this.#endpoint = endpoint
    this.#worker = superviseWorker<FromDelivery, ToDelivery>({
      ...findWorker(),
      log: dependencies.log,
      restart,
      onMediaPipe: (pipe) => {
        pipe.on('error', () => undefined)
        this.#pipe = pipe
      },
      onReady: () => this.#setUp(),
      onMessage: (message) => this.#hear(message),
      onExit: () => this.#end(),
    })
  }

  rules(rules: DeliveryRules): void {
    this.#worker.send({ type: 'rules', rules })
  }

  renewCertificate({ cert, key }: RenewedCertificate): void {
    const { tls } = this.#endpoint
    if (tls === undefined) return
    this.#endpoint = { ...this.#endpoint, tls: { ...tls, cert, key } }
    if (this.listening) this.#worker.send({ type: 'certificate', cert, key })
  }

  /** Ends the process where it does not take what it is sent. */
  check(): void {
    const behind = this.#pipe?.writableLength ?? 0
    const { pid } = this.#worker
    if (behind <= maxBehind || pid === undefined) return
    this.#dependencies.log.warn({ pid, behind }, 'a delivery process does not keep up: starting it again')
    process.kill(pid, 'SIGKILL')
  }

  stop(): Promise<void> {
    this.#end()
    return this.#worker.stop(600)
  }

  #setUp(): void {
    const { plain, secure, tls, behind, maxConnections, perAddress, trustedProxies } = this.#endpoint
    const { container } = this.#dependencies
    this.#worker.send({
      type: 'setup',
      setup: { behind, maxConnections, perAddress, trustedProxies, container, tls, rules: rulesOf(this.#dependencies) },
    })
    const pipe = this.#pipe as Duplex
    this.#stopFeeding = this.#dependencies.onRun((run) => {
      const feed = new RunFeed(this.#nextRun++, run, pipeSink(pipe), () => this.#dependencies.stateOf(run.name))
      return () => feed.stop()
    })
    if (secure !== undefined) this.#worker.send({ type: 'port', secure: true }, secure)
    this.#worker.send({ type: 'port', secure: false }, plain)
  }

  #hear(message: FromDelivery): void {
    if (message.type === 'report') this.#report(message.report)
    else if (message.type === 'listening') {
      this.listening = true
      // another one may have come while it started
      const { tls } = this.#endpoint
      if (tls !== undefined) this.#worker.send({ type: 'certificate', cert: tls.cert, key: tls.key })
      this.#dependencies.log.info({ pid: this.#worker.pid }, 'a delivery process listens')
    } else this.#dependencies.log.error({ reason: message.reason }, 'a delivery process cannot listen')
  }

  #report({ requests, bytes, waiting, seen }: DeliveryReport): void {
    const { metrics } = this.#dependencies
    for (const kind in requests) {
      for (let count = requests[kind as PlaybackRequestKind] ?? 0; count > 0; count--) metrics.request(kind as PlaybackRequestKind)
    }
    metrics.bytes(bytes)
    metrics.waiting(waiting - this.#waiting)
    this.#waiting = waiting
    for (const { name, epoch, request } of seen) this.#dependencies.seen(name, epoch, request)
  }

  #end(): void {
    this.listening = false
    this.#stopFeeding?.()
    this.#stopFeeding = undefined
    this.#dependencies.metrics.waiting(-this.#waiting)
    this.#waiting = 0
  }
}

/** Makes the delivery; no process runs before `start`. */
export function createDelivery(dependencies: DeliveryDependencies): Delivery {
  const count = chooseProcesses(dependencies.processes, availableParallelism())
  const processes: DeliveryProcess[] = []
  let looking: NodeJS.Timeout | undefined
  let stopHearing: (() => void) | undefined
  const gauge = new Gauge({
    name: 'streams_delivery_processes',
    help: 'Delivery processes that listen, beside the host',
    registers: [dependencies.registry],
  })
  return {
    processes: count,
    start(endpoint) {
      for (let index = 0; index < count; index++) processes.push(new DeliveryProcess(dependencies, endpoint))
      if (count === 0) return
      const routesText = (): string => JSON.stringify([dependencies.cdnPrefix(), dependencies.viewerNodes()])
      let routes = routesText()
      const notify = (): void => {
        const rules = rulesOf(dependencies)
        for (const each of processes) each.rules(rules)
      }
      stopHearing = dependencies.access.onRefresh(notify)
      looking = repeat(lookMs, () => {
        for (const each of processes) each.check()
        gauge.set(processes.filter(({ listening }) => listening).length)
        const now = routesText()
        if (routes === now) return
        routes = now
        notify()
      })
    },
    renewCertificate(certificate) {
      for (const each of processes) each.renewCertificate(certificate)
    },
    async stop() {
      clearInterval(looking)
      stopHearing?.()
      await Promise.all(processes.splice(0).map((each) => each.stop()))
    },
  }
}

function rulesOf(dependencies: DeliveryDependencies): DeliveryRules {
  return { access: dependencies.access.rules(), cdnPrefix: dependencies.cdnPrefix(), viewerNodes: dependencies.viewerNodes() }
}
