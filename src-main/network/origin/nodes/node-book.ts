import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { hashSecret, newSecret } from '../../../platform/identity/secrets.ts'
import { randomText } from '../../../platform/random-id.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import type { NodeTrafficNow } from '../../figures/traffic-schemas.ts'
import type { PurgeConnection } from '../purges/purge-book.ts'
import type { WarmConnection } from '../warming/warm-book.ts'
import type { NodeInspection } from './inspection.ts'
import { newJoinSecret, plainFingerprint, readJoinToken, writeJoinToken } from './join-token.ts'
import { isSigned, joinText } from './node-keys.ts'
import type { NetworkNode, NodeChanges, Registered, Registration } from './node-schemas.ts'
import type { NodeStore, StoredNode } from './node-store.ts'

/** What a connected node shows of itself. */
export type NodeFigures = Pick<
  NetworkNode,
  'connectedSince' | 'remoteAddress' | 'version' | 'streams' | 'sentBytes' | 'requests' | 'deliveredBytes' | 'waiting'
>

/** A node as its cache is worked on. */
export interface CacheNode {
  readonly id: string
  readonly name: string
  readonly connection: (PurgeConnection & WarmConnection) | undefined
}

/** The connection of a node. */
export interface NodeConnection extends PurgeConnection, WarmConnection {
  readonly remoteAddress: string
  /** Asks what it is and has; a node of an older version answers nothing. Rejects when the connection ends. */
  inspect(lines: number): Promise<NodeInspection>
  /** Has it make a new key, and answers the key with which it proved to have it. */
  renewKey(): Promise<string>
  /** The new key is kept: the node uses it from now on. */
  acceptKey(): void
  figures(): NodeFigures
  /** Closes it. `isRejected`: the node may not connect again. */
  end(reason: string, isRejected: boolean): void
}

export interface NodeBookDependencies {
  readonly store: NodeStore
  readonly events: EventBus
  readonly audit: AuditLog
  /** The last ten seconds of a node. */
  readonly traffic: (id: string) => NodeTrafficNow | null
  /** SHA-256 of this host's certificate, where nobody but itself vouches for it. */
  readonly fingerprint: () => string | undefined
  /** ms since 1970. */
  readonly now: () => number
}

const maxNodes = 500
const maxTokens = 100
const away: NodeFigures = {
  ...{ connectedSince: null, remoteAddress: null, version: null },
  ...{ streams: 0, sentBytes: 0, requests: 0, deliveredBytes: 0, waiting: 0 },
}

/** Nodes that may deliver this host's streams: who joined, who may connect, and who is connected. */
export class NodeBook {
  readonly #dependencies: NodeBookDependencies
  readonly #nodes: Map<string, StoredNode>
  readonly #connections = new Map<string, NodeConnection>()
  /** Ids by the SHA-256 of the secret with which nodes hand requests on. */
  readonly #forwarders = new Map<string, string>()
  /** Ids by the SHA-256 of the token that a node joined with, since the start. */
  readonly #joined = new Map<string, string>()
  readonly #turns = new Turns(64, 'changes of nodes', 'network.limit')
  /** Nodes that are being worked on: they drain until that has ended, also where this host ends first. */
  readonly #busy = new Set<string>()
  #onChange: () => void = () => undefined
  /** Apart: what strangers send does not hold up an operator. */
  readonly #joining = new Turns(64, 'machines that join', 'network.limit')

  private constructor(dependencies: NodeBookDependencies, nodes: readonly StoredNode[]) {
    this.#dependencies = dependencies
    this.#nodes = new Map(nodes.map((node) => [node.id, node]))
    for (const { id, forwardHash } of nodes) this.#forwarders.set(forwardHash, id)
  }

  static async open(dependencies: NodeBookDependencies): Promise<NodeBook> {
    return new NodeBook(dependencies, await dependencies.store.all())
  }

