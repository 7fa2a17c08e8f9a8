import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { EdgeDelivery } from '../../../media/edge-delivery.ts'
import { clientOf } from '../../../platform/http/client.ts'
import { rejectUpgrade } from '../../../platform/http/end-socket.ts'
import { hashSecret } from '../../../platform/identity/secrets.ts'
import type { Logger } from '../../../platform/logger.ts'
import { Strangers } from '../../../platform/net/strangers.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { beatMs, loopCode, noNodesCode } from '../../origin/link/link-messages.ts'
import { nodePathOf, pathFault } from '../../origin/link/node-path.ts'
import type { OriginTarget } from '../joining/origin-connection.ts'
import { ChildLink } from './child-link.ts'

export interface ChildNodesDependencies {
  /** This node. */
  readonly id: string
  /** Whether nodes may have this one as their origin. */
  readonly accepts: boolean
  /** The origin of this node, where it has the other ones admitted. */
  readonly target: OriginTarget
  readonly forwardSecret: string
  /** Path of the connections of nodes. */
  readonly path: string
  readonly delivery: () => EdgeDelivery
  /** Has a stream reported to this node. */
  readonly want: (stream: string, form: 'packets' | undefined) => void
  /** This node may deliver nothing itself. */
  readonly isDisabled: () => boolean
  /** Number of the last purge that this node's cache has carried out; undefined without a cache. */
  readonly lastPurge: () => number | undefined
  readonly log: Logger
}

const maxChildren = 100
/** Connections whose node the origin has not admitted yet. */
const maxStrangers = 16
/** The longest message that a node sends, as at a host. */
const maxMessageBytes = 1024 * 1024

/** Nodes that have this node as their origin. */
export class ChildNodes {
  readonly #dependencies: ChildNodesDependencies
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  readonly #strangers = new Strangers(maxStrangers)
  readonly #links = new Set<ChildLink>()
  /** By id, the SHA-256 of the secret with which it hands requests on; the one that was admitted first is first. */
  readonly #forwarders = new Map<string, string>()
  readonly #timer: NodeJS.Timeout

  constructor(dependencies: ChildNodesDependencies) {
    this.#dependencies = dependencies
    this.#timer = repeat(beatMs, () => {
      for (const link of this.#links) link.wantAll()
    })
  }

  /** Nodes that are connected and admitted. */
  get count(): number {
    return [...this.#links].filter(({ isAdmitted }) => isAdmitted).length
  }

  /** True for an IP address that a node is connected from: it has requests of many viewers. */
  isConnectedFrom(address: string): boolean {
    return [...this.#links].some(({ isAdmitted, remoteAddress }) => isAdmitted && remoteAddress === address)
  }

  /** The node behind this one that has a secret: what it says of the client of a request is believed. */
  forwarder(secret: string): string | undefined {
    const hash = hashSecret(secret)
    for (const [id, each] of this.#forwarders) if (each === hash) return id
    return undefined
  }

  /** Takes the connection of another node. A loop, and a node that takes none, are said in the code with which it is closed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { id, accepts, log } = this.#dependencies
    const path = nodePathOf(request.headers)
    const fault = pathFault(path, id)
    if (this.#links.size >= maxChildren || this.#dependencies.isDisabled()) {
      rejectUpgrade(socket, '503 Service Unavailable')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (child) => {
      // without a listener, an error would end the process
      child.on('error', () => undefined)
      if (fault !== undefined) child.close(loopCode, fault.slice(0, 120))
      else if (!accepts) child.close(noNodesCode, 'this node takes no other nodes: start it with --accept-nodes')
      else {
        const leave = this.#strangers.add(() => child.terminate())
        const link = new ChildLink({
          ...this.#dependencies,
          child,
          nodePath: [...path, id],
          remoteAddress: clientOf(request).remoteAddress,
          onAdmitted: (childId, forwardHash) => {
            leave()
            this.#remember(childId, forwardHash)
            log.info({ node: childId }, 'a node has connected behind this one')
          },
          onRejected: (childId) => void this.#forwarders.delete(childId),
          onEnd: () => {
            leave()
            this.#links.delete(link)
          },
        })
        this.#links.add(link)
      }
      // who was closed does not always end it
      if (fault !== undefined || !accepts) setTimeout(() => child.terminate(), beatMs).unref()
    })
  }

  /** Closes all connections. */
  endAll(): void {
    for (const link of [...this.#links]) link.end()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.endAll()
    this.#server.close()
  }

  #remember(id: string, forwardHash: string | undefined): void {
    if (forwardHash === undefined) return
    this.#forwarders.delete(id)
    this.#forwarders.set(id, forwardHash)
    const [oldest] = this.#forwarders.keys()
    if (this.#forwarders.size > maxChildren && oldest !== undefined) this.#forwarders.delete(oldest)
  }
}
