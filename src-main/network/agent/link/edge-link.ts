import { setTimeout as delay } from 'node:timers/promises'
import { type RawData, WebSocket } from 'ws'
import type { EdgeDelivery, EdgeSource, ViewerAnswer, ViewerQuestion } from '../../../media/edge-delivery.ts'
import { hashSecret } from '../../../platform/identity/secrets.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { monotonicMs } from '../../../platform/timing/steady-clock.ts'
import type { GuardReport, GuardRules } from '../../attacks/attack-schemas.ts'
import type { NodeReport } from '../../figures/node-report.ts'
import type { PurgeHistory } from '../../front/cache/node-cache.ts'
import type { FunctionLine } from '../../functions/function-line.ts'
import type { FunctionSet } from '../../functions/function-set.ts'
import type { LimitSettings } from '../../limits/limit-settings.ts'
import type { LeaseEntry, UsageEntry } from '../../limits/request-buckets.ts'
import {
  beatMs,
  linkVersion,
  loopCode,
  type NodeMessage,
  noNodesCode,
  type OriginMessage,
  readRecord,
  rejectedCode,
  silenceMs,
} from '../../origin/link/link-messages.ts'
import { pathHeader } from '../../origin/link/node-path.ts'
import type { NodeInspection } from '../../origin/nodes/inspection.ts'
import { helloText, signText } from '../../origin/nodes/node-keys.ts'
import { CacheOrders, type LinkedCache } from '../cache-orders.ts'
import { KeyChange } from '../joining/key-change.ts'
import { type NodeState, readNodeKey } from '../joining/node-state.ts'
import { connectMs, connectToOrigin, isNoAnswer, NoAnswerError, type OriginTarget } from '../joining/origin-connection.ts'
import type { PeerView } from '../peer-watch.ts'
import { ViewerQuestions } from './viewer-questions.ts'
import { WantedStreams } from './wanted-streams.ts'

/** What of a node's limits is the origin's to say. */
export interface LinkedProtection {
  setOrigin(limits: LimitSettings | undefined): void
  setRules(rules: GuardRules): void
  lift(network: string): void
  /** Attacks and blocks, where they have changed. */
  guardReport(): GuardReport | undefined
  lease(entries: readonly LeaseEntry[]): void
  report(): UsageEntry[]
}

/** What the origin says of the routing of viewers. */
export type LinkedRouting = Pick<Extract<OriginMessage, { type: 'routing' }>, 'draining' | 'nodes' | 'issuedAt'>

/** Functions at a node, which its origin deploys. */
export interface LinkedFunctions {
  readonly id: string
  use(set: FunctionSet): Promise<void>
}

/** What a node is and uses, as its origin asks for it and changes it. */
export interface LinkedNode {
  /** Id of the configuration of the group that is used; empty for none. */
  readonly configuration: string
  configure(id: string, text: string): Promise<void>
  inspect(lines: number): NodeInspection
  /** Keeps a key in place of the node's own. */
  keepKey(kept: string): void
}

export interface EdgeLinkDependencies {
  readonly state: NodeState
  readonly target: OriginTarget
  readonly version: string
  /** The live platform at this node. */
  readonly delivery: () => EdgeDelivery
  /** What is asked of it before it has started waits. Rejects where it cannot start. Undefined for a node without a cache. */
  readonly cache: Promise<LinkedCache> | undefined
  readonly protection: LinkedProtection
  readonly functions: LinkedFunctions
  readonly node: LinkedNode
  /** The origin has disabled or revoked the node. */
  readonly onDisabled?: () => void
  /** The origin has answered nothing for a while. */
  readonly onSilent?: () => void
  readonly log: Logger
}

/** Why the node is not connected, or `connected`. */
export type LinkState = 'connecting' | 'connected' | 'away' | 'rejected'

const firstPauseMs = 100
const maxPauseMs = 5000
/** Closed with one of these, a node delivers nothing. */
const rejections: ReadonlySet<number> = new Set([rejectedCode, loopCode, noNodesCode])
/** A node that was rejected asks again seldom: it may be enabled. */
const rejectedPauseMs = 10_000
/** A receipt after so many bytes. */
const receiptBytes = 32 * 1024
const maxMessageBytes = 64 * 1024 * 1024
/** Requests are reported so often, ms. */
const usageMs = 100
/** Without a word from the origin for so long, while it says something each second, players rather use other nodes, ms. */
const quietMs = 1500
/** Clocks that are further apart are a fault; a message may take some seconds, ms. */
const clockFaultMs = 10_000