  list(): NetworkNode[] {
    return [...this.#nodes.values()].map((node) => this.#describe(node))
  }

  find(id: string): NetworkNode | undefined {
    const node = this.#nodes.get(id)
    return node && this.#describe(node)
  }

  /** The id of the node that joined with this token since the start. */
  joinedWith(token: string): string | undefined {
    return this.#joined.get(hashSecret(readJoinToken(token)?.secret ?? ''))
  }

  /** Makes a token that one node can join with. Throws `network.limit`. */
  createToken(expiresInS: number, actor: string): Promise<{ readonly token: string; readonly expiresAt: string }> {
    const { store, audit, now, fingerprint } = this.#dependencies
    return this.#turns.next(async () => {
      if ((await store.countTokens(new Date(now()).toISOString())) >= maxTokens)
        throw new AppError('network.limit', `${maxTokens} join tokens are valid already`)
      const secret = newJoinSecret()
      const expiresAt = new Date(now() + expiresInS * 1000).toISOString()
      await store.addToken(hashSecret(secret), expiresAt)
      audit.record({ kind: 'command', message: 'a join token for a node was created', actor })
      return { token: writeJoinToken({ secret, fingerprint: plainFingerprint(fingerprint()) }), expiresAt }
    })
  }

  /** Makes a node of who brings a token. Throws `network.join_rejected`, `network.node_id_taken` and `network.limit`. */
  register({ token, publicKey, proof, name, id }: Registration, remoteAddress: string): Promise<Registered> {
    const { store, audit, now } = this.#dependencies
    const secret = readJoinToken(token)?.secret
    if (secret === undefined || !isSigned(publicKey, joinText(token), proof)) throw new AppError('network.join_rejected')
    return this.#joining.next(async () => {
      if (this.#nodes.size >= maxNodes) throw new AppError('network.limit', `There are ${maxNodes} nodes`)
      if ([...this.#nodes.values()].some((node) => node.publicKey === publicKey)) throw new AppError('network.join_rejected')
      const expiresAt = await store.takeToken(hashSecret(secret), new Date(now()).toISOString())
      if (expiresAt === undefined) throw new AppError('network.join_rejected')
      if (id !== undefined && this.#nodes.has(id)) {
        await store.addToken(hashSecret(secret), expiresAt)
        throw new AppError('network.node_id_taken', `There is a node with the id "${id}"`, { details: { id } })
      }
      const forwardSecret = newSecret()
      const node: StoredNode = {
        ...{ id: id ?? `node-${randomText(8)}`, name, enabled: true, publicKey, publicUrl: null, draining: false },
        ...{ group: null, labels: [], nextPublicKey: null },
        ...{ forwardHash: hashSecret(forwardSecret), createdAt: new Date(now()).toISOString() },
      }
      await store.save(node)
      this.#nodes.set(node.id, node)
      this.#forwarders.set(node.forwardHash, node.id)
      this.#joined.set(hashSecret(secret), node.id)
      audit.record({ kind: 'connect', message: `the node "${name}" joined`, remoteAddress, sessionId: node.id })
      this.announce(node.id)
      return { id: node.id, forwardSecret }
    })
  }

  /** Renames, disables or enables a node: one that is disabled loses its connection before this resolves. Throws `network.node_not_found`. */
  change(id: string, changes: NodeChanges, actor: string): Promise<NetworkNode> {
    this.#get(id)
    return this.#turns.next(async () => {
      const node: StoredNode = { ...this.#get(id), ...changes }
      await this.#dependencies.store.save(node)
      // It may have used a new key meanwhile.
      this.#nodes.set(id, { ...this.#get(id), ...changes })
      if (!node.enabled) this.#connections.get(id)?.end('the node is disabled', true)
      this.#dependencies.audit.record({
        kind: 'command',
        message: `the node "${node.name}" was changed`,
        actor,
        sessionId: id,
        data: changes,
      })
      this.announce(id)
      return this.#describe(node)
    })
  }

  /** Removes a node for good: it loses its connection, and its key opens nothing any more. Throws `network.node_not_found`. */
  revoke(id: string, actor: string): Promise<void> {
    this.#get(id)
    return this.#turns.next(async () => {
      const { name, forwardHash } = this.#get(id)
      await this.#dependencies.store.remove(id)
      this.#nodes.delete(id)
      this.#busy.delete(id)
      for (const [hash, joined] of this.#joined) if (joined === id) this.#joined.delete(hash)
      this.#forwarders.delete(forwardHash)
      this.#connections.get(id)?.end('the node is revoked', true)
      this.#dependencies.audit.record({ kind: 'command', message: `the node "${name}" was revoked`, actor, sessionId: id })
      this.#dependencies.events.publish('network.node.removed', { id })
      this.#onChange()
    })
  }

  /** The node that may connect with this key's signature. */
  admitted(id: string, text: Buffer, signature: string): { readonly name: string } | undefined {
    const node = this.#nodes.get(id)
    if (node?.enabled !== true) return undefined
    if (isSigned(node.publicKey, text, signature)) return node
    const { nextPublicKey } = node
    if (nextPublicKey === null || !isSigned(nextPublicKey, text, signature)) return undefined
    // The node uses its new key: the one before opens nothing any more.
    this.#nodes.set(id, { ...node, publicKey: nextPublicKey, nextPublicKey: null })
    const saved = this.#turns.behind(async () => {
      const now = this.#nodes.get(id)
      if (now !== undefined) await this.#dependencies.store.save(now)
    })
    // what is stored has both keys still: the new one is admitted again after a restart
    saved.catch((error: Error) => process.emitWarning(error))
    return node
  }

  /** Takes a key that a node made in place of its own; the one before is valid until the new one has been used. Throws `network.*`. */
  setNextKey(id: string, publicKey: string, actor: string): Promise<void> {
    this.#get(id)
    return this.#turns.next(async () => {
      if ([...this.#nodes.values()].some((node) => node.publicKey === publicKey)) throw new AppError('network.join_rejected')
      const node: StoredNode = { ...this.#get(id), nextPublicKey: publicKey }
      await this.#dependencies.store.save(node)
      this.#nodes.set(id, node)
      this.#dependencies.audit.record({ kind: 'command', message: `the node "${node.name}" gets a new key`, actor, sessionId: id })
    })
  }

  /** Deletes a join token that nobody is to use any more; without effect where a node has joined with it. */
  async deleteToken(token: string): Promise<void> {
    const { store, now } = this.#dependencies
    await store.takeToken(hashSecret(readJoinToken(token)?.secret ?? ''), new Date(now()).toISOString())
  }

  /** Deletes all join tokens that nobody has used. Resolves to how many there were. */
  async deleteTokens(actor: string): Promise<number> {
    const deleted = await this.#dependencies.store.deleteTokens()
    this.#dependencies.audit.record({ kind: 'command', message: `${deleted} join tokens were deleted`, actor })
    return deleted
  }

  /** The connection of a node; undefined while it is away. */
  connectionOf(id: string): NodeConnection | undefined {
    return this.#connections.get(id)
  }

  /** Where purges and orders to fill caches are sent: all that are enabled, connected or not. */
  cacheNodes(): readonly CacheNode[] {
    return [...this.#nodes.values()]
      .filter(({ enabled }) => enabled)
      .map(({ id, name }) => ({ id, name, connection: this.#connections.get(id) }))
  }

  /** Takes the connection of a node in place of an older one. Returns the function to call when it is closed. */
  attach(id: string, connection: NodeConnection): () => void {
    this.#connections.get(id)?.end('the node has connected again', false)
    this.#connections.set(id, connection)
    this.announce(id)
    return () => {
      if (this.#connections.get(id) !== connection) return
      this.#connections.delete(id)
      this.announce(id)
    }
  }

  /** Name of a node for people; its id where it is not known. */
  nameOf(id: string): string {
    return this.#nodes.get(id)?.name ?? id
  }

  /** True for an IP address that a node is connected from. */
  isConnectedFrom(remoteAddress: string): boolean {
    for (const connection of this.#connections.values()) if (connection.remoteAddress === remoteAddress) return true
    return false
  }

  /** The node that has a secret and is enabled. */
  forwarder(secret: string): string | undefined {
    const id = this.#forwarders.get(hashSecret(secret))
    return id !== undefined && this.#nodes.get(id)?.enabled === true ? id : undefined
  }

  /** Reports a node to who follows. */
  announce(id: string, volatile = false): void {
    const node = this.#nodes.get(id)
    if (node !== undefined) this.#dependencies.events.publish('network.node.updated', this.#describe(node), { volatile })
    if (!volatile) this.#onChange()
  }

  /** Has a function called whenever a node comes, goes or is changed. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** True where players are to leave the node. */
  isDraining(id: string): boolean {
    return this.#busy.has(id) || this.#nodes.get(id)?.draining === true
  }

  /** Has a node drain while it is worked on, whatever an operator said of it. */
  setBusy(id: string, isBusy: boolean): void {
    if (isBusy) this.#busy.add(id)
    else this.#busy.delete(id)
    this.announce(id)
  }

  /** Group of a node; null for none. */
  groupOf(id: string): string | null {
    return this.#nodes.get(id)?.group ?? null
  }

  /** Reports the figures of all that are connected. */
  announceFigures(): void {
    for (const id of this.#connections.keys()) this.announce(id, true)
  }

  stop(): void {
    for (const connection of [...this.#connections.values()]) connection.end('the host stops', false)
  }

  #get(id: string): StoredNode {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new AppError('network.node_not_found', `There is no node "${id}"`)
    return node
  }

  #describe({ id, name, enabled, publicUrl, group, labels, createdAt }: StoredNode): NetworkNode {
    const connection = this.#connections.get(id)
    const traffic = connection === undefined ? null : this.#dependencies.traffic(id)
    const connected = connection !== undefined
    return {
      ...{ id, name, enabled, publicUrl, draining: this.isDraining(id), group, labels: [...labels], createdAt, connected },
      ...{ ...(connection?.figures() ?? away), traffic },
    }
  }
}
