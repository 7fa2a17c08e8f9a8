import { randomBytes } from 'node:crypto'
import Value from 'typebox/value'
import type { EdgeOrigin } from '../../../media/edge-delivery.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Strangers } from '../../../platform/net/strangers.ts'
import type { PacedSocketClient, SocketSession } from '../../../platform/routes/sockets.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { monotonicMs } from '../../../platform/timing/steady-clock.ts'
import type { GuardBook } from '../../attacks/guard-book.ts'
import { type FoundObjects, FoundObjectsSchema } from '../../front/cache/cache-search.ts'
import type { PurgeOutcome } from '../../front/cache/node-cache.ts'
import type { FunctionBook } from '../../functions/function-book.ts'
import type { LimitBook } from '../../limits/limit-book.ts'
import type { UsageEntry } from '../../limits/request-buckets.ts'
import type { GroupBook } from '../fleet/group-book.ts'
import { type NodeInspection, NodeInspectionSchema } from '../nodes/inspection.ts'
import type { NodeBook, NodeFigures } from '../nodes/node-book.ts'
import { helloText, isSigned, renewText } from '../nodes/node-keys.ts'
import type { PurgeBook } from '../purges/purge-book.ts'
import type { NodeHealth } from '../routing/node-health.ts'
import type { RoutingBook } from '../routing/routing-book.ts'
import type { WarmBook } from '../warming/warm-book.ts'
import {
  beatMs,
  HelloSchema,
  helloMs,
  type NodeMessage,
  NodeMessageSchema,
  type OriginMessage,
  rejectedCode,
  silenceMs,
} from './link-messages.ts'
import { NodeFeeds } from './node-feeds.ts'
import { NodeRequests } from './node-requests.ts'

export interface OriginLinkDependencies {
  readonly book: NodeBook
  readonly purges: PurgeBook
  readonly warming: WarmBook
  /** Takes what a node reports of itself. */
  readonly traffic: { take(node: string, report: unknown): void }
  readonly limits: LimitBook
  readonly guard: GuardBook
  readonly routing: RoutingBook
  readonly functions: FunctionBook
  readonly groups: GroupBook
  readonly health: NodeHealth
  readonly origin: EdgeOrigin
  readonly log: Logger
}

/** Questions of one node that are being answered. */
const maxQuestions = 1000

/** How long a node may take to make a key, ms. */
const keyMs = 5000

/** The origin's half of one connection: nothing is sent to who has not shown the key of a node. */
export class OriginLink implements SocketSession {
  readonly #dependencies: OriginLinkDependencies
  readonly #client: PacedSocketClient
  readonly #remoteAddress: string
  readonly #challenge = randomBytes(32).toString('base64url')
  readonly #late: NodeJS.Timeout
  readonly #leaveStrangers: () => void
  readonly #feeds: NodeFeeds
  readonly #purges = new NodeRequests<PurgeOutcome>()
  readonly #searches = new NodeRequests<FoundObjects>()
  readonly #inspections = new NodeRequests<NodeInspection>()
  readonly #keys = new NodeRequests<{ readonly publicKey: string; readonly proof: string }>()
  /** The last that the node has proved to have. */
  #newKey = ''
  /** A node of an older version knows nothing of configurations and inspections. */
  #knowsFleet = false
  #node: { readonly id: string; readonly version: string; readonly sinceMs: number } | undefined
  #detach: (() => void) | undefined
  #stopFollowing: readonly (() => void)[] = []
  #beat: NodeJS.Timeout | undefined
  #heardMs = 0
  #questions = 0
  #said = { requests: 0, deliveredBytes: 0, waiting: 0 }
  #settings = ''
  #closed = false

  constructor(dependencies: OriginLinkDependencies, client: PacedSocketClient, remoteAddress: string, strangers: Strangers) {
    this.#dependencies = dependencies
    this.#client = client
    this.#remoteAddress = remoteAddress
    this.#late = setTimeout(() => client.terminate(), helloMs)
    this.#leaveStrangers = strangers.add(() => client.terminate())
    this.#feeds = new NodeFeeds((message) => client.send(message))
    this.#send({ type: 'challenge', challenge: this.#challenge })
  }

