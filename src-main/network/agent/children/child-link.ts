import Value from 'typebox/value'
import { type RawData, WebSocket } from 'ws'
import type { EdgeDelivery } from '../../../media/edge-delivery.ts'
import { nodeHeader, viewerHeader, writeViewer } from '../../../platform/http/client.ts'
import type { Logger } from '../../../platform/logger.ts'
import { HelloSchema, helloMs, OwnMessageSchema, rejectedCode } from '../../origin/link/link-messages.ts'
import { NodeFeeds } from '../../origin/link/node-feeds.ts'
import { pathHeader } from '../../origin/link/node-path.ts'
import { connectToOrigin, type OriginTarget } from '../joining/origin-connection.ts'

export interface ChildLinkOptions {
  readonly target: OriginTarget
  readonly forwardSecret: string
  readonly path: string
  readonly delivery: () => EdgeDelivery
  readonly want: (stream: string, form: 'packets' | undefined) => void
  readonly lastPurge: () => number | undefined
  readonly log: Logger
  readonly child: WebSocket
  /** Ids of the nodes on the way to the origin, this one last. */
  readonly nodePath: readonly string[]
  /** Of the other node. */
  readonly remoteAddress: string
  readonly onAdmitted: (id: string, forwardHash: string | undefined) => void
  readonly onRejected: (id: string) => void
  readonly onEnd: () => void
}

/** Bytes that may wait for either side: who takes nothing is closed. */
const maxWaitingBytes = 16 * 1024 * 1024
/** A node behind this one purges after this one, which it fetches from; it waits so long at most, ms. */
const maxHoldMs = 2000
const holdStepMs = 5

/**
 * The connection of a node whose origin is this node. The origin of this node admits it and says what applies: messages pass unchanged, over a
 * connection of their own. Media alone are this node's: they are sent from its memory, so that they cross each connection once.
 */
export class ChildLink {
  readonly #options: ChildLinkOptions
  readonly #onward: WebSocket
  readonly #feeds: NodeFeeds
  readonly #late: NodeJS.Timeout
  /** What was said before the connection onward was open: its hello, and nothing else. */
  #hello: { readonly id: string; readonly forwardHash: string | undefined } | undefined
  #isAdmitted = false
  #isEnded = false
  /** Messages behind one that waits for this node's purges. */
  #held: string[] | undefined

  constructor(options: ChildLinkOptions) {
    const { child, target, path, nodePath, remoteAddress, forwardSecret } = options
    this.#options = options
    this.#late = setTimeout(() => this.end(), helloMs)
    this.#feeds = new NodeFeeds((message) => child.send(message))
    this.#onward = new WebSocket(`ws://${target.url.host}${path}`, {
      createConnection: ((_options: object, callback: Parameters<typeof connectToOrigin>[1]) => connectToOrigin(target, callback)) as never,
      perMessageDeflate: false,
      handshakeTimeout: helloMs,
      headers: {
        [pathHeader]: nodePath.join(','),
        [nodeHeader]: forwardSecret,
        [viewerHeader]: writeViewer({ remoteAddress, encrypted: true }),
      },
    })
    this.#onward.on('error', () => undefined)
    this.#onward.on('message', (data: RawData, isBinary: boolean) => {
      // media are asked for by this node alone
      if (isBinary) this.end()
      else this.#down(String(data))
    })
    this.#onward.on('close', (code, reason) => this.end(code, String(reason)))
    child.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.end()
      else this.#up(String(data))
    })
    child.on('close', () => this.end())
  }

  get isAdmitted(): boolean {
    return this.#isAdmitted
  }

  get remoteAddress(): string {
    return this.#options.remoteAddress
  }

  /** Has what the other node wants reported to this one. */
  wantAll(): void {
    for (const { stream, form } of this.#feeds.wanted) this.#options.want(stream, form)
  }

  /** @param code why, for the other node */
  end(code = 1001, reason = ''): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#late)
    this.#feeds.stop()
    const { child, onEnd, onRejected } = this.#options
    if (code === rejectedCode && this.#hello !== undefined) onRejected(this.#hello.id)
    // codes that only a system may say (RFC 6455 section 7.4.1) are not passed on
    child.close(code >= 4000 && code < 5000 ? code : 1001, reason)
    setTimeout(() => child.terminate(), 1000).unref()
    this.#onward.terminate()
    onEnd()
  }

  #up(text: string): void {
    const message = parsed(text)
    if (this.#hello === undefined) {
      if (!Value.Check(HelloSchema, message)) this.end()
      else {
        this.#hello = { id: message.id, forwardHash: message.forwardHash }
        this.#pass(this.#onward, text)
      }
    } else if (!this.#isAdmitted) this.end()
    else if (Value.Check(OwnMessageSchema, message)) {
      if (message.type === 'received') this.#feeds.receipt(message.bytes)
      else if (message.type === 'leave') this.#feeds.leave(message)
      else {
        const { stream, form, held } = message
        const delivery = this.#options.delivery()
        this.#feeds.watch(message, (sink) => (form === 'packets' ? delivery.feedPackets(stream, sink) : delivery.feed(stream, held, sink)))
      }
    } else this.#pass(this.#onward, text)
  }

  #down(text: string): void {
    if (this.#held !== undefined) {
      this.#held.push(text)
      return
    }
    const message = parsed(text) as { type?: string; purges?: { last?: number }; order?: { number?: number } } | undefined
    if (message?.type === 'welcome' && this.#hello !== undefined && !this.#isAdmitted) {
      this.#isAdmitted = true
      clearTimeout(this.#late)
      this.#options.onAdmitted(this.#hello.id, this.#hello.forwardHash)
    }
    const purge = message?.type === 'purge' ? message.order?.number : message?.type === 'welcome' ? message.purges?.last : undefined
    if (purge !== undefined && this.#isBehind(purge)) void this.#hold(purge, text)
    else this.#pass(this.#options.child, text)
  }

  #isBehind(purge: number): boolean {
    const last = this.#options.lastPurge()
    return last !== undefined && last < purge
  }

  /** What is purged there would be fetched again from what is still kept here. */
  async #hold(purge: number, text: string): Promise<void> {
    this.#held = []
    for (const end = performance.now() + maxHoldMs; this.#isBehind(purge) && performance.now() < end && !this.#isEnded; )
      await new Promise((resolve) => setTimeout(resolve, holdStepMs))
    this.#pass(this.#options.child, text)
    const held = this.#held
    this.#held = undefined
    for (const each of held) this.#down(each)
  }

  #pass(socket: WebSocket, text: string): void {
    if (this.#isEnded || socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > maxWaitingBytes) this.end()
    else socket.send(text)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
