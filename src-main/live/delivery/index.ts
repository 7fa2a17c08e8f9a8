import type { Server } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Gauge, type Registry } from 'prom-client'
import type { Logger } from '../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { PackagedStream } from '../packager/packaged-stream.ts'
import type { PlaybackMetrics, PlaybackRequestKind } from '../playback/playback.ts'
import type { ViewerRequest } from '../viewers/viewer-book.ts'
import type { AccessRules, DeliveryReport, DeliveryRules, FromDelivery, ToDelivery } from './messages.ts'
import { RunFeed } from './run-feed.ts'
import type { RunState } from './run-wire.ts'

/** The ports that delivery processes share with the host, and the host's door behind them. */
export interface DeliveryDoor {
  readonly plain: Server
  readonly secure?: Server
  readonly tls: { readonly cert: string; readonly key: string; readonly ticketKeys: Uint8Array } | undefined
  /** Unix socket where the host takes what a delivery process does not answer. */
  readonly socketPath: string
  readonly maxConnections: number
}

export interface DeliveryNeeds {
  readonly processes: number | 'auto' | 'off'
  readonly container: 'fmp4' | 'mpegts'
  /** Calls back with every run that is there or begins; the answer is called when that run is let go. Returns the way to stop. */
  readonly onRun: (listener: (run: PackagedStream) => () => void) => () => void
  readonly stateOf: (name: string) => Pick<RunState, 'title' | 'guarded'>
  readonly access: { rules(): AccessRules; onRefresh(listener: () => void): () => void }
  readonly cdnPrefix: () => string
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
  start(door: DeliveryDoor): void
  /** In under two seconds. */
  stop(): Promise<void>
}

const restart = { firstMs: 200, longestMs: 10_000, goodAfterMs: 10_000 } as const
/** Bytes that a process may be behind: more, and it is started anew with what is listed then. */
const mostBehind = 64 * 1024 * 1024
const mostProcesses = 16
const lookMs = 1000

/**
 * Bundled, the worker is a file beside the program, and keeps what is compiled of it there as the program does: it has to be
 * back quickly. From source it is the one beside this module.
 */
function findWorker(): { entry: URL; env: Record<string, string> } {
  const entry = workerFile(import.meta.url, 'delivery-worker')
  if (entry.pathname.endsWith('.ts')) return { entry, env: {} }
  return { entry, env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('cache', import.meta.url)) } }
}

/** How many processes beside the host `auto` means: on one or two cores the host alone delivers as much. */
export function chooseProcesses(wanted: number | 'auto' | 'off', cores: number): number {
  if (wanted === 'off') return 0
  return wanted === 'auto' ? Math.max(0, Math.min(mostProcesses, cores - 2)) : wanted
}

/** One delivery process with what it is fed. */
class DeliveryProcess {
  readonly #needs: DeliveryNeeds
  readonly #door: DeliveryDoor
  readonly #worker: SupervisedWorker<ToDelivery>
  #pipe: Duplex | undefined
  #stopFeeding: (() => void) | undefined
  #waiting = 0
  #nextRun = 0
  listening = false

  constructor(needs: DeliveryNeeds, door: DeliveryDoor) {
    this.#needs = needs
    this.#door = door
    this.#worker = superviseWorker<FromDelivery, ToDelivery>({
      ...findWorker(),
      log: needs.log,
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

  /** Ends the process where it does not take what it is sent. */
  check(): void {
    const behind = this.#pipe?.writableLength ?? 0
    const { pid } = this.#worker
    if (behind <= mostBehind || pid === undefined) return
    this.#needs.log.warn({ pid, behind }, 'a delivery process does not keep up: starting it again')
    process.kill(pid, 'SIGKILL')
  }

  stop(): Promise<void> {
    this.#end()
    return this.#worker.stop(600)
  }

  #setUp(): void {
    const { plain, secure, tls, socketPath, maxConnections } = this.#door
    const { container } = this.#needs
    this.#worker.send({ type: 'setup', setup: { socketPath, maxConnections, container, tls, rules: rulesOf(this.#needs) } })
    const pipe = this.#pipe as Duplex
    this.#stopFeeding = this.#needs.onRun((run) => {
      const feed = new RunFeed(this.#nextRun++, run, pipe, () => this.#needs.stateOf(run.name))
      return () => feed.stop()
    })
    if (secure !== undefined) this.#worker.send({ type: 'port', secure: true }, secure)
    this.#worker.send({ type: 'port', secure: false }, plain)
  }

  #hear(message: FromDelivery): void {
    if (message.type === 'report') this.#report(message.report)
    else if (message.type === 'listening') {
      this.listening = true
      this.#needs.log.info({ pid: this.#worker.pid }, 'a delivery process listens')
    } else this.#needs.log.error({ reason: message.reason }, 'a delivery process cannot listen')
  }

  #report({ requests, bytes, waiting, seen }: DeliveryReport): void {
    const { metrics } = this.#needs
    for (const kind in requests) {
      for (let count = requests[kind as PlaybackRequestKind] ?? 0; count > 0; count--) metrics.request(kind as PlaybackRequestKind)
    }
    metrics.bytes(bytes)
    metrics.waiting(waiting - this.#waiting)
    this.#waiting = waiting
    for (const { name, epoch, request } of seen) this.#needs.seen(name, epoch, request)
  }

  #end(): void {
    this.listening = false
    this.#stopFeeding?.()
    this.#stopFeeding = undefined
    this.#needs.metrics.waiting(-this.#waiting)
    this.#waiting = 0
  }
}

/** Makes the delivery; no process runs before `start`. */
export function createDelivery(needs: DeliveryNeeds): Delivery {
  const count = chooseProcesses(needs.processes, availableParallelism())
  const processes: DeliveryProcess[] = []
  let looking: NodeJS.Timeout | undefined
  let stopHearing: (() => void) | undefined
  const gauge = new Gauge({
    name: 'streams_delivery_processes',
    help: 'Delivery processes that listen, beside the host',
    registers: [needs.registry],
  })
  return {
    processes: count,
    start(door) {
      for (let index = 0; index < count; index++) processes.push(new DeliveryProcess(needs, door))
      if (count === 0) return
      let prefix = needs.cdnPrefix()
      const tell = (): void => {
        const rules = rulesOf(needs)
        for (const each of processes) each.rules(rules)
      }
      stopHearing = needs.access.onRefresh(tell)
      looking = setInterval(() => {
        for (const each of processes) each.check()
        gauge.set(processes.filter(({ listening }) => listening).length)
        if (prefix === needs.cdnPrefix()) return
        prefix = needs.cdnPrefix()
        tell()
      }, lookMs)
    },
    async stop() {
      clearInterval(looking)
      stopHearing?.()
      await Promise.all(processes.splice(0).map((each) => each.stop()))
    },
  }
}

function rulesOf(needs: DeliveryNeeds): DeliveryRules {
  return { access: needs.access.rules(), cdnPrefix: needs.cdnPrefix() }
}