  onMessage(text: string): void {
    if (this.#closed) return
    const message = parsed(text)
    if (this.#node === undefined) this.#hello(message)
    else if (Value.Check(NodeMessageSchema, message)) this.#handle(message)
    else this.#client.close(1007, 'a message is malformed')
  }

  onClose(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#late)
    this.#leaveStrangers()
    clearInterval(this.#beat)
    for (const stop of this.#stopFollowing) stop()
    this.#feeds.stop()
    this.#purges.end()
    this.#searches.end()
    this.#inspections.end()
    this.#keys.end()
    this.#detach?.()
    const { limits, warming, log } = this.#dependencies
    if (this.#node === undefined) return
    limits.leave(this.#node.id)
    warming.leave(this.#node.id)
    log.info({ node: this.#node.id, sentBytes: this.#feeds.sentBytes }, 'a node has disconnected')
  }

  #hello(message: unknown): void {
    const { book, origin, purges, limits, guard, routing, functions, groups, log } = this.#dependencies
    const hello = Value.Check(HelloSchema, message) ? message : undefined
    const node = hello && book.admitted(hello.id, helloText(this.#challenge, hello.id), hello.signature)
    if (hello === undefined || node === undefined) {
      log.warn({ remoteAddress: this.#remoteAddress, node: hello?.id }, 'a connection of a node was rejected')
      this.#client.close(rejectedCode, 'this node is not accepted')
      return
    }
    clearTimeout(this.#late)
    this.#leaveStrangers()
    this.#node = { id: hello.id, version: hello.version, sinceMs: Date.now() }
    this.#knowsFleet = hello.configuration !== undefined
    this.#heardMs = performance.now()
    const settings = origin.settings()
    this.#settings = JSON.stringify(settings)
    this.#send({
      ...{ type: 'welcome', name: node.name, settings, purges: purges.since(hello.lastPurge) },
      ...{ limits: limits.settings, guard: guard.rules, figures: true, functions: true, packets: true },
    })
    this.#stopFollowing = [
      origin.onSettings(() => this.#reportSettings(true)),
      routing.onChange(() => this.#reportRouting()),
      limits.onChange((changed) => this.#send({ type: 'limits', limits: changed })),
      guard.attach(hello.id, {
        guard: (rules) => this.#send({ type: 'guard', rules }),
        lift: (network) => this.#send({ type: 'lift', network }),
      }),
      functions.attach(hello.id, hello.functions, (set) => this.#send({ type: 'functions', set })),
      groups.attach(hello.id, hello.configuration, (id, text) => this.#send({ type: 'configuration', id, text })),
    ]
    this.#beat = repeat(beatMs, () => this.#onBeat())
    this.#detach = book.attach(hello.id, {
      remoteAddress: this.#remoteAddress,
      figures: () => this.#figures(),
      purge: (order) => this.#purges.ask((id) => this.#send({ type: 'purge', id, order })),
      preview: (selection) => this.#purges.ask((id) => this.#send({ type: 'preview', id, selection })),
      search: (prefix) => this.#searches.ask((id) => this.#send({ type: 'search', id, prefix })),
      warm: (id, urls, perSecond) => this.#send({ type: 'warm', id, urls, perSecond }),
      inspect: (lines) => this.#asked(() => this.#inspections.ask((id) => this.#send({ type: 'inspect', id, lines }))),
      renewKey: () => this.#asked(() => this.#renewKey(hello.id)),
      acceptKey: () => this.#send({ type: 'keyAccepted', publicKey: this.#newKey }),
      stopWarming: (id) => this.#send({ type: 'warmStop', id }),
      // what it was sent before is not waited for
      end: (reason, isRejected) => {
        this.#client.close(isRejected ? rejectedCode : 1001, reason)
        this.#client.terminate()
        this.onClose()
      },
    })
    this.#reportRouting()
    log.info({ node: hello.id, remoteAddress: this.#remoteAddress }, 'a node has connected')
  }

  #handle(message: NodeMessage): void {
    this.#heardMs = performance.now()
    const { origin } = this.#dependencies
    switch (message.type) {
      case 'watch':
        this.#feeds.watch(message, (sink) =>
          message.form === 'packets'
            ? origin.feedPackets(message.stream, sink)
            : origin.feed(message.stream, message.held, sink, this.#node?.id ?? ''),
        )
        return
      case 'leave':
        this.#feeds.leave(message)
        return
      case 'received':
        this.#feeds.receipt(message.bytes)
        return
      case 'beat':
        this.#said = message
        return
      case 'ask':
        this.#answer(message)
        return
      case 'peers':
        this.#dependencies.health.reported(this.#node?.id ?? '', message.views, performance.now())
        return
      case 'purged':
        this.#purges.answer(
          message.id,
          message.fault === undefined ? { objects: message.objects, bytes: message.bytes } : new Error(message.fault),
        )
        return
      case 'warmed': {
        const { id, progress, isEnded, fault } = message
        this.#dependencies.warming.report(this.#node?.id ?? '', { id, ...progress, isEnded, fault })
        return
      }
      case 'found':
        this.#searches.answer(message.id, foundOf(message))
        return
      case 'configured':
        this.#dependencies.groups.configured(this.#node?.id ?? '', message.id, message.fault)
        return
      case 'inspected':
        this.#inspections.answer(message.id, inspectionOf(message))
        return
      case 'keyMade':
        this.#keys.answer(message.id, message.fault === undefined ? message : new Error(message.fault))
        return
      case 'figures':
        this.#dependencies.traffic.take(this.#node?.id ?? '', message.figures)
        return
      case 'report':
        origin.seen(message.report, this.#node?.id ?? '')
        return
      case 'usage':
        this.#lease(message.entries)
        return
      case 'functions':
        this.#dependencies.functions.used(this.#node?.id ?? '', message.id, message.fault)
        return
      case 'functionLines':
        this.#dependencies.functions.addLines(this.#node?.id ?? '', message.lines)
        return
      case 'guarded':
        this.#dependencies.guard.report(this.#node?.id ?? '', message.report)
        return
    }
  }

  #reportRouting(): void {
    const { book, routing } = this.#dependencies
    this.#send({ type: 'routing', draining: book.isDraining(this.#node?.id ?? ''), nodes: routing.signed, issuedAt: routing.issuedAt })
  }

  #answer({ id, question }: Extract<NodeMessage, { type: 'ask' }>): void {
    if (this.#questions >= maxQuestions) return
    this.#questions++
    void this.#dependencies.origin.check(question).then((answer) => {
      this.#questions--
      this.#send({ type: 'answer', id, answer })
    })
  }

  #asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#knowsFleet) return ask()
    return Promise.reject(new AppError('network.node_too_old', `The node has version ${this.#node?.version}`))
  }

  async #renewKey(node: string): Promise<string> {
    const challenge = randomBytes(32).toString('base64url')
    const { publicKey, proof } = await this.#keys.ask((id) => this.#send({ type: 'renewKey', id, challenge }), keyMs)
    if (!isSigned(publicKey, renewText(challenge, node), proof)) throw new AppError('network.join_rejected')
    this.#newKey = publicKey
    return publicKey
  }

  #lease(usage: readonly UsageEntry[]): void {
    const entries = this.#dependencies.limits.report(this.#node?.id ?? '', usage)
    if (entries.length > 0) this.#send({ type: 'leases', entries })
  }

  #onBeat(): void {
    if (performance.now() - this.#heardMs > silenceMs) {
      this.#client.terminate()
      return
    }
    this.#reportSettings(false)
    this.#send({ type: 'beat', clockMs: monotonicMs(), timeMs: Date.now() })
  }

  /** @param always rules of access have changed, though what is reported of them has not */
  #reportSettings(always: boolean): void {
    const settings = this.#dependencies.origin.settings()
    const text = JSON.stringify(settings)
    if (!always && text === this.#settings) return
    this.#settings = text
    this.#send({ type: 'settings', settings })
  }

  #figures(): NodeFigures {
    const { version, sinceMs } = this.#node ?? { version: '', sinceMs: 0 }
    return {
      connectedSince: new Date(sinceMs).toISOString(),
      remoteAddress: this.#remoteAddress,
      version,
      streams: this.#feeds.count,
      sentBytes: this.#feeds.sentBytes,
      requests: this.#said.requests,
      deliveredBytes: this.#said.deliveredBytes,
      waiting: this.#said.waiting,
    }
  }

  #send(message: OriginMessage): void {
    if (!this.#closed) this.#client.send(JSON.stringify(message))
  }
}

function foundOf({ found, fault }: Extract<NodeMessage, { type: 'found' }>): FoundObjects | Error {
  if (fault !== undefined) return new Error(fault)
  return Value.Check(FoundObjectsSchema, found) ? found : new Error('what the node found is malformed')
}

function inspectionOf({ report, fault }: Extract<NodeMessage, { type: 'inspected' }>): NodeInspection | Error {
  if (fault !== undefined) return new Error(fault)
  return Value.Check(NodeInspectionSchema, report) ? report : new Error('what the node says of itself is malformed')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