/** A node's half of the connection to its origin: one at a time, opened again whenever it breaks. */
export class EdgeLink implements EdgeSource {
  readonly #dependencies: EdgeLinkDependencies
  readonly #wanted: WantedStreams
  /** Streams whose packets are wanted. */
  readonly #wantedPackets: WantedStreams
  readonly #cache: CacheOrders
  readonly #questions = new ViewerQuestions()
  readonly #path: string
  #socket: WebSocket | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #timers: readonly NodeJS.Timeout[]
  #pauseMs = firstPauseMs
  #state: LinkState = 'connecting'
  #reason = ''
  #isDisabled = false
  #isSilent = false
  #receivedBytes = 0
  #connectedBytes = 0
  #confirmedBytes = 0
  #connects = 0
  #heardMs = 0
  #skewMs: number | undefined
  #aheadMs: number | undefined
  #stopped = false
  #purges: PurgeHistory | undefined
  #routing: LinkedRouting | undefined
  #takesFigures = false
  /** An origin of an older version would send what is packaged. */
  #takesPackets = false
  /** PKCS #8 in base64. */
  #key: string
  /** Made for the origin, which has not said yet that it keeps it. */
  readonly #keyChange = new KeyChange()
  #takesFunctionLines = false
  /** An origin of an older version would close the connection. */
  #takesGuardReports = false

