import { cpus, freemem, totalmem } from 'node:os'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { LoggedRequest } from '../logged-request.ts'
import { latencyClasses } from './latency.ts'
import { loggedFact } from './logged-fact.ts'
import { fillLevel, type NodeFacts, type NodeReport, reportMs } from './node-report.ts'
import type { RequestFact } from './request-fact.ts'
import { TrafficWindow } from './traffic-window.ts'

/** Lines of the log that are read in a second; those above are counted, and taken to be like them. */
const linesPerSecond = 20_000

export interface NodeTrafficDependencies {
  /** Null without a cache. */
  readonly cache: () => NodeReport['cache']
  readonly facts: () => NodeFacts
  readonly anycast: () => NodeReport['anycast']
  readonly prefetch: () => NodeReport['prefetch']
  /** Bytes that went to viewers beside answers to requests, since the start: WebRTC. */
  readonly mediaBytes: () => number
  /** Connections where nginx does not say them. */
  readonly connections: () => number
  readonly send: (report: NodeReport) => void
  readonly log: Logger
}

/** What a node did since it started, for Prometheus. */
export type TrafficTotals = Pick<
  NodeReport,
  'requests' | 'hits' | 'lookups' | 'bytesIn' | 'bytesOut' | 'errors4xx' | 'errors5xx' | 'latency'
>

/** Counts what a node answers, and reports it every ten seconds. */
export class NodeTraffic {
  readonly #dependencies: NodeTrafficDependencies
  readonly #window = new TrafficWindow()
  readonly #totals = {
    ...{ requests: 0, hits: 0, lookups: 0, bytesIn: 0, bytesOut: 0, errors4xx: 0, errors5xx: 0 },
    latency: new Array<number>(latencyClasses).fill(0),
  }
  readonly #timer: NodeJS.Timeout
  #connections: number | undefined
  #second = { at: 0, lines: 0 }
  #uncounted = 0
  #reportedAt = performance.now()
  #processor = processorTimes()
  #mediaBytes = 0
  #level = 0
  #newest: NodeReport | undefined

  constructor(dependencies: NodeTrafficDependencies) {
    this.#dependencies = dependencies
    this.#timer = repeat(reportMs, () => this.report())
  }

  /** The last report; undefined before the first. */
  get newest(): NodeReport | undefined {
    return this.#newest
  }

  /** Since the start, as of the last report. */
  get totals(): TrafficTotals {
    return this.#totals
  }

  add(fact: RequestFact): void {
    this.#window.add(fact)
  }

  /** Adds what nginx answered, as much as there is time for. */
  addLogged(requests: readonly LoggedRequest[]): void {
    const second = Math.floor(performance.now() / 1000)
    if (this.#second.at !== second) this.#second = { at: second, lines: 0 }
    const read = requests.slice(0, Math.max(0, linesPerSecond - this.#second.lines))
    this.#second.lines += requests.length
    this.#uncounted += requests.length - read.length
    for (const each of read) this.#window.add(loggedFact(each))
    this.#connections = requests.at(-1)?.connections ?? this.#connections
  }

  /** Reports what was counted since the last report. */
  report(): void {
    const { cache, facts, anycast, prefetch, mediaBytes, connections, send, log } = this.#dependencies
    const media = mediaBytes()
    const ahead = prefetch()
    const counts = this.#window.take(this.#uncounted)
    this.#uncounted = 0
    const now = performance.now()
    const processor = processorTimes()
    const spent = processor.all - this.#processor.all
    const report: NodeReport = {
      ...counts,
      bytesOut: counts.bytesOut + media - this.#mediaBytes,
      ...facts(),
      seconds: Math.max(0.001, Math.min(3600, (now - this.#reportedAt) / 1000)),
      connections: this.#connections ?? connections(),
      cpu: spent > 0 ? share(1 - (processor.idle - this.#processor.idle) / spent) : 0,
      memory: share(1 - freemem() / totalmem()),
      cache: cache(),
      anycast: anycast() ?? null,
      ...(ahead === undefined ? {} : { prefetch: ahead }),
    }
    this.#mediaBytes = media
    this.#reportedAt = now
    this.#processor = processor
    this.#newest = report
    for (const name of ['requests', 'hits', 'lookups', 'bytesIn', 'bytesOut', 'errors4xx', 'errors5xx'] as const)
      this.#totals[name] += report[name]
    for (const [index, each] of report.latency.entries()) this.#totals.latency[index] = (this.#totals.latency[index] ?? 0) + each
    const level = fillLevel(report.cache)
    if (level > this.#level) log.warn({ ...report.cache }, `the cache is ${level} % full`)
    this.#level = level
    send(report)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

const share = (value: number): number => Math.round(Math.max(0, Math.min(1, value)) * 1000) / 1000

function processorTimes(): { readonly all: number; readonly idle: number } {
  let all = 0
  let idle = 0
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq
    idle += times.idle
  }
  return { all, idle }
}