  /** @param path of the WebSocket at the origin */
  constructor(dependencies: EdgeLinkDependencies, path: string) {
    this.#dependencies = dependencies
    this.#path = path
    this.#key = dependencies.state.privateKey
    this.#wanted = new WantedStreams({
      has: (stream) => dependencies.delivery().has(stream),
      onWant: (stream) => this.#watch(stream),
      onLeave: (stream) => {
        this.#send({ type: 'leave', stream })
        dependencies.delivery().drop(stream)
      },
    })
    this.#wantedPackets = new WantedStreams({
      has: (stream) => dependencies.delivery().hasPackets(stream),
      onWant: (stream) => this.#watchPackets(stream),
      onLeave: (stream) => {
        if (this.#takesPackets) this.#send({ type: 'leave', stream, form: 'packets' })
        dependencies.delivery().dropPackets(stream)
      },
    })
    this.#cache = new CacheOrders({ cache: dependencies.cache, send: (message) => this.#send(message), log: dependencies.log })
    this.#timers = [repeat(beatMs, () => this.#onBeat()), repeat(usageMs, () => this.#reportUsage())]
  }

  /** What the origin has purged, once it is connected to. Rejects after `withinMs`. */
  async history(withinMs: number): Promise<PurgeHistory> {
    for (const end = performance.now() + withinMs; this.#purges === undefined; await delay(20)) {
      if (this.#stopped || performance.now() > end) throw new Error('there is no connection to the origin')
    }
    return this.#purges
  }

  start(): void {
    this.#open()
  }

  /** What the origin last said of routing; undefined where it is of an older version. */
  get routing(): LinkedRouting | undefined {
    return this.#routing
  }

  get state(): LinkState {
    return this.#state
  }

  /** The connection may be broken where nobody says so: what is new at the origin does not come. */
  get isQuiet(): boolean {
    return performance.now() - this.#heardMs > quietMs
  }

  /** The origin takes connections and answers nothing, or not as fast as it is asked: what is handed on to it would wait. */
  get isSilent(): boolean {
    return this.#isSilent || this.#questions.isFull
  }

  /** The origin has disabled or revoked the node. */
  get isDisabled(): boolean {
    return this.#isDisabled
  }

  /** How far the clock of this node is ahead of that of its origin, with the time that its last message took, ms; null before the first. */
  get clockAheadMs(): number | null {
    return this.#aheadMs ?? null
  }

  /** Why there is no connection; null while there is one, and before the first attempt. */
  get reason(): string | null {
    return this.#state === 'connected' || this.#reason === '' ? null : this.#reason
  }

  /** Media received since the start, bytes, and how often the node has connected. */
  figures(): { readonly receivedBytes: number; readonly connects: number; readonly wanted: number } {
    return { receivedBytes: this.#receivedBytes, connects: this.#connects, wanted: this.#wanted.size }
  }

  want(stream: string): boolean {
    return this.#wanted.want(stream)
  }

  wantPackets(stream: string): boolean {
    return this.#wantedPackets.want(stream)
  }

  ask(question: ViewerQuestion): Promise<ViewerAnswer> {
    if (this.#state !== 'connected' || this.#questions.isFull) return Promise.reject(new Error('the origin cannot be asked'))
    return this.#questions.ask((id) => this.#send({ type: 'ask', id, question }))
  }

  /** Reports what the node did; what is reported without a connection is lost. */
  sendFigures(figures: NodeReport): void {
    if (this.#takesFigures) this.#send({ type: 'figures', figures })
  }

  /** Reports what functions log; what is reported without a connection is lost. */
  sendFunctionLines(lines: readonly FunctionLine[]): void {
    if (this.#takesFunctionLines) this.#send({ type: 'functionLines', lines: [...lines] })
  }

  /** Reports whether other nodes answer. */
  sendPeers(views: readonly PeerView[]): void {
    this.#send({ type: 'peers', views: [...views] })
  }

  report(report: unknown): void {
    this.#send({ type: 'report', report })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const timer of this.#timers) clearInterval(timer)
    this.#wanted.stop()
    this.#wantedPackets.stop()
    this.#socket?.terminate()
    this.#questions.rejectAll()
  }

  #open(): void {
    if (this.#stopped) return
    const { target, state: own, log } = this.#dependencies
    const socket = new WebSocket(`ws://${target.url.host}${this.#path}`, {
      createConnection: ((_options: object, callback: Parameters<typeof connectToOrigin>[1]) => connectToOrigin(target, callback)) as never,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      skipUTF8Validation: false,
      headers: { [pathHeader]: own.id },
    })
    this.#socket = socket
    this.#connectedBytes = 0
    this.#confirmedBytes = 0
    this.#heardMs = performance.now()
    /** The first is the cause of the others. */
    let failure: Error | undefined
    const late = setTimeout(() => {
      failure ??= new NoAnswerError(target)
      socket.terminate()
    }, connectMs)
    socket.on('error', (error) => {
      failure ??= error
    })
    socket.on('open', () => clearTimeout(late))
    socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#heardMs = performance.now()
      try {
        if (isBinary) this.#takeRecord(data as Buffer)
        else this.#handle(JSON.parse(String(data)) as OriginMessage)
      } catch (error) {
        log.error({ err: error }, 'the origin sent what cannot be read')
        socket.terminate()
      }
    })
    socket.on('close', (code, text) => {
      clearTimeout(late)
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#questions.rejectAll()
      this.#cache.stopWarming()
      if (this.#stopped) return
      const rejected = rejections.has(code)
      const state = rejected ? 'rejected' : 'away'
      const said = failure?.message || String(text)
      if (state !== this.#state || (rejected && said !== this.#reason))
        log.warn({ code, reason: said }, rejected ? 'the origin does not accept this node' : 'there is no connection to the origin')
      this.#state = state
      this.#reason = said
      // a connection that was not answered either changes nothing
      if (failure !== undefined && !isNoAnswer(failure)) this.#isSilent = false
      if (rejected) this.#wanted.leaveAll()
      if (rejected) this.#wantedPackets.leaveAll()
      this.#isDisabled = code === rejectedCode
      if (this.#isDisabled) this.#dependencies.onDisabled?.()
      this.#timer = setTimeout(() => this.#open(), rejected ? rejectedPauseMs : this.#pauseMs)
      this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * 2)
    })
  }

  #handle(message: OriginMessage): void {
    const { state, version, functions, log } = this.#dependencies
    const delivery = this.#dependencies.delivery()
    switch (message.type) {
      case 'challenge': {
        const signature = signText(readNodeKey(this.#key).privateKey, helloText(message.challenge, state.id))
        const { lastPurge } = this.#cache
        const forwardHash = hashSecret(state.forwardSecret)
        this.#socket?.send(
          JSON.stringify({
            type: 'hello',
            link: linkVersion,
            version,
            id: state.id,
            signature,
            lastPurge,
            functions: functions.id,
            configuration: this.#dependencies.node.configuration,
            forwardHash,
          }),
        )
        return
      }
      case 'welcome':
        this.#state = 'connected'
        this.#isSilent = false
        this.#isDisabled = false
        this.#pauseMs = firstPauseMs
        this.#connects++
        this.#skewMs = undefined
        delivery.connected()
        delivery.setSettings(message.settings)
        delivery.forgetAnswers()
        this.#dependencies.protection.setOrigin(message.limits)
        this.#takesGuardReports = message.guard !== undefined
        if (message.guard !== undefined) this.#dependencies.protection.setRules(message.guard)
        this.#takesPackets = message.packets === true
        for (const stream of this.#wanted.all()) this.#watch(stream)
        for (const stream of this.#wantedPackets.all()) this.#watchPackets(stream)
        log.info({ origin: state.origin }, 'connected to the origin')
        this.#purges = message.purges
        this.#takesFigures = message.figures === true
        this.#takesFunctionLines = message.functions === true
        this.#cache.catchUp(message.purges)
        return
      case 'functions': {
        const { id } = message.set
        functions.use(message.set).then(
          () => this.#send({ type: 'functions', id }),
          (error: Error) => {
            log.error({ err: error }, 'the functions of the origin cannot be used')
            this.#send({ type: 'functions', id, fault: error.message.slice(0, 1000) })
          },
        )
        return
      }
      case 'configuration': {
        const { id, text } = message
        this.#dependencies.node.configure(id, text).then(
          () => this.#send({ type: 'configured', id }),
          (error: Error) => {
            log.error({ err: error }, 'the configuration of the group is not used')
            this.#send({ type: 'configured', id, fault: error.message.slice(0, 1000) })
          },
        )
        return
      }
      case 'inspect':
        this.#send({ type: 'inspected', id: message.id, report: this.#dependencies.node.inspect(message.lines) })
        return
      case 'renewKey': {
        this.#send({ type: 'keyMade', id: message.id, ...this.#keyChange.make(message.challenge, state.id) })
        return
      }
      case 'keyAccepted': {
        const kept = this.#keyChange.accepted(message.publicKey)
        if (kept === undefined) return
        this.#dependencies.node.keepKey(kept)
        this.#key = kept
        log.info({}, 'the node has a new key: connecting again with it')
        this.#socket?.terminate()
        return
      }
      case 'purge':
      case 'preview':
      case 'warm':
      case 'warmStop':
      case 'search':
        this.#cache.handle(message)
        return
      case 'settings':
        delivery.setSettings(message.settings)
        delivery.forgetAnswers()
        return
      case 'beat': {
        // what was on its way for the shortest time says it best
        const skewMs = message.clockMs - monotonicMs()
        this.#skewMs = this.#skewMs === undefined ? skewMs : Math.max(this.#skewMs, skewMs)
        delivery.setClock(this.#skewMs)
        if (message.timeMs !== undefined) this.#compareClocks(Date.now() - message.timeMs)
        return
      }
      case 'limits':
        this.#dependencies.protection.setOrigin(message.limits)
        return
      case 'guard':
        this.#dependencies.protection.setRules(message.rules)
        return
      case 'lift':
        this.#dependencies.protection.lift(message.network)
        return
      case 'routing':
        this.#routing = message
        return
      case 'leases':
        this.#dependencies.protection.lease(message.entries)
        return
      case 'answer':
        this.#questions.answer(message.id, message.answer)
        return
    }
  }

  #compareClocks(aheadMs: number): void {
    const wasWrong = Math.abs(this.#aheadMs ?? 0) > clockFaultMs
    this.#aheadMs = aheadMs
    if (Math.abs(aheadMs) > clockFaultMs && !wasWrong)
      this.#dependencies.log.warn({ aheadMs }, 'the clock of this node is not that of its origin: signed URLs end by the clock of the node')
  }

  #takeRecord(message: Buffer): void {
    const record = readRecord(message)
    if (record === undefined) throw new Error(`a record of ${message.length} bytes breaks the format`)
    this.#receivedBytes += message.length
    this.#connectedBytes += message.length
    this.#dependencies.delivery().take(record.json, record.data)
    if (this.#connectedBytes - this.#confirmedBytes >= receiptBytes) this.#confirm()
  }

  #confirm(): void {
    if (this.#confirmedBytes === this.#connectedBytes) return
    this.#confirmedBytes = this.#connectedBytes
    this.#send({ type: 'received', bytes: this.#connectedBytes })
  }

  #onBeat(): void {
    this.#wanted.sweep()
    this.#wantedPackets.sweep()
    if (this.#socket !== undefined && performance.now() - this.#heardMs > silenceMs && this.#socket.readyState === WebSocket.OPEN) {
      this.#dependencies.log.warn({ silenceMs }, 'the origin is silent: connecting again')
      this.#isSilent = true
      this.#socket.terminate()
      this.#dependencies.onSilent?.()
      return
    }
    if (this.#state !== 'connected') return
    this.#confirm()
    const { requests, bytesOut, waiting } = this.#dependencies.delivery().figures()
    this.#send({ type: 'beat', requests, deliveredBytes: bytesOut, waiting })
  }

  #reportUsage(): void {
    if (this.#state !== 'connected') return
    const entries = this.#dependencies.protection.report()
    if (entries.length > 0) this.#send({ type: 'usage', entries })
    const report = this.#takesGuardReports ? this.#dependencies.protection.guardReport() : undefined
    if (report !== undefined) this.#send({ type: 'guarded', report })
  }

  #watch(stream: string): void {
    this.#send({ type: 'watch', stream, held: this.#dependencies.delivery().held(stream) })
  }

  #watchPackets(stream: string): void {
    if (this.#takesPackets) this.#send({ type: 'watch', stream, held: {}, form: 'packets' })
  }

  #send(message: NodeMessage): void {
    if (this.#state === 'connected' && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}
